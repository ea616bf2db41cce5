"""What a carrier says is believed when all of it can be believed."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.carriers import CarrierQuote, QuoteSource, answers
from orders.carriers.quotes import CarrierFailed
from orders.tests.carrier_servers import quote

pytestmark = pytest.mark.unit


def read(body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answers.quotes_in(content, carrier="swift", currency="EUR")


def price_of(text):
    """Quotes in which the price is written as ``text``."""
    return json.dumps([quote(price="?")]).replace('"?"', text).encode()


def test_quotes_come_cheapest_first():
    express = quote(service="express", name=" Swift\u00a0Express ", price=19.9, days_min=0, days_max=1)

    assert read([express, quote()]) == [
        CarrierQuote("swift", "standard", "Swift Standard", Decimal("7.50"), 1, 3, QuoteSource.LIVE),
        CarrierQuote("swift", "express", "Swift Express", Decimal("19.90"), 0, 1, QuoteSource.LIVE),
    ]


def test_no_quotes_are_an_answer():
    assert read([]) == []


@pytest.mark.parametrize(
    ("text", "price"), [("0", "0.00"), ("7.5", "7.50"), ('"7.50"', "7.50"), ("10000", "10000.00")]
)
def test_a_price_is_a_number_or_a_text_in_whole_cents(text, price):
    assert str(read(price_of(text))[0].price) == price


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "Infinity", "-Infinity", '"NaN"', '"Infinity"', '"sNaN"'),
        *("-1", '"-1.00"', "-0.01", "1e3", "1e999999", "1e99999999999999999999", "1" + "0" * 5000),
        *("10000.01", "99999", '"1000000.00"', "7.501", '"7,50"', '" 7.50"', '"7.50\\n"', '"\u0667.50"'),
        *("null", "true", "[]", "{}", '""', '"free"'),
    ],
)
def test_anything_else_is_no_price(text):
    with pytest.raises(CarrierFailed):
        read(price_of(text))


@pytest.mark.parametrize(
    "fields",
    [
        {"currency": "USD"},
        {"currency": None},
        {"service": ""},
        {"service": 7},
        {"service": "../admin"},
        {"service": "x" * 41},
        {"name": ""},
        {"name": 7},
        {"name": "x" * 81},
        {"name": "Swift\x00Standard"},
        {"name": "\u202egnihtemos"},
        {"name": "\ud800"},
        {"days_min": -1},
        {"days_min": 1.5},
        {"days_min": "1"},
        {"days_min": True},
        {"days_min": None},
        {"days_max": 91},
        {"days_min": 4},
    ],
)
def test_a_doubtful_field_makes_the_whole_answer_worthless(fields):
    with pytest.raises(CarrierFailed):
        read([quote(service="express"), quote(**fields)])


@pytest.mark.parametrize("field", quote())
def test_a_field_that_is_missing_makes_the_whole_answer_worthless(field):
    with pytest.raises(CarrierFailed):
        read([{name: value for name, value in quote().items() if name != field}])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sorry</html>",
        b"\xff\xfe\x00",
        b"[" * 60_000,
        b'[{"price": "1.00", "price": "2.00"}]',
        json.dumps({"quotes": [quote()]}).encode(),
        json.dumps(quote()).encode(),
        json.dumps([[quote()]]).encode(),
        json.dumps([quote(), quote(name="Again")]).encode(),
        json.dumps([quote(service=f"number-{number}") for number in range(21)]).encode(),
        b"null",
        b"7",
    ],
)
def test_what_is_no_list_of_quotes_is_refused(body):
    with pytest.raises(CarrierFailed):
        read(body)


TEXT = st.text("aZ0-_. \x00\u202e\u0667€", max_size=10)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals(places=2).map(str) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


@given(rows=st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(quote(), JSON)), max_size=3))
def test_whatever_is_sent_comes_back_as_sound_quotes_or_not_at_all(rows):
    try:
        found = read([quote() | row for row in rows])
    except CarrierFailed:
        return
    for one in found:
        assert Decimal(0) <= one.price <= answers.MOST_PRICE
        assert one.price == one.price.quantize(Decimal("0.01"))
        assert 0 <= one.days_min <= one.days_max <= answers.MOST_DAYS
        assert one.name.isprintable()


@given(body=st.binary(max_size=200))
def test_bytes_that_mean_nothing_are_refused(body):
    with suppress(CarrierFailed):
        assert read(body) == []


def test_what_is_remembered_reads_as_what_was_said():
    said = read([quote(), quote(service="express", price="12.00")])

    rows = json.loads(json.dumps(answers.rows_of(said, currency="EUR")))
    again = answers.quotes_from(rows, carrier="swift", currency="EUR", source=QuoteSource.LIVE)

    assert again == said
