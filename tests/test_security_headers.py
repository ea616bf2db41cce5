"""What browsers are told to refuse, on every kind of answer there is."""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
POLICY = "Content-Security-Policy"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-XSS-Protection": "0",
}
PAGES = {
    "/": 200,
    "/products/": 200,
    "/cart/": 200,
    "/accounts/login/": 200,
    "/nowhere/": 404,
    "/products": 301,
    "/account/": 302,
    "/admin/": 302,
    "/api/products/": 200,
    "/api/products/0/": 404,
    "/api/tasks/0/": 404,
    "/static/css/shop.css": 200,
    "/media/nothing.webp": 404,
    "/sitemap.xml": 200,
    "/health/live": 200,
}


def directives(answer):
    rows = (row.split() for row in answer[POLICY].split(";"))
    return {name: values for name, *values in rows}


def insecure(answer):
    """Return the headers that are not as promised."""
    return {name: answer.headers.get(name) for name in ALWAYS if answer.headers.get(name) != ALWAYS[name]}


def test_every_kind_of_answer_says_what_browsers_shall_refuse(client):
    answers = {path: client.get(path, secure=True) for path in PAGES}

    assert {path: answer.status_code for path, answer in answers.items()} == PAGES
    assert {path: found for path, answer in answers.items() if (found := insecure(answer))} == {}
    for path, answer in answers.items():
        rules = directives(answer)
        assert (rules["default-src"], rules["frame-ancestors"]) == (["'none'"], ["'none'"]), path
        is_file = path.startswith((settings.STATIC_URL, settings.MEDIA_URL))
        assert answer["Cross-Origin-Resource-Policy"] == ("cross-origin" if is_file else "same-origin"), path


def test_a_page_runs_and_styles_nothing_that_is_written_into_it(client, staff_client):
    for path in ("/", "/accounts/login/", "/nowhere/", "/checkout/", "/api/products/"):
        assert "unsafe" not in client.get(path)[POLICY], path
    assert directives(client.get("/"))["script-src"] == ["'self'"]

    staff = directives(staff_client.get("/admin/"))

    assert staff["script-src"] == ["'self'", "'unsafe-eval'"]
    assert {name for name, values in staff.items() if "'unsafe-inline'" in values} == {"style-src"}


def test_an_error_of_ours_and_a_method_that_is_none_say_it_too(client, settings, monkeypatch):
    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("products.selectors.home.rows", broken)
    client.raise_request_exception = False

    for answer, status in (
        (client.get("/", secure=True), 500),
        (client.post("/products/", secure=True), 405),
    ):
        assert (answer.status_code, insecure(answer)) == (status, {})


@override_settings(SHARED_PAGE_SECONDS=60)
def test_a_page_that_has_not_changed_keeps_its_policy(client):
    page = client.get("/products/", secure=True)

    again = client.get("/products/", secure=True, headers={"If-None-Match": page["ETag"]})

    assert (again.status_code, insecure(again)) == (304, {})
    assert again[POLICY] == page[POLICY]


def test_an_upload_is_served_as_what_it_is_and_may_be_shown_in_a_mail(client):
    name = default_storage.save("pictures/note.txt", ContentFile(b"<script>alert(1)</script>"))

    answer = client.get(f"/media/{name}", secure=True)

    assert (answer.status_code, insecure(answer)) == (200, {})
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "unsafe" not in answer[POLICY]


# Other sites' scripts

ORIGIN = "https://app.example.com"


def preflight(client, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return client.options("/api/products/", headers=asked)


def cors(answer):
    return {name for name in answer.headers if name.startswith("Access-Control-")}


def test_no_other_site_may_use_the_api_unless_it_is_named(client):
    assert cors(client.get("/api/products/", headers={"Origin": ORIGIN})) == set()
    assert cors(preflight(client, ORIGIN)) == set()


@override_settings(CORS_ALLOWED_ORIGINS=[ORIGIN])
def test_a_site_that_is_named_may_use_the_api_without_cookies_and_nothing_else(client):
    ProductFactory()
    asked, answer = preflight(client, ORIGIN), client.get("/api/products/", headers={"Origin": ORIGIN})

    assert (asked.status_code, asked.content) == (204, b"")
    assert asked["Access-Control-Allow-Origin"] == ORIGIN
    assert "PATCH" in asked["Access-Control-Allow-Methods"]
    assert "Authorization" in asked["Access-Control-Allow-Headers"]
    assert asked["Access-Control-Max-Age"] == "86400"
    assert cors(answer) == {"Access-Control-Allow-Origin"}
    assert "Origin" in answer["Vary"]
    for other in ("https://app.example.com.evil.example", "null", "http://app.example.com"):
        assert cors(preflight(client, other)) == set(), other
    assert cors(client.get("/", headers={"Origin": ORIGIN})) == set()
