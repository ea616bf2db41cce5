"""Reading the file that names the carriers."""

import textwrap

import pytest
from django.core.exceptions import ImproperlyConfigured

from dbProject.settings.carriers import EXAMPLE, read_carriers

pytestmark = pytest.mark.unit


@pytest.fixture
def file(tmp_path):
    """Call it with text to get the path of a file that holds it."""

    def write(text):
        path = tmp_path / "carriers.toml"
        path.write_text(textwrap.dedent(text))
        return str(path)

    return write


def test_without_a_file_there_are_no_carriers():
    assert read_carriers("") == {}


def test_the_example_is_sound(file):
    swift = read_carriers(file(EXAMPLE))["swift"]

    assert (swift["time_limit_seconds"], swift["flat_rate"]["price"]) == (2.0, "6.90")


@pytest.mark.parametrize(
    ("found", "instead", "named"),
    [
        ("https://", "http://", "https"),
        ("https://api.swift.example/quotes", "", "url"),
        ("token =", "tokens =", "tokens"),
        ("2.0", "0", "time_limit_seconds"),
        ("2.0", "true", "time_limit_seconds"),
        ("2.0", "nan", "time_limit_seconds"),
        ("2.0", "31", "time_limit_seconds"),
        ('"6.90"', "6.90", "texts"),
        ('"6.90"', '"-6.90"', "price"),
        ('"6.90"', '"6,90"', "price"),
        ("days_max = 4", "days_max = 1", "days"),
        ("days_min = 2", "", "flat_rate has"),
        ("[swift]", '["Swift Parcel"]', "code"),
        ("token =", "token", "cannot be read"),
    ],
)
def test_a_mistake_is_named(file, found, instead, named):
    text = EXAMPLE.replace("swift.flat_rate", '"Swift Parcel".flat_rate') if "Parcel" in instead else EXAMPLE
    assert found in text

    with pytest.raises(ImproperlyConfigured, match=named):
        read_carriers(file(text.replace(found, instead, 1)))


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ImproperlyConfigured, match=r"CARRIERS_FILE=/nowhere\.toml"):
        read_carriers("/nowhere.toml")


def test_a_carrier_on_this_machine_needs_no_https(file):
    text = EXAMPLE.replace("https://api.swift.example", "http://127.0.0.1:8500")

    assert read_carriers(file(text))["swift"]["url"] == "http://127.0.0.1:8500/quotes"
