"""VAT numbers: format and check digits."""

import re

import pytest

from orders.errors import VatNumberRefused
from orders.pricing import vat, vat_numbers

pytestmark = pytest.mark.unit

NUMBERS = {
    "AT": "ATU13585627", "BE": "BE0428759497", "BG": "BG175074752", "CY": "CY10259033P", "CZ": "CZ25123891",
    "DE": "DE136695976", "DK": "DK13585628", "EE": "EE100931558", "GR": "EL094259216", "ES": "ESB58378431",
    "FI": "FI20774740", "FR": "FR40303265045", "HR": "HR33392005961", "HU": "HU12892312", "IE": "IE6433435F",
    "IT": "IT00743110157", "LT": "LT119511515", "LU": "LU15027442", "LV": "LV40003521600", "MT": "MT11679112",
    "NL": "NL004495445B01", "PL": "PL8567346215", "PT": "PT501964843", "RO": "RO18547290",
    "SE": "SE123456789701", "SI": "SI50223054", "SK": "SK2022749619", "XI": "XI980780684",
}  # fmt: skip


def is_accepted(number, country):
    try:
        vat_numbers.normalized(number, country)
    except VatNumberRefused:
        return False
    return True


def test_every_member_state_is_here():
    assert set(NUMBERS) - {"XI"} == {rate.country for rate in vat.all_rates()} - {"GB", "MC"}


@pytest.mark.parametrize(("country", "number"), NUMBERS.items())
def test_a_number_is_accepted_with_its_prefix_and_without_and_however_it_is_grouped(country, number):
    grouped = f" {number[:2].lower()} {number[2:5]}-{number[5:8]}.{number[8:]} "

    assert vat_numbers.normalized(number, country) == number
    assert vat_numbers.normalized(number[2:], country) == number
    assert vat_numbers.normalized(grouped, country) == number


@pytest.mark.parametrize(("country", "number"), NUMBERS.items())
def test_a_wrong_digit_is_noticed(country, number):
    wrong = [
        number[: match.start()] + digit + number[match.end() :]
        for match in re.finditer(r"\d", number)
        for digit in "0123456789"
        if digit != match.group()
    ]
    noticed = sum(not is_accepted(other, country) for other in wrong)

    # The last two digits of a Dutch number count the branches, and a few countries know several schemes.
    assert noticed >= len(wrong) * (0.8 if country == "NL" else 0.9)


@pytest.mark.parametrize(
    ("number", "country"),
    [("", "DE"), ("DE", "DE"), ("DE136695977", "DE"), ("FR40303265045", "DE"), ("DE136695976", "FR"),
     ("136695976" * 9, "DE"), ("CHE116281277", "CH"), ("GB980780684", "GB"), ("DE136695976", ""),
     ("' OR 1=1 --", "DE"), ("EU372000041", "DE")],
)  # fmt: skip
def test_what_cannot_be_a_number_of_that_country_is_refused_with_a_reason(number, country):
    with pytest.raises(VatNumberRefused) as refused:
        vat_numbers.normalized(number, country)

    assert refused.value.code == "vat_number_refused"
    assert refused.value.status == 400
    assert refused.value.facts == {"country": country}


def test_greece_and_northern_ireland_have_prefixes_of_their_own():
    assert vat_numbers.normalized("094259216", "GR") == "EL094259216"
    assert vat_numbers.normalized("GR094259216", "GR") == "EL094259216"
    assert vat_numbers.normalized("980780684", "GB") == "XI980780684"


def test_monaco_has_french_numbers():
    assert vat_numbers.normalized("FR40303265045", "MC") == "FR40303265045"
