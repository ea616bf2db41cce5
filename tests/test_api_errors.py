"""What programs read when something is wrong: one shape from everywhere, and no 500 for a bad body."""

import json

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import include, path
from rest_framework import serializers

from dbProject import urls
from dbProject.api.bodies import Body, nested, read
from dbProject.api.errors import Invalid, Malformed

pytestmark = [pytest.mark.django_db, pytest.mark.api]
LOGIN = "/api/auth/login/"


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def problem(answer):
    """Return the body of an error, which has the shape of all."""
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer["X-Request-ID"]
    assert {"type", "title", "status", "code", "detail", "request_id", "errors"} <= set(body)
    return body


def broken(request):
    raise RuntimeError("nobody foresaw this")


urlpatterns = [path("api/broken/", broken), path("", include(urls))]


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("get", "/api/nowhere/", 404, "not_found"),
        ("get", "/api/products/999/", 404, "not_found"),
        ("put", LOGIN, 405, "method_not_allowed"),
        ("get", "/api/users/me/", 401, "not_authenticated"),
    ],
)
def test_every_error_has_one_shape(client, method, address, status, code):
    body = problem(getattr(client, method)(address))

    assert (body["status"], body["code"]) == (status, code)


def test_what_nobody_foresaw_has_a_name_that_the_log_knows(client, settings, log_lines):
    settings.ROOT_URLCONF = __name__

    body = problem(client.get("/api/broken/"))

    assert (body["status"], body["code"]) == (500, "internal_error")
    named = {line["request_id"] for line in log_lines() if line.get("error_id") == body["error_id"]}
    assert named == {body["request_id"]}
    assert "nobody foresaw" not in json.dumps(body)


def test_pages_keep_their_own_error_pages(client):
    assert client.get("/nowhere/")["Content-Type"].startswith("text/html")


def test_a_kind_of_body_that_nobody_reads_is_415(client):
    body = problem(client.post(LOGIN, "<login/>", content_type="application/xml"))

    assert (body["status"], body["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_ten_megabytes_are_not_read(client, content_type):
    body = problem(client.post(LOGIN, b"x" * 10_000_000, content_type=content_type))

    assert (body["status"], body["code"], body["most_bytes"]) == (413, "too_large", 2_621_440)


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        ("{", "malformed", ""),
        ("\xff", "malformed", ""),
        (DEEP, "too_deep", ""),
        ('{"email": ' + "[" * 30 + "]" * 30 + "}", "too_deep", ""),
        ('{"email": NaN}', "not_a_number", "/email"),
        ('{"email": [1, -Infinity]}', "not_a_number", "/email/1"),
        ('{"a/b": {"email": 1, "email": 2}}', "duplicate_key", "/a~1b/email"),
        ('{"email": "a", "email": "b"}', "duplicate_key", "/email"),
        ('{"email": 1' + "0" * 5000 + "}", "malformed", ""),
    ],
)
def test_json_that_means_nothing_is_refused_where_it_is_wrong(client, text, code, pointer):
    answer = client.post(LOGIN, text.encode("latin-1"), content_type="application/json")

    body = problem(answer)
    assert (body["status"], body["code"]) == (400, "malformed")
    assert [(error["code"], error["pointer"]) for error in body["errors"]] == [(code, pointer)]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_characters_that_no_database_keeps_are_refused_where_they_stand(client, text):
    sent = {"email": "ada@example.com", "password": text}

    body = problem(client.post(LOGIN, json.dumps(sent), content_type="application/json"))

    assert (body["status"], body["code"]) == (400, "invalid")
    assert [(error["code"], error["pointer"]) for error in body["errors"]] == [("characters", "/password")]


@pytest.mark.parametrize(
    "sent",
    [[], 1, "text", None, {"email": {}, "password": []}, {"email": [1]}, {"email": 1, "password": True}, {}],
)
def test_what_is_of_another_kind_is_refused_with_its_place(client, sent):
    body = problem(client.post(LOGIN, json.dumps(sent), content_type="application/json"))

    assert (body["status"], body["code"]) == (400, "invalid")
    assert body["errors"]
    if isinstance(sent, dict):
        assert {error["pointer"] for error in body["errors"]} == {"/email", "/password"}


def test_a_parameter_that_nobody_knows_is_named(client):
    body = problem(client.get("/api/users/me/?verbose=1"))
    assert body["code"] == "not_authenticated"

    body = problem(client.post(f"{LOGIN}?verbose=1", {}))

    assert (body["status"], body["code"]) == (400, "unknown_parameter")
    assert body["errors"][0]["parameter"] == "verbose"


class LineIn(Body):
    product = serializers.IntegerField()
    quantity = serializers.IntegerField(min_value=1)


class OrderIn(Body):
    items = LineIn(many=True)
    address = serializers.DictField()


@pytest.mark.unit
@pytest.mark.parametrize(
    "form",
    [
        "items[0][product]=7&items[0][quantity]=2&items[1][product]=8&items[1][quantity]=1&address[city]=Bonn",
        'items=[{"product": 7, "quantity": 2}, {"product": 8, "quantity": 1}]&address={"city": "Bonn"}',
    ],
)
def test_a_form_says_lists_and_objects_as_json_does(form):
    sent = OrderIn(data=nested(QueryDict(form)))

    assert sent.is_valid(), sent.errors
    assert sent.validated_data == {
        "items": [{"product": 7, "quantity": 2}, {"product": 8, "quantity": 1}],
        "address": {"city": "Bonn"},
    }


@pytest.mark.unit
def test_a_form_that_contradicts_itself_is_refused():
    with pytest.raises(Malformed):
        nested(QueryDict("items=1&items[0]=2"))
    with pytest.raises(Malformed):
        nested(QueryDict("a" + "[x]" * 50 + "=1"))
    with pytest.raises(Invalid):
        nested(QueryDict("a[0][b]=%00"))


@pytest.mark.unit
def test_numbers_with_a_point_are_exact():
    assert str(read('{"price": 0.1}')["price"]) == "0.1"
