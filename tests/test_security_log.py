"""What the security log tells, and what it never does."""

import json

import pytest
from django.conf import settings
from django.core.cache import cache

from orders.tests.factories import OrderFactory
from users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(log_lines):
    """What was written so far of security, each as a log store would read it."""

    def read(event=None):
        return [
            line for line in log_lines() if line["logger"] == "security" and event in (None, line["event"])
        ]

    return read


def log_in(client, email, password):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_a_login_its_failures_and_the_lockout_are_there_and_nothing_that_was_typed(client, lines):
    customer = UserFactory(email="robin@example.com")
    for _ in range(settings.RATE_LIMIT_ENDPOINTS["login_failures"]["limit"]):
        log_in(client, customer.email, "Guessed-Wrong-99")
    log_in(client, customer.email, PASSWORD)
    failed, (lockout,) = lines("login_failed"), lines("lockout")

    other = UserFactory()
    log_in(client, other.email, PASSWORD)
    client.post("/accounts/logout/")

    assert len(failed) == 5
    assert {line["account"] for line in failed} == {lockout["account"]}
    (login,), (logout,) = lines("login"), lines("logout")
    assert (login["user_id"], login["route"]) == (other.pk, "account_login")
    assert logout["user_id"] == other.pk
    assert login["request_id"]
    said = json.dumps(lines())
    for secret in ("Guessed", PASSWORD, "robin", "example.com", "127.0.0.1"):
        assert secret not in said


def test_a_session_is_the_same_in_every_line_and_opens_nothing(client, lines):
    client.force_login(UserFactory())
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    order = OrderFactory()
    for _ in range(2):
        client.get(f"/orders/{order.order_number}/")

    first, second = lines("refused")

    assert first["session"] == second["session"]
    assert key not in json.dumps(lines())


def test_who_asks_for_what_is_somebody_elses_is_noted(client, lines):
    customer, order = UserFactory(), OrderFactory()
    client.force_login(customer)

    client.get(f"/orders/{order.order_number}/")
    client.get("/nowhere/")

    (line,) = lines("refused")
    assert (line["user_id"], line["status"], line["route"]) == (customer.pk, 404, "order_detail")
    assert line["target"] == {"order_number": order.order_number}


def test_what_is_typed_where_a_number_of_ours_belongs_is_not_repeated(client, lines):
    client.get("/orders/jane@example.com/")
    client.get("/orders/ORD-20260105-ABC234/documents/Jane/")

    assert [line["target"] for line in lines("refused")] == [
        {"order_number": "[removed]"},
        {"order_number": "ORD-20260105-ABC234", "document_number": "[removed]"},
    ]


def test_staff_who_lack_a_right_are_noted_and_so_is_what_staff_change(client, staff_client, lines):
    customer = UserFactory(first_name="Robin")
    path = f"/admin/users/user/{customer.pk}/delete/"
    staff_client.post(path, {"post": "yes"})
    (change,) = lines("staff_change")

    staff_client.force_login(UserFactory(is_staff=True))
    staff_client.post(f"/admin/users/user/{customer.pk}/delete/", {"post": "yes"})

    (refusal,) = lines("refused")
    assert (change["route"], change["target"]) == ("admin:users_user_delete", {"object_id": str(customer.pk)})
    assert (refusal["status"], refusal["route"]) == (403, "admin:users_user_delete")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("<ScRipt>alert(1)</script>", "script_tag"),
        ("javascript:alert(1)", "script_address"),
        ("1 UNION ALL SELECT password", "union_select"),
        ("'; DROP  TABLE users", "drop_table"),
        ("../../etc/passwd", "path_climbing"),
    ],
)
def test_who_looks_for_holes_is_noted_by_pattern_alone(client, lines, text, pattern):
    client.get("/search/", {"q": text})
    client.post("/orders/find/", {"order_number": text, "email": "robin@example.com"})
    client.post("/api/products/?next=" + text)

    found = lines("suspicious_request")

    assert [line["patterns"] for line in found] == [[pattern]] * 3
    assert "robin" not in json.dumps(found)
    assert "alert" not in json.dumps(found)


def test_what_customers_look_for_is_nothing_to_note(client, lines):
    cache.clear()
    for words in (
        "european union",
        "select coffee",
        "table lamp",
        "drop earrings",
        "a script for the stage",
        "3.. 2",
    ):
        client.get("/search/", {"q": words})

    assert lines() == []
