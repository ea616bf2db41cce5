"""VAT rates by place and day, and who owes the tax."""

from datetime import date
from decimal import Decimal

import pytest

from orders.pricing import vat

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 26)
STANDARD = {
    "AT": "20", "BE": "21", "BG": "20", "CY": "19", "CZ": "21", "DE": "19", "DK": "25",
    "EE": "24", "ES": "21", "FI": "25.5", "FR": "20", "GR": "24", "HR": "25", "HU": "27",
    "IE": "23", "IT": "22", "LT": "21", "LU": "17", "LV": "21", "MT": "18", "NL": "21",
    "PL": "23", "PT": "23", "RO": "21", "SE": "25", "SI": "22", "SK": "23",
}  # fmt: skip
"""Percent. Source: github.com/kdeldycke/vat-rates, 2025-09-18; the shop's file is made from another."""


@pytest.mark.parametrize("country", STANDARD)
def test_every_member_state_has_its_standard_rate(country):
    assert vat.rates_on(TODAY, country)["standard"] * 100 == Decimal(STANDARD[country])
    assert vat.member_state(country) == country


@pytest.mark.parametrize(
    ("day", "standard", "reduced"),
    [("2020-06-30", "0.19", "0.07"), ("2020-07-01", "0.16", "0.05"), ("2020-12-31", "0.16", "0.05"),
     ("2021-01-01", "0.19", "0.07")],
)  # fmt: skip
def test_a_rate_changes_on_the_day_that_the_law_says(day, standard, reduced):
    rates = vat.rates_on(date.fromisoformat(day), "DE")

    assert (rates["standard"], rates["reduced"]) == (Decimal(standard), Decimal(reduced))


def test_a_class_that_a_country_lacks_is_taxed_as_the_next_higher_one():
    denmark, germany = vat.rates_on(TODAY, "DK"), vat.rates_on(TODAY, "DE")

    assert denmark["super_reduced"] == denmark["reduced"] == denmark["standard"] == Decimal("0.25")
    assert germany["super_reduced"] == germany["reduced"] == Decimal("0.07")
    assert germany["parking"] == germany["standard"]
    assert vat.rates_on(TODAY, "BE")["parking"] == Decimal("0.12")


def test_the_lower_of_two_reduced_rates_stands_in_for_a_super_reduced_one():
    hungary, italy = vat.rates_on(TODAY, "HU"), vat.rates_on(TODAY, "IT")

    assert (hungary["reduced"], hungary["super_reduced"]) == (Decimal("0.18"), Decimal("0.05"))
    assert (italy["reduced"], italy["super_reduced"]) == (Decimal("0.10"), Decimal("0.04"))


def test_a_class_that_a_country_gives_up_ends():
    # two reduced rates until 2024, one since
    assert vat.rates_on(date(2023, 12, 31), "CZ")["super_reduced"] == Decimal("0.10")
    assert vat.rates_on(date(2024, 1, 1), "CZ")["super_reduced"] == Decimal("0.12")


def test_rows_of_one_class_follow_each_other_without_gap_or_overlap():
    for earlier, later in zip(vat.all_rates(), vat.all_rates()[1:], strict=False):
        if (earlier.country, earlier.tax_class) == (later.country, later.tax_class):
            assert earlier.valid_to is not None
            assert earlier.valid_to <= later.valid_from
            assert earlier.valid_to < later.valid_from or earlier.rate != later.rate
    assert all(0 <= rate.rate < 1 for rate in vat.all_rates())
    keys = [(rate.country, rate.tax_class, rate.valid_from) for rate in vat.all_rates()]
    assert len(keys) == len(set(keys))


def test_what_is_asked_by_day_is_what_the_rows_say():
    for country in STANDARD:
        valid = {
            rate.tax_class: rate.rate
            for rate in vat.all_rates()
            if rate.country == country
            and rate.valid_from <= TODAY
            and (rate.valid_to is None or rate.valid_to > TODAY)
        }
        assert vat.complete(valid) == vat.rates_on(TODAY, country)


def test_no_rate_is_invented_for_a_day_before_the_table_begins():
    with pytest.raises(LookupError, match="DE on 2015-12-31"):
        vat.rates_on(date(2015, 12, 31), "DE")


@pytest.mark.parametrize("country", ["US", "CH", "NO", "AX", "GL", "FO", "SM", "", "??"])
def test_a_country_outside_the_union_is_an_export(country):
    assert vat.is_outside(country)
    assert vat.is_export(country, store_country="DE")
    assert set(vat.rates_on(TODAY, country).values()) == {Decimal(0)}


