"""Rules that every template of ours keeps."""

import gzip
import re

import pytest
from django.conf import settings
from django.template import engines
from django.urls import reverse

from dbProject.errors import ShopError
from dbProject.middleware import ShopErrorMiddleware

FOLDER = settings.BASE_DIR / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
OURS = [name for name in TEMPLATES if not name.startswith(("admin/", "unfold/", "mail/"))]
"""The staff screens follow Unfold, under a policy of their own; mail programs fetch no style sheet."""

FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style block": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")", re.IGNORECASE
    ),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
}


@pytest.mark.unit
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    engines["django"].get_template(name)


@pytest.mark.unit
@pytest.mark.parametrize("name", OURS)
def test_no_template_has_inline_style_or_script(name):
    text = (FOLDER / name).read_text()

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.unit
@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_rules_find_what_they_forbid(what):
    bad = '<p style="x"><style></style><script>x()</script><p onclick="x()"><a href="javascript:x()">'

    assert FORBIDDEN[what].search(bad)
    assert not FORBIDDEN[what].search('<script src="a.js"></script><p class="style" data-on="x">')


@pytest.mark.unit
def test_the_look_is_one_file_of_at_most_18_kilobytes():
    (sheet,) = (settings.BASE_DIR / "static" / "css").glob("*.css")

    assert len(gzip.compress(sheet.read_bytes())) <= 18_000


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "429.html", "500.html", "503.html"])
def test_error_pages_say_what_to_do_next(rf, name):
    request = rf.get("/")

    html = (
        engines["django"].get_template(name).render({}, request if name in {"403.html", "404.html"} else None)
    )

    assert html.count("<h1") == 1
    assert 'class="button' in html


@pytest.mark.unit
def test_the_page_for_our_own_faults_needs_nothing_that_may_be_broken():
    html = engines["django"].get_template("500.html").render({}, None)

    assert "Something broke on our side" in html


@pytest.mark.unit
@pytest.mark.parametrize("name", ["429.html", "503.html"])
def test_a_page_for_too_much_at_once_needs_no_request_and_no_database(name):
    html = engines["django"].get_template(name).render({}, None)

    assert f'aria-hidden="true">{name.partition(".")[0]}</p>' in html
    assert 'href="/"' in html


@pytest.mark.django_db
def test_a_refusal_that_no_page_handles_is_shown_as_a_page(rf):
    class Refused(ShopError):
        status = 409

    response = ShopErrorMiddleware(lambda _: None).process_exception(rf.get("/"), Refused("No <more> left."))

    assert response.status_code == 409
    assert "No &lt;more&gt; left." in response.content.decode()


@pytest.mark.django_db
def test_pages_are_served_under_a_policy_without_inline_anything(client):
    policy = client.get(reverse("home"))["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
