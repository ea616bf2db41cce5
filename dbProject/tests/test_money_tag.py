"""Amounts as people read them."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from dbProject.templatetags import money

pytestmark = pytest.mark.unit


def shown(amount):
    return Template("{% load money %}{{ amount|money }}").render(Context({"amount": amount}))


@pytest.mark.parametrize(
    ("amount", "language", "expected"),
    [
        ("19.9", "en", "19.90\xa0€"),
        ("0", "en", "0.00\xa0€"),
        ("1299", "en", "1,299.00\xa0€"),
        ("1299", "de", "1.299,00\xa0€"),
        ("2.345", "en", "2.35\xa0€"),
    ],
)
def test_separators_are_the_reader_s_and_the_currency_is_the_store_s(amount, language, expected):
    with translation.override(language):
        assert shown(Decimal(amount)) == expected


def test_a_currency_without_a_sign_is_shown_by_its_code(settings):
    settings.STORE_CURRENCY = "CHF"

    assert shown(Decimal(5)) == "5.00\xa0CHF"


def test_a_headline_has_no_cents():
    assert money.round_money(1500) == "1,500\xa0€"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1160.41 EUR · Return 1", "1.160,41\xa0€ · Return 1"),
        ("Lamp 12.50 EURO, 3.5 EUR, 4.00 USD", "Lamp 12.50 EURO, 3.5 EUR, 4.00 USD"),
        ("<b>1.00 EUR</b>", "&lt;b&gt;1,00\xa0€&lt;/b&gt;"),
        ("", ""),
    ],
)
def test_amounts_in_a_text_are_read_as_any_other(text, expected):
    with translation.override("de"):
        template = Template("{% load money %}{{ text|with_amounts }}")
        assert template.render(Context({"text": text})) == expected
