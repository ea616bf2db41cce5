"""What people and programs are told while the database is away."""

import pytest
from django.db import connection
from django.utils import translation

from tests.services import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]


@pytest.fixture
def _nobody_is_there(transactional_db, monkeypatch):
    """The database's port answers nobody."""
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "PORT", free_port())
        yield
    connection.close()


@pytest.fixture
def visitor(client, _nobody_is_there):
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("path", ["/", "/products/", "/cart/", "/account/"])
def test_a_page_says_when_to_come_again(visitor, path):
    visitor.cookies["sessionid"] = "a" * 32

    answer = visitor.get(path)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert "We will be back in a moment" in answer.content.decode()


def test_so_does_what_finds_out_before_any_page(visitor):
    """Logins are counted in the database, by a middleware."""
    answer = visitor.post("/accounts/login/", {"login": "a@example.com", "password": "wrong"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_it_says_so_in_the_visitor_s_language(visitor):
    german = visitor.get("/products/", headers={"Accept-Language": "de"}).content.decode()

    with translation.override("de"):
        assert translation.gettext("We will be back in a moment") in german
    assert 'lang="de"' in german


def test_a_program_reads_a_code_and_when_to_come_again(visitor):
    answer = visitor.get("/api/products/")

    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.json()["retry_after_seconds"]) == ("database_away", 5)
    assert answer["Retry-After"] == "5"


def test_all_is_as_before_once_it_is_back(client, transactional_db, monkeypatch):
    connection.close()
    client.raise_request_exception = False
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "PORT", free_port())
        assert client.get("/products/").status_code == 503

    assert client.get("/products/").status_code == 200
