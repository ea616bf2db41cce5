"""Addresses as each country's post wants them."""

import pytest
from django.utils import translation

from users import addresses, countries
from users.address_forms import AddressForm

pytestmark = pytest.mark.unit
HOME = {"name": "Robin Doe", "street": "1 High St", "street2": "Flat 2", "city": "Town"}


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("DE", "d-10119", "10119"),
        ("DE", " 10 119 ", "10119"),
        ("AT", "A-1010", "1010"),
        ("PL", "00950", "00-950"),
        ("LV", "1073", "LV-1073"),
        ("LV", "lv1073", "LV-1073"),
        ("GB", "ec1y8sy", "EC1Y 8SY"),
        ("GB", "e16an", "E1 6AN"),
        ("CA", "h3z2y7", "H3Z 2Y7"),
        ("US", "95014", "95014"),
        ("US", "221621010", "22162-1010"),
        ("NL", "1234ab", "1234 AB"),
        ("BG", "", ""),
        ("ZZ", " whatever ", "whatever"),
    ],
)
def test_a_postal_code_is_written_as_its_country_does(country, typed, written):
    assert addresses.zip_code(typed, country=country) == written


@pytest.mark.parametrize(
    ("country", "typed"), [("DE", "1011"), ("DE", "١٠١١٩"), ("GB", "10119"), ("US", "ABCDE"), ("DE", "-")]
)
def test_a_code_that_cannot_be_there_is_refused(country, typed):
    with pytest.raises(ValueError, match=typed):
        addresses.zip_code(typed, country=country)


@pytest.mark.parametrize(
    ("country", "state", "zip_code", "written"),
    [
        ("US", "CA", "95014", ["Robin Doe", "1 High St", "Flat 2", "Town, CA 95014", "United States"]),
        ("DE", "", "10119", ["Robin Doe", "1 High St", "Flat 2", "10119 Town", "Germany"]),
        ("GB", "", "E1 6AN", ["Robin Doe", "1 High St", "Flat 2", "Town", "E1 6AN", "United Kingdom"]),
        ("ES", "A", "03001", ["Robin Doe", "1 High St", "Flat 2", "03001 Town Alicante", "Spain"]),
        ("CH", "", "2544", ["Robin Doe", "1 High St", "Flat 2", "CH-2544 Town", "Switzerland"]),
        ("XX", "X", "1", ["Robin Doe", "1 High St", "Flat 2", "1 Town X", "XX"]),
    ],
)
def test_an_address_is_written_in_its_country_s_order(country, state, zip_code, written):
    assert addresses.lines(HOME | {"country": country, "state": state, "zip_code": zip_code}) == written


def test_what_was_typed_is_never_taken_for_the_layout():
    assert addresses.lines({"street": "%C%n<b>", "city": "Town", "country": "DE"})[0] == "%C%n<b>"
    assert addresses.lines({}) == []


@pytest.mark.parametrize("country", countries.NAMES)
def test_every_country_that_is_delivered_to_has_a_shape(country):
    shape = addresses.shape(country)

    assert shape.zip_code_examples
    for example in shape.zip_code_examples:
        assert addresses.zip_code(example, country=country) == example
    assert not shape.needs_state or shape.states


def form(**typed):
    return AddressForm(HOME | typed, codes=["DE", "US", "GB"])


def test_a_form_asks_for_what_its_country_needs():
    german, american = form(country="DE", zip_code="10119"), form(country="US", zip_code="95014")

    assert german.is_valid()
    assert not german.needs_state
    assert american.errors == {"state": ["Please fill this in."]}
    assert (american["zip_code"].label, american["state"].label) == ("ZIP code", "State")
    assert form(country="US", zip_code="95014", state="CA").is_valid()
    assert "state" in form(country="US", zip_code="95014", state="Bavaria").errors


def test_a_wrong_postal_code_is_told_how_a_right_one_looks():
    with translation.override("de"):
        assert form(country="GB", zip_code="10119").errors["zip_code"] == [
            "Bitte geben Sie eine wie EC1Y 8SY ein."
        ]


def test_the_state_of_another_country_does_not_stay():
    assert form(country="DE", zip_code="10119", state="CA").is_valid()
