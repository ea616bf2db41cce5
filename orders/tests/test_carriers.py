"""Asking carriers over HTTP, on loopback."""

import asyncio
import gzip
import json
import logging
import os
import signal
import socket
import threading
from decimal import Decimal

import pytest

from dbProject import resilience
from dbProject.resilience import Breaker, BreakerState
from orders import carriers
from orders.carriers import CarrierQuote, QuoteSource
from orders.tests import carrier_servers
from orders.tests.carrier_servers import PARCEL, always, ask, quote, send, sources

pytestmark = pytest.mark.integration


def test_a_carrier_is_asked_what_the_customer_wants_to_know(carrier, settings):
    settings.PRICES_INCLUDE_TAX = True
    swift = carrier("swift", token="our-token")

    assert ask() == [
        CarrierQuote("swift", "standard", "Swift Standard", Decimal("7.50"), 1, 3, QuoteSource.LIVE)
    ]

    assert swift.questions == [
        {
            "country": "DE",
            "zip_code": "10115",
            "weight_grams": 1800,
            "value": "59.90",
            "currency": "EUR",
            "prices_include_tax": True,
        }
    ]
    assert swift.headers[0]["Authorization"] == "Bearer our-token"
    assert swift.headers[0]["Accept-Encoding"] == "identity"


def test_five_carriers_are_asked_at_the_same_time(carrier):
    all_five_are_inside = threading.Barrier(5, timeout=carrier_servers.PATIENCE_SECONDS)

    def answer_when_all_five_are_asked(request, _question):
        all_five_are_inside.wait()
        send(request, [quote()])

    names = [f"carrier-{number}" for number in range(5)]
    servers = [carrier(name, answer_when_all_five_are_asked) for name in names]

    offered = carriers.ask_all(PARCEL, names)

    assert list(offered) == names
    assert all(sources(quotes) == [QuoteSource.LIVE] for quotes in offered.values())
    assert [len(server.questions) for server in servers] == [1] * 5


