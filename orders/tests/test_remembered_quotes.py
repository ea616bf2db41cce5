"""What carriers said counts while they are away, and for a moment in place of asking again."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from orders import carriers
from orders.carriers import QuoteSource
from orders.tests.carrier_servers import PARCEL, always, ask, quote, sources

pytestmark = pytest.mark.integration


def test_the_last_known_quotes_of_such_a_parcel_are_remembered(carrier):
    swift = carrier("swift", always([quote(), quote(service="express", price="12.00")]))
    live = ask(weight_grams=1_800)
    swift.answer = always(b"", 503)

    known = ask(weight_grams=1_100, zip_code="80331", value=Decimal("5.00"))

    assert sources(known) == [QuoteSource.REMEMBERED] * 2
    assert [(one.service, one.price) for one in known] == [(one.service, one.price) for one in live]


@pytest.mark.parametrize(
    "fields", [{"country": "AT"}, {"weight_grams": 1_000}, {"weight_grams": 2_001}, {"weight_grams": 99_000}]
)
def test_another_country_or_weight_is_another_parcel(carrier, fields):
    swift = carrier("swift")
    ask(weight_grams=2_000)
    swift.answer = always(b"", 503)

    assert sources(ask(**fields)) == [QuoteSource.FLAT]
    assert sources(ask(weight_grams=1_001)) == [QuoteSource.REMEMBERED]


def test_that_a_carrier_offers_nothing_is_remembered_too(carrier):
    swift = carrier("swift", always([]))
    assert ask(zip_code="10115") == []
    swift.answer = always(b"", 503)

    assert ask(zip_code="80331") == []


def test_nothing_that_was_not_believed_is_remembered(carrier):
    swift = carrier("swift")
    ask(zip_code="10115")
    swift.answer = always([quote(price="-5.00")])

    assert [one.price for one in ask(zip_code="80331")] == [Decimal("7.50")]
    assert len(swift.questions) == 2


def test_what_was_just_said_of_this_very_parcel_is_not_asked_again(carrier):
    swift, slow = carrier("swift", always([quote(), quote(service="express")])), carrier("slow")
    slow.answer = always(b"", 503)
    first = carriers.ask_all(PARCEL, ["swift", "slow"])
    swift.answer, slow.answer = always([quote(price="99.00")]), always([quote()])

    second = carriers.ask_all(PARCEL, ["swift", "slow"])

    assert second["swift"] == first["swift"]
    assert sources(second["slow"]) == [QuoteSource.LIVE]
    assert [len(server.questions) for server in (swift, slow)] == [1, 5]


@pytest.mark.parametrize(
    "fields", [{"country": "AT"}, {"zip_code": "10117"}, {"weight_grams": 1_801}, {"value": Decimal("59.91")}]
)
def test_of_another_parcel_it_is_asked_again(carrier, fields):
    swift = carrier("swift")
    ask()
    ask(**fields)

    assert len(swift.questions) == 2


def test_no_place_is_readable_in_the_cache(carrier, monkeypatch):
    keys = []
    monkeypatch.setattr(cache, "get_many", lambda wanted: keys.extend(wanted) or {})
    carrier("swift")

    ask(zip_code="SW1A 1AA")

    assert keys
    assert not [key for key in keys if "SW1A" in key]


def test_what_another_release_has_remembered_is_not_trusted(carrier, monkeypatch):
    carrier("swift", always(b"", 503))
    monkeypatch.setattr(cache, "get_many", lambda keys: {key: [{"price": "0.01"}] for key in keys})

    assert sources(ask()) == [QuoteSource.FLAT]


def test_without_redis_carriers_are_asked_all_the_same(carrier, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    swift = carrier("swift")
    assert sources(ask()) == [QuoteSource.LIVE]
    swift.answer = always(b"", 503)

    assert sources(ask()) == [QuoteSource.FLAT]
