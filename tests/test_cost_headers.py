"""What the headers of an answer say of its cost, and to whom."""

import re

import pytest

from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
COSTS = ("X-Response-Time", "X-DB-Queries", "Server-Timing")


def shown(response):
    return [name for name in COSTS if name in response]


def test_staff_read_what_a_page_cost(staff_client):
    answer = staff_client.get("/products/")

    assert re.fullmatch(r"\d+\.\dms", answer["X-Response-Time"])
    assert int(answer["X-DB-Queries"]) > 0
    assert re.fullmatch(
        rf'db;dur=\d+\.\d;desc="{answer["X-DB-Queries"]} queries", '
        r'cache;dur=\d+\.\d;desc="\d+ calls", app;dur=\d+\.\d',
        answer["Server-Timing"],
    )


def test_nobody_else_does(client, settings):
    assert shown(client.get("/products/")) == []
    client.force_login(UserFactory())
    assert shown(client.get("/account/")) == []
    settings.SHARED_PAGE_SECONDS = 60
    client.logout()
    for _ in range(2):
        assert shown(client.get("/products/")) == []


def test_on_a_developers_machine_everybody_does(client, settings):
    settings.COSTS_SHOWN_TO_ALL = True

    assert shown(client.get("/products/")) == list(COSTS)
