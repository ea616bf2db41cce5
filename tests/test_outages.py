"""What people and programs are told while the database is away."""

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.utils import translation

from dbProject import logs
from dbProject.behavior import sources
from dbProject.sessions import SessionStore
from deploy.servers import free_port
from users.middleware import SessionAddressMiddleware

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


def test_the_line_of_a_request_is_written_though_its_session_cannot_be_read(visitor, log_lines):
    visitor.cookies["sessionid"] = "a" * 32

    answer = visitor.get("/account/")

    (line,) = [line for line in log_lines() if line["event"] == "request"]
    assert (line["request_id"], line["status"]) == (answer["X-Request-ID"], 503)
    assert len(line["session"]) == 16
    assert "user_id" not in line


@pytest.mark.usefixtures("_nobody_is_there")
def test_whoever_watches_a_request_does_not_read_once_more_a_session_that_could_not_be_read(rf):
    request = rf.get("/")
    request.session = SessionStore("a" * 32)
    with pytest.raises(OperationalError):
        request.session.get("cart")

    assert SessionAddressMiddleware(lambda _: HttpResponse())(request).status_code == 200
    assert sources.source_of(request) == sources.DIRECT
    assert "user_id" not in logs.who(request)


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