@pytest.mark.parametrize(
    ("country", "zip_code"),
    [("ES", "35001"), ("ES", "38670"), ("ES", "51001"), ("ES", "52006"), ("DE", "27498"), ("DE", "D-78266"),
     ("FI", "22100"), ("FI", "FI-22100"), ("IT", "23041"), ("IT", "22061"), ("GR", "630 86"), ("FR", "97110"),
     ("EL", "63086"), ("FR", "97600"), ("FR", "98800")],
)  # fmt: skip
def test_a_territory_without_the_union_s_vat_is_an_export(country, zip_code):
    assert vat.is_export(country, zip_code, store_country="DE")
    assert vat.is_export(country, zip_code, store_country=country)
    assert set(vat.rates_on(TODAY, country, zip_code).values()) == {Decimal(0)}


@pytest.mark.parametrize(
    ("country", "zip_code"),
    [("ES", "28013"), ("DE", "27499"), ("FI", "00100"), ("FI", "20100"), ("FR", "75001"), ("FR", "98000"),
     ("IT", "22060"), ("DE", ""), ("ES", "03501")],
)  # fmt: skip
def test_the_places_beside_them_are_not(country, zip_code):
    assert not vat.is_outside(country, zip_code)
    assert vat.rates_on(TODAY, country, zip_code) == vat.rates_on(TODAY, country)


@pytest.mark.parametrize(
    ("country", "zip_code", "standard", "reduced"),
    [("PT", "9000-123", "0.22", "0.12"), ("PT", "9500-321", "0.16", "0.09"),
     ("PT", "1000-001", "0.23", "0.13"), ("AT", "6691", "0.19", "0.13"),
     ("AT", "A-6992", "0.19", "0.13"), ("AT", "6600", "0.20", "0.13")],
)  # fmt: skip
def test_a_territory_may_have_rates_of_its_own(country, zip_code, standard, reduced):
    rates = vat.rates_on(TODAY, country, zip_code)

    assert (rates["standard"], rates["reduced"]) == (Decimal(standard), Decimal(reduced))


def test_the_rates_of_a_territory_have_their_days_too():
    assert vat.local_rates(date(2021, 6, 30), "PT", "9500-321")["standard"] == Decimal("0.18")
    assert vat.local_rates(date(2021, 7, 1), "PT", "9500-321")["standard"] == Decimal("0.16")
    assert vat.local_rates(TODAY, "PT", "1000-001") == {}


def test_monaco_is_taxed_as_a_part_of_france():
    assert vat.member_state("MC") == "FR"
    assert vat.rates_on(TODAY, "MC") == vat.rates_on(TODAY, "FR")
    assert {rate.country for rate in vat.all_rates()} >= {"MC", "FR", "GB"}


def test_northern_ireland_belongs_to_the_union_s_vat_and_the_rest_of_the_kingdom_does_not():
    assert vat.member_state("GB", "BT1 5GS") == "XI"
    assert not vat.is_export("GB", "bt1 5gs", store_country="DE")
    assert vat.rates_on(TODAY, "GB", "BT1 5GS")["standard"] == Decimal("0.20")
    assert vat.is_export("GB", "SW1A 1AA", store_country="DE")
    assert vat.is_export("UK", "B1 1AA", store_country="DE")


def test_a_store_outside_the_union_exports_to_every_other_country():
    assert not vat.is_export("GB", "SW1A 1AA", store_country="GB")
    assert not vat.is_export("GB", "BT1 5GS", store_country="GB")
    assert vat.is_export("DE", "10115", store_country="GB")
    assert vat.is_export("US", store_country="GB")


@pytest.mark.parametrize(
    ("country", "zip_code", "vat_number", "owed_by_the_buyer"),
    [("AT", "1010", "ATU13585627", True), ("GR", "10431", "EL094259216", True),
     ("GB", "BT1 5GS", "XI980780684", True), ("MC", "98000", "FR40303265045", True),
     ("AT", "1010", "", False), ("DE", "10115", "DE136695976", False), ("AT", "1010", "FR40303265045", False),
     ("GB", "SW1A 1AA", "XI980780684", False), ("ES", "35001", "ESB58378431", False),
     ("US", "10001", "ATU13585627", False)],
)  # fmt: skip
def test_the_buyer_owes_the_tax_as_a_business_of_another_member_state_delivered_to_there(
    country, zip_code, vat_number, owed_by_the_buyer
):
    reverse = vat.is_reverse_charge(country, zip_code, store_country="DE", vat_number=vat_number)

    assert reverse is owed_by_the_buyer


def test_a_store_outside_the_union_has_no_reverse_charge():
    assert not vat.is_reverse_charge("AT", "1010", store_country="CH", vat_number="ATU13585627")
