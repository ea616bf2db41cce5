from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from products.readers import Problem, fields, texts, values

pytestmark = pytest.mark.unit

PRICES = st.decimals(min_value=0, max_value=values.HIGHEST_PRICE, places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("19.90", "19.90"),
        ("19,90", "19.90"),
        ("€ 19.90", "19.90"),
        ("19,90 €", "19.90"),
        ("EUR19.90", "19.90"),
        ("$1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("1.234.567,8", "1234567.80"),
        ("CHF 12.–", "12.00"),  # noqa: RUF001 -- as it is written in Switzerland
        ("12,-", "12.00"),
        ("0", "0.00"),
        ("0.125", "0.13"),
        (".5", "0.50"),
        ("0.005", "0.01"),
        ("1234.5678", "1234.57"),
        (19.999, "20.00"),
        (20, "20.00"),
        ("99999999.99", "99999999.99"),
    ],
)
def test_a_price_is_read_however_it_is_written(text, amount):
    assert values.price(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "free", "1.234", "1,234", "-0.01", "100000000", "1e3", "NaN", "1.2.3", "12..5", "1,23.456,7", "5 5"],
)
def test_what_is_no_price_or_could_be_two_is_not_guessed(text):
    with pytest.raises(values.Unreadable):
        values.price(text)


def test_a_known_decimal_point_settles_what_could_be_two_prices():
    assert values.price("1.234", decimal=",") == 1234
    assert values.price("1.234", decimal=".") == Decimal("1.23")


@given(PRICES, st.sampled_from([("", "."), (",", "."), (".", ","), (" ", ","), ("'", ".")]))
def test_every_price_survives_every_way_of_writing_it(amount, signs):
    thousands, point = signs
    written = f"{amount:,.2f}".replace(",", "_").replace(".", point).replace("_", thousands)

    assert values.price(f"{written} €") == amount


@given(st.text())
def test_any_text_is_a_price_within_bounds_or_refused(text):
    try:
        amount = values.price(text)
    except values.Unreadable:
        return
    assert 0 <= amount <= values.HIGHEST_PRICE
    assert amount == amount.quantize(Decimal("0.01"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text("0123456789.,- kgt€"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(fields.FIELDS)), JSON))
@example({"images": 1})
def test_any_field_is_read_or_complained_of(raw):
    items = list(fields.records({"sku": "A", **raw}, line=1))
    problems = [item for item in items if isinstance(item, Problem)]

    assert len(items) - len(problems) == (not any(problem.is_refusal for problem in problems))


@pytest.mark.parametrize(
    "code",
    ["96385074", "036000291452", "4006381333931", "04006381333931", " 4006381-333931 ", "4006381333931.0"],
)
def test_codes_of_every_length_are_taken(code):
    assert values.ean(code).isdigit()


def test_a_leading_zero_that_a_spreadsheet_ate_is_put_back():
    assert values.ean("36000291452") == "036000291452"


@pytest.mark.parametrize(
    "code", ["4006381333932", "1234", "40063813339310000", "4.00638E+12", "٤٠٠٦٣٨١٣", "n/a"]
)
def test_a_wrong_code_is_no_code(code):
    with pytest.raises(values.Unreadable):
        values.ean(code)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 12), st.integers(1, 9))
def test_a_single_wrong_digit_is_found(body, place, change):
    right = next(f"{body}{digit}" for digit in range(10) if values.has_check_digit(f"{body}{digit}"))
    wrong = f"{right[:place]}{(int(right[place]) + change) % 10}{right[place + 1 :]}"

    assert not values.has_check_digit(wrong)


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [
        ("1.234", "1.234"),
        ("1,5 kg", "1.5"),
        ("500 g", "0.5"),
        ("2 lbs", "0.907"),
        ("0", "0"),
        ("1.500,25", "1500.25"),
    ],
)
def test_a_weight_is_read_in_its_unit(text, kilograms):
    assert values.weight(text) == Decimal(kilograms)


@pytest.mark.parametrize("text", ["heavy", "-1", "5 stone", "99999999"])
def test_what_is_no_weight_is_not_guessed(text):
    with pytest.raises(values.Unreadable):
        values.weight(text)


def test_flags_and_units_are_read_in_several_words():
    assert [values.flag(word) for word in ("TRUE", "Yes", "1", "ja")] == [True] * 4
    assert [values.flag(word) for word in ("false", "No", "0", "nein")] == [False] * 4
    assert [values.units(raw) for raw in ("7", "7.0", 7, "12 000")] == [7, 7, 7, 12_000]
    for bad in (
        lambda: values.flag("perhaps"),
        lambda: values.units("1.5"),
        lambda: values.units("1,000"),
        lambda: values.units("3000000000"),
    ):
        with pytest.raises(values.Unreadable):
            bad()


@given(st.text())
def test_cleaning_text_twice_is_cleaning_it_once(text):
    for clean in (texts.line, texts.plain, texts.rich):
        assert clean(clean(text)) == clean(text)


@given(st.text())
def test_cleaned_text_can_be_stored_anywhere(text):
    for clean in (texts.line, texts.plain, texts.rich):
        cleaned = clean(text + "\x00\ud800\x1b[31m")
        assert "\x00" not in cleaned
        cleaned.encode()


def test_a_description_keeps_its_harmless_tags_alone():
    html = '<p onclick="x()">Warm <strong>wool</strong> <a href="javascript:x()">more</a></p><script>x()'

    assert texts.rich(html) == "<p>Warm <strong>wool</strong> more</p>"
    assert texts.plain("Tom &amp;amp; <b>Jerry</b>&nbsp;3 < 5") == "Tom & Jerry 3 < 5"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+49 30", "-x", "@a", "\tx", "'=1", "''-x", "plain", "it's", "-5.2", "'", ""]
)
def test_a_formula_is_neutralized_and_comes_back_as_it_was(cell):
    safe = texts.neutralized(cell)

    assert texts.original(safe) == cell
    assert not safe.startswith(("=", "+", "@", "\t"))
    assert not safe.startswith("-") or safe == "-5.2"


@given(st.text())
def test_every_cell_comes_back_as_it_was(cell):
    assert texts.original(texts.neutralized(cell)) == cell


def test_long_text_is_cut_between_words_and_stays_so():
    cut = fields.shortened("word " * 100, 50)

    assert len(cut) <= 50
    assert cut.endswith("word…")
    assert fields.shortened(cut, 50) == cut
