"""The description of the API: committed, valid, and about every route there is."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver, reverse
from django.utils.html import escape

from dbProject.api.endpoints import Endpoint
from dbProject.api.views import COMMITTED, description

pytestmark = pytest.mark.api


@pytest.mark.unit
def test_the_committed_description_is_what_the_code_says(tmp_path):
    written = tmp_path / "openapi.yaml"

    call_command("spectacular", file=str(written), validate=True, fail_on_warn=True)

    refresh = "python manage.py spectacular --file docs/openapi.yaml"
    assert written.read_text() == COMMITTED.read_text(), f"The API has changed. If that is meant: {refresh}"


LOADED = """
import sys
from dbProject.wsgi import application
from django.test import Client
from django.urls import get_resolver
get_resolver().url_patterns
assert Client().get("/api/schema/", headers={"host": "localhost"}).status_code == 200
assert Client().get("/api/products/?colour=red", headers={"host": "localhost"}).status_code == 400
print([name for name in sys.modules if name in ("drf_spectacular.plumbing", "dbProject.api.schema")])
"""


@pytest.mark.integration
def test_no_process_of_the_shop_loads_what_makes_it():
    done = subprocess.run(  # noqa: S603 -- the code above
        [sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr[-2000:]


@pytest.mark.django_db
def test_programs_get_it_and_people_see_it_without_inline_scripts(client):
    schema, docs = client.get(reverse("schema")), client.get(reverse("docs"))

    assert schema["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert schema.json()["openapi"] == "3.1.1"
    page = docs.content.decode()
    assert reverse("schema") in page
    assert "'unsafe-inline'" not in docs["Content-Security-Policy"]
    assert "style=" not in page
    assert all("src=" in tag for tag in page.split("<script")[1:])
    assert f"<title>The API of {escape(settings.STORE_NAME)}</title>" in page


@pytest.mark.unit
def test_it_describes_every_method_of_every_endpoint():
    found = json.loads(description())["paths"]
    described = {(path, method.upper()) for path, methods in found.items() for method in methods}
    endpoints = [
        (f"/{prefix}", getattr(view, "cls", None))
        for prefix, view in routes(get_resolver())
        if issubclass(getattr(view, "cls", object), Endpoint)
    ]

    declared = {(path, method) for path, cls in endpoints for method in cls.rules}
    assert len(declared) > 30
    assert described == declared
    assert {(path, method) for path, cls in endpoints for method in cls.shapes} == declared


def routes(resolver, before=""):
    """Yield path (with names in braces) and view of every route."""
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from routes(entry, path)
        else:
            for kind, name in entry.pattern.converters.items():
                del name
                path = "{".join(path.split("<", 1)).replace(">", "}", 1) if kind else path
            yield path.replace("{int:pk}", "{id}").replace("{uuid:", "{"), entry.callback


@pytest.mark.unit
def test_every_operation_says_who_may_and_what_goes_wrong():
    for path, methods in json.loads(description())["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], (path, method)
            assert {"400", "401", "403", "429", "500"} <= set(operation["responses"]), (path, method)
            problem = operation["responses"]["429"]["content"]["application/problem+json"]
            assert problem["schema"]["$ref"].endswith("/Problem"), (path, method)


@pytest.mark.unit
def test_every_way_to_sign_in_that_is_asked_for_is_described():
    found = json.loads(description())
    asked = {
        name
        for methods in found["paths"].values()
        for operation in methods.values()
        for way in operation["security"]
        for name in way
    }

    assert asked == set(found["components"]["securitySchemes"]) == {"token", "session"}


@pytest.mark.unit
def test_headers_that_programs_need_stand_with_the_answers_that_have_them():
    paths = json.loads(description())["paths"]
    places = {
        "ETag": ("/api/products/{id}/", "get", "200"),
        "Location": ("/api/products/imports/", "post", "202"),
        "Idempotent-Replayed": ("/api/orders/", "post", "201"),
        "Retry-After": ("/api/cart/add/", "post", "429"),
    }

    for header, (path, method, status) in places.items():
        assert header in paths[path][method]["responses"][status]["headers"]
