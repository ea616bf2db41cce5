"""How an order is doing, told while its page is open."""

import asyncio
import json
import threading
from contextlib import aclosing

import psycopg2
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import InterfaceError, OperationalError
from django.test import AsyncClient
from django.urls import reverse

from orders.selectors import orders, progress
from orders.services import status, timeline
from orders.tests.factories import OrderFactory
from orders.views import live
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def quick(monkeypatch):
    """A watch of the test's own that does not let it wait."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(live, "watch", live.Watch())


def path(name, order):
    """Return an address of the order for whoever has the mailed link."""
    return f"{reverse(name, args=[order.order_number])}?key={orders.signature(order)}"


def staff_moves(order, to):
    status.move(order, to=to, actor=timeline.SHOP)


def states_of(pieces):
    return [json.loads(piece.removeprefix("data: ")) for piece in pieces if piece.startswith("data: ")]


@pytest.mark.usefixtures("quick")
@pytest.mark.django_db(transaction=True)
def test_a_stream_tells_each_step_until_the_last_and_ends():
    order = OrderFactory(user=None, status="confirmed")
    steps = iter(["processing", "shipped", "delivered"])
    pieces = []

    async def follow():
        answer = await AsyncClient().get(path("order_events", order))
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
        assert (answer["X-Accel-Buffering"], "no-store" in answer["Cache-Control"]) == ("no", True)
        async for piece in answer:
            pieces.append(piece.decode())
            if pieces[-1].startswith("data: {") and (to := next(steps, None)):
                await sync_to_async(staff_moves)(order, to)

    async_to_sync(follow)()

    assert [state["version"].partition("-")[0] for state in states_of(pieces)] == [
        "confirmed", "processing", "shipped", "delivered",
    ]  # fmt: skip
    assert [state["is_final"] for state in states_of(pieces)] == [False, False, False, True]
    assert (pieces[0], pieces[-1]) == ("retry: 3000\n\n", "event: end\ndata:\n\n")
    assert live.watch.followers == 0


@pytest.mark.usefixtures("quick")
def test_many_who_follow_cost_one_query_for_each_look(monkeypatch):
    asked = []
    monkeypatch.setattr(progress, "of", lambda pks: asked.append(sorted(pks)) or {})

    async def crowd():
        follows = [live.watch.follow(pk) for pk in (1, 2, 2, 3)]
        for follow in follows:
            assert await anext(follow) is None
        assert live.watch.followers == 4
        for follow in follows:
            await follow.aclose()
        assert live.watch.followers == 0

    async_to_sync(crowd)()

    assert [1, 2, 3] in asked
    assert len(asked) <= 5


class Puzzled(Exception):
    """What nobody has foreseen."""


@pytest.mark.parametrize("failure", [OperationalError, InterfaceError, Puzzled])
@pytest.mark.usefixtures("quick")
def test_whatever_befalls_a_look_ends_no_stream_and_is_written_down(monkeypatch, caplog, failure):
    known = progress.State("shipped-7", is_final=False)
    answers = iter([{1: known}, failure(), {1: known}])

    def ask(pks):
        answer = next(answers, {1: known})
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(progress, "of", ask)

    async def follow():
        async with aclosing(live.watch.follow(1)) as states:
            return [await anext(states) for _ in range(3)]

    assert async_to_sync(follow)() == [known] * 3
    (line,) = [line for line in caplog.records if line.name == live.__name__]
    assert (line.levelname, line.exc_info[0]) == ("ERROR", failure)


@pytest.mark.usefixtures("quick")
def test_while_the_database_is_known_to_be_away_a_look_is_no_error_of_ours(monkeypatch, caplog):
    away = OperationalError()
    away.__cause__ = psycopg2.OperationalError()
    answers = iter([away])

    def ask(pks):
        for error in answers:
            raise error
        return {1: progress.State("shipped-7", is_final=True)}

    monkeypatch.setattr(progress, "of", ask)

    async def follow():
        return [piece async for piece in live._told(1)]

    assert async_to_sync(asyncio.wait_for)(follow(), 10)[-1] == "event: end\ndata:\n\n"
    assert {line.levelname for line in caplog.records if line.name == live.__name__} == {"WARNING"}


@pytest.mark.usefixtures("quick")
def test_a_look_that_hangs_leaves_those_who_follow_with_signs_of_life(monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(live, "LONGEST_SECONDS", 0.1)
    is_over = threading.Event()
    monkeypatch.setattr(progress, "of", lambda pks: is_over.wait(10) and {})

    async def follow():
        try:
            return [piece async for piece in live._told(1)]
        finally:
            is_over.set()

    pieces = async_to_sync(asyncio.wait_for)(follow(), 10)
    assert pieces[1:] == [":\n\n"] * len(pieces[1:]) != []


@pytest.mark.usefixtures("quick")
def test_a_quiet_stream_shows_that_it_lives_and_ends_in_time(monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.04)
    monkeypatch.setattr(live, "LONGEST_SECONDS", 0.15)
    monkeypatch.setattr(progress, "of", lambda pks: {1: progress.State("shipped-7", is_final=False)})

    async def follow():
        return [piece async for piece in live._told(1)]

    pieces = async_to_sync(asyncio.wait_for)(follow(), 10)
    assert len(states_of(pieces)) == 1
    assert pieces[-1] == ":\n\n"


@pytest.mark.usefixtures("quick")
@pytest.mark.django_db(transaction=True)
def test_who_comes_when_enough_follow_already_asks_instead(monkeypatch):
    monkeypatch.setattr(live, "MOST_FOLLOWERS", 0)
    order = OrderFactory(user=None)

    answer = async_to_sync(AsyncClient().get)(path("order_events", order))

    assert answer.status_code == 204  # which tells a browser not to try again


@pytest.mark.usefixtures("quick")
@pytest.mark.django_db(transaction=True)
def test_one_order_takes_few_places_and_leaves_the_others_to_all_other_orders(monkeypatch):
    monkeypatch.setattr(live, "MOST_FOLLOWERS_OF_AN_ORDER", 2)
    order, other = OrderFactory(user=None), OrderFactory(user=None)

    async def crowd():
        at_once = [live.watch.follow(order.pk) for _ in range(3)]
        for follow in at_once[:2]:
            await anext(follow)
        too_many = [state async for state in at_once[2]]
        answers = [await AsyncClient().get(path("order_events", one)) for one in (order, other)]
        for follow in at_once:
            await follow.aclose()
        return too_many, [answer.status_code for answer in answers]

    assert async_to_sync(crowd)() == ([], [204, 200])
    assert live.watch.has_a_place(order.pk)


@pytest.mark.django_db(transaction=True)
def test_an_instance_for_pages_has_no_stream_and_answers_those_who_ask(client):
    order = OrderFactory(user=None, status="confirmed")

    assert client.get(path("order_events", order)).status_code == 204
    before = client.get(path("order_state", order)).json()
    staff_moves(order, "processing")
    after = client.get(path("order_state", order)).json()
    assert before["version"] != after["version"]
    assert not after["is_final"]


def test_the_page_and_the_stream_mean_the_same_version(client, django_assert_num_queries):
    order = OrderFactory(user=None, status="confirmed")
    timeline.record(order, "note", actor=timeline.staff(UserFactory(is_staff=True)), detail="for us alone")

    with django_assert_num_queries(1):
        told = progress.of([order.pk])[order.pk]
    assert told == progress.of_page(orders.by_link(order.order_number, orders.signature(order)))
    page = client.get(path("order_detail", order)).content.decode()
    assert f'data-version="{told.version}"' in page
    assert path("order_events", order) in page


def test_an_order_that_is_done_is_followed_no_longer(client):
    order = OrderFactory(user=None, status="delivered")

    assert "data-events" not in client.get(path("order_detail", order)).content.decode()
