"""What readers of past orders make of rows, good and bad."""

import zipfile
from decimal import Decimal

import pytest

from orders import readers
from orders.readers import PastLine
from orders.services.history import survey
from orders.tests.past_files import HEADING, write
from products.errors import ImportRefused

pytestmark = pytest.mark.unit

GOOD = ["1", "A", "Thing", "1", "2010-12-01 08:00", "2.00", "7", "France"]
PLACES = {name: place for place, name in enumerate(HEADING.strip().split(","))}


def read(path, **options):
    return [item for _format, item in readers.read(path, **options)]


def row(**cells):
    return ",".join(f'"{cells.get(name, GOOD[place])}"' for name, place in PLACES.items())


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("InvoiceNo", ""), ("InvoiceNo", "x" * 41), ("StockCode", " "), ("StockCode", "x" * 101),
        ("Description", "x" * 301), ("Quantity", ""), ("Quantity", "1.5"), ("Quantity", "NaN"),
        ("Quantity", "0"), ("Quantity", "2147483648"), ("Quantity", "-99999999999"), ("UnitPrice", ""),
        ("UnitPrice", "NaN"), ("UnitPrice", "Infinity"), ("UnitPrice", "1e5"), ("UnitPrice", "0.00001"),
        ("UnitPrice", "10000000000"), ("UnitPrice", "free"), ("InvoiceDate", ""),
        ("InvoiceDate", "2010-02-30 08:00"), ("InvoiceDate", "0001-01-01 00:00"),
        ("InvoiceDate", "9999-12-31 23:59"), ("CustomerID", "x" * 255), ("Country", "x" * 61),
    ],
)  # fmt: skip
def test_a_bad_cell_costs_its_row_and_no_other(tmp_path, column, cell):
    text = f"{HEADING}{row(**{column: cell})}\n{row()}\n"
    problem, line = read(write(tmp_path, text))
    assert (problem.line, problem.column, problem.is_refusal) == (2, column, True)
    assert isinstance(line, PastLine)


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"CustomerID": "17850.0"}, "customer", "17850"),
        ({"CustomerID": "A.0"}, "customer", "A.0"),
        ({"Country": "EIRE"}, "country", "IE"),
        ({"Country": "RSA"}, "country", "ZA"),
        ({"Country": "USA"}, "country", "US"),
        ({"Country": "Channel Islands"}, "country", ""),
        ({"UnitPrice": "-11062.06"}, "unit_price", Decimal("-11062.06")),
        ({"UnitPrice": "0.001"}, "unit_price", Decimal("0.001")),
        ({"StockCode": "gift_0001_20"}, "is_fee", True),
        ({"StockCode": "BANK CHARGES"}, "is_fee", True),
        ({"StockCode": "m"}, "is_fee", True),
        ({"StockCode": "DCGS0076"}, "is_fee", False),
        ({"InvoiceNo": "C1"}, "is_cancellation", True),
        ({"InvoiceNo": "A563185"}, "is_cancellation", False),
        ({"Description": " as it stands "}, "description", " as it stands "),
        ({"Description": "nul\x00 bell\x07"}, "description", "nul bell"),
        ({"StockCode": "85123a"}, "code", "85123a"),
    ],
)
def test_a_cell_is_read_as_it_is_meant(tmp_path, cells, field, value):
    (line,) = read(write(tmp_path, f"{HEADING}{row(**cells)}\n"))
    assert getattr(line, field) == value


def test_the_other_spellings_of_online_retail_are_read(tmp_path):
    text = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
    (line,) = read(write(tmp_path, f"{text}1,A,Thing,1,12/1/2010 8:26,2.00,7,France\n"))
    assert (line.placed_at.month, line.placed_at.day, line.currency) == (12, 1, "GBP")


def test_names_that_break_programs_are_kept(tmp_path):
    names = [
        "'; DROP TABLE orders; --", "\uff34\uff25\uff33\uff34", "\u202eright to left",
        "\U0001f469\u200d\U0001f467", "<script>alert(1)</script>", "=1+1", 'a "quoted" one', "two\nlines",
    ]  # fmt: skip
    rows = "\n".join(row(Description=name.replace('"', '""')) for name in names)
    assert [line.description for line in read(write(tmp_path, f"{HEADING}{rows}\n"))] == names


def test_a_zip_of_files_is_read_as_they_are(tmp_path):
    with zipfile.ZipFile(tmp_path / "days.zip", "w") as archive:
        archive.writestr("1.csv", f"{HEADING}{row()}\n")
        archive.writestr("2.csv", f"{HEADING}{row()}\n{row(Quantity='x')}\n")
    first, second, problem = read(tmp_path / "days.zip")
    assert (first.member, second.member, problem.source) == ("1.csv", "2.csv", "2.csv")


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "sku,name,price\nA,Thing,1\n", b"\x89PNG\r\n\x1a\n\x00\x00"]
)
def test_a_file_of_something_else_is_refused(tmp_path, text):
    with pytest.raises(ImportRefused):
        read(write(tmp_path, text))


def test_an_unknown_kind_and_currency_are_refused(tmp_path):
    heading = "order_number,placed_at,sku,quantity,unit_price,currency,kind,color\n"
    rows = "1,2019-01-01,A,1,2,EUR,gift,\n1,2019-01-01,A,1,2,JPY,,\n1,2019-01-01,A,1,2,usd,fee,\n"
    warning, kind, currency, line = read(write(tmp_path, heading + rows))
    assert (warning.column, warning.is_refusal) == ("color", False)
    assert (kind.column, currency.column) == ("kind", "currency")
    assert (line.currency, line.is_fee) == ("USD", True)


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("WHITE HEART", True), ("3 TRADITIONAl BISCUIT CUTTERS", True), ("Dr. Jam's Stress Ball", True),
        ("?", False), ("damaged", False), ("DAMAGED", False), ("?? missing", False), ("wrong code", False),
        ("Thrown away.", False), ("", False), ("12", False), ("Amazon sold sets", False),
    ],
)  # fmt: skip
def test_remarks_of_the_warehouse_are_no_names(text, is_name):
    assert bool(text and survey.is_name(text)) is is_name