def test_customers_ask_at_the_same_time(carrier):
    all_inside = threading.Barrier(8, timeout=carrier_servers.PATIENCE_SECONDS)

    def answer_when_all_are_inside(request, _question):
        all_inside.wait()
        send(request, [quote()])

    carrier("swift", answer_when_all_are_inside)
    offered = []
    threads = [threading.Thread(target=lambda: offered.append(ask())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(carrier_servers.PATIENCE_SECONDS)

    assert [sources(quotes) for quotes in offered] == [[QuoteSource.LIVE]] * 8


def test_a_coroutine_may_ask_as_well(carrier):
    carrier("swift")

    async def view():
        return ask()

    assert sources(asyncio.run(view())) == [QuoteSource.LIVE]


BROKEN = {
    "out of order": always(b"", 503),
    "away for us": always(b"", 403),
    "asking too often": always(b"", 429),
    "created": always([quote()], 201),
    "no content": always(b"", 204),
    "an error page": always(b"<h1>Sorry</h1>"),
    "not a number": always(json.dumps([quote(price="?")]).replace('"?"', "NaN").encode()),
    "negative": always([quote(price="-5.00")]),
    "huge": always([quote(price="999999.00")]),
    "another currency": always([quote(currency="USD")]),
    "one sound and one not": always([quote(), quote(service="express", price=None)]),
    "compressed": always(gzip.compress(json.dumps([quote()]).encode()), Content_Encoding="gzip"),
    "too long": carrier_servers.endless,
    "too long and says so": always(b" " * 100_000),
    "broken off": carrier_servers.breaks_off,
    "does not like the question": always(b"", 400),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_carrier_costs_its_flat_rate(carrier, kind, caplog):
    carrier("swift", BROKEN[kind])
    carrier("other")

    offered = carriers.ask_all(PARCEL, ["swift", "other"])

    assert offered["swift"] == [
        CarrierQuote("swift", "flat", "Standard delivery", Decimal("9.90"), 2, 5, QuoteSource.FLAT)
    ]
    assert sources(offered["other"]) == [QuoteSource.LIVE]
    assert [record.levelname for record in caplog.records if "No quotes" in record.message] == ["WARNING"]


@pytest.mark.parametrize("kind", ["hang", "drip"])
@pytest.mark.parametrize("limit", ["the carrier's", "everybody's"])
def test_a_carrier_that_does_not_come_to_an_end_is_not_waited_for(carrier, settings, kind, limit):
    swift = carrier("swift", time_limit_seconds=0.3 if limit == "the carrier's" else 30)
    swift.answer = getattr(carrier_servers, kind)(swift)
    settings.CARRIERS_DEADLINE_SECONDS = 30 if limit == "the carrier's" else 0.3

    assert sources(ask()) == [QuoteSource.FLAT]

    assert not swift.is_over.is_set()
    assert len(swift.questions) == 1
    assert resilience.breakers()["carrier:swift"].failures == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(carrier, status):
    elsewhere = carrier("elsewhere")
    swift = carrier("swift", always(b"", status, Location=elsewhere.url))

    assert sources(ask()) == [QuoteSource.FLAT]

    assert (swift.paths, elsewhere.paths) == (["/quotes"], [])


def test_where_nobody_listens_the_flat_rate_counts(carrier, settings):
    carrier("swift")
    with socket.socket() as taken:  # bound, but not listening
        taken.bind(("127.0.0.1", 0))
        settings.CARRIERS["swift"]["url"] = f"http://127.0.0.1:{taken.getsockname()[1]}/"

        assert sources(ask()) == [QuoteSource.FLAT]

    assert resilience.breakers()["carrier:swift"].failures == 4


def test_a_carrier_without_flat_rate_offers_nothing_when_it_is_away(carrier, settings):
    carrier("swift", always(b"", 503))
    del settings.CARRIERS["swift"]["flat_rate"]

    assert ask() == []


def test_a_carrier_that_will_not_carry_it_offers_nothing(carrier):
    swift = carrier("swift", always({"reason": "an island"}, 422))

    assert ask(weight_grams=100) == []
    swift.answer = always([])
    assert ask(weight_grams=200) == []
    assert len(swift.questions) == 2


def test_who_is_not_in_the_settings_offers_nothing(carrier):
    carrier("swift")

    offered = carriers.ask_all(PARCEL, ["gone", "swift", "swift"])

    assert {code: sources(quotes) for code, quotes in offered.items()} == {
        "gone": [],
        "swift": [QuoteSource.LIVE],
    }
    assert carriers.codes() == ["swift"]


@pytest.mark.parametrize(("status", "tries"), [(500, 4), (503, 4), (400, 1), (403, 1), (429, 1), (302, 1)])
def test_only_what_may_pass_is_tried_again(carrier, status, tries):
    swift = carrier("swift", always(b"", status))

    ask()

    assert len(swift.questions) == tries


def test_a_carrier_that_recovers_in_between_is_believed(carrier):
    swift = carrier("swift")

    def fail_twice(request, _question):
        if len(swift.questions) < 3:
            carrier_servers.breaks_off(request, _question)
        else:
            send(request, [quote()])

    swift.answer = fail_twice

    assert sources(ask()) == [QuoteSource.LIVE]


# The breaker


def test_a_carrier_that_keeps_failing_is_left_alone_and_tried_once_later(carrier, monkeypatch):
    seconds = [0.0]
    breaker = Breaker("carrier:swift", clock=lambda: seconds[0])
    monkeypatch.setitem(resilience._breakers, "carrier:swift", breaker)
    swift = carrier("swift", always(b"", 503))

    for _ in range(4):
        assert sources(ask()) == [QuoteSource.FLAT]
    assert (len(swift.questions), breaker.state) == (5, BreakerState.OPEN)

    seconds[0] = 60
    ask()
    assert len(swift.questions) == 6

    seconds[0], swift.answer = 120, always([quote()])
    assert sources(ask()) == [QuoteSource.LIVE]
    assert breaker.state == BreakerState.CLOSED


def test_nonsense_opens_the_breaker_but_a_question_it_does_not_like_does_not(carrier):
    carrier("swift", always(b"", 400))
    carrier("liar", always([quote(price="-1")]))
    for _ in range(6):
        carriers.ask_all(PARCEL, ["swift", "liar"])

    states = {name: breaker.state for name, breaker in resilience.breakers().items()}

    assert states["carrier:swift"] == BreakerState.CLOSED
    assert states["carrier:liar"] == BreakerState.OPEN


# The thread in which it happens


def test_connections_are_kept_and_cookies_are_not(carrier):
    ports = []

    def note_the_port(request, _question):
        ports.append(request.client_address[1])
        send(request, [quote()], Set_Cookie="customer=42")

    swift = carrier("swift", note_the_port)
    ask(weight_grams=100)
    ask(weight_grams=200)

    assert len(set(ports)) == 1
    assert [headers["Cookie"] for headers in swift.headers] == [None, None]


def test_a_process_that_was_forked_asks_by_itself(carrier):
    carrier("swift")
    ask(weight_grams=100)

    child = os.fork()
    if child == 0:
        signal.alarm(carrier_servers.PATIENCE_SECONDS)
        status = 1
        try:
            status = 0 if sources(ask(weight_grams=200)) == [QuoteSource.LIVE] else 2
        finally:
            os._exit(status)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_no_secret_and_no_address_gets_into_the_logs(carrier, caplog):
    caplog.set_level(logging.DEBUG, logger="orders")
    carrier("swift", always(b"", 503), token="our-token")

    ask()

    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("orders"))
    assert "swift" in said
    assert "our-token" not in said
    assert PARCEL.zip_code not in said
