import zipfile

import pytest

from products.errors import ImportRefused
from products.readers import streams
from products.readers.record import Problem
from products.readers.tables import CELL_CHARACTERS, Table
from products.tests.import_files import read, write

pytestmark = pytest.mark.unit

ROWS = "sku,name,price\nA,Ärmel,1.00\nB,Bär,2.00\n"


def table(path):
    blob = next(streams.blobs(path))
    found = Table(blob)
    return found.columns, list(found)


def cells(path):
    columns, rows = table(path)
    return [dict(zip(columns, row.cells, strict=True)) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_encoding_delimiter_and_line_end_is_understood(tmp_path, encoding, delimiter, line_end):
    text = ROWS.replace(",", delimiter).replace("\n", line_end)

    assert cells(write(tmp_path, text, encoding=encoding)) == [
        {"sku": "A", "name": "Ärmel", "price": "1.00"},
        {"sku": "B", "name": "Bär", "price": "2.00"},
    ]


def test_one_western_character_at_the_very_end_decides_the_encoding(tmp_path):
    text = "sku,name\n" + "A,plain\n" * 300_000 + "B,Bär\n"

    assert cells(write(tmp_path, text, encoding="cp1252"))[-1]["name"] == "Bär"


def test_quotes_hold_delimiters_line_ends_and_quotes(tmp_path):
    text = 'sku,name\nA,"one, two\r\n""three"""\n\n\nB,last\n'
    columns, rows = table(write(tmp_path, text))

    assert columns == ("sku", "name")
    assert [(row.line, row.cells) for row in rows] == [(2, ["A", 'one, two\r\n"three"']), (6, ["B", "last"])]


def test_ragged_rows_are_filled_or_refused_with_their_line(tmp_path):
    _, rows = table(write(tmp_path, "sku,name,price\nA\nB,b,1,,\nC,c,1,surplus\nD,d,2\n"))

    assert [row.cells for row in rows if not isinstance(row, Problem)] == [
        ["A", "", ""],
        ["B", "b", "1"],
        ["D", "d", "2"],
    ]
    assert [(row.line, row.reason) for row in rows if isinstance(row, Problem)] == [
        (4, "The row has 4 cells, the header 3.")
    ]


@pytest.mark.parametrize("end", ["B,b", 'B,"half a na'])
def test_the_row_in_which_a_file_was_cut_off_is_refused(tmp_path, end):
    _, rows = table(write(tmp_path, f"sku,name,price\nA,a,1\n{end}"))

    assert rows[0].cells == ["A", "a", "1"]
    assert rows[1].reason == "The file ends in the middle of this row."
    assert len(rows) == 2


def test_a_whole_last_row_needs_no_line_end(tmp_path):
    _, rows = table(write(tmp_path, "sku,name\nA,a"))

    assert [row.cells for row in rows] == [["A", "a"]]


def test_a_cell_of_any_size_costs_its_row_alone(tmp_path):
    _, rows = table(write(tmp_path, f"sku,name\nA,{'x' * (CELL_CHARACTERS + 1)}\nB,b\n"))

    assert isinstance(rows[0], Problem)
    assert rows[0].line == 2
    assert rows[1].cells == ["B", "b"]


def test_names_that_columns_share_are_numbered_and_nul_is_dropped(tmp_path):
    assert cells(write(tmp_path, "sku,size,size\nA\x00,S,M\n")) == [
        {"sku": "A", "size": "S", "size (2)": "M"}
    ]


def test_the_hint_that_excel_writes_is_followed(tmp_path):
    assert cells(write(tmp_path, "sep=;\nsku;name\nA;a,b\n")) == [{"sku": "A", "name": "a,b"}]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("blank.csv", b" \n\n", "The file is empty."),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "The file is no text."),
        ("other.csv", b"Artikel,Preis\nLampe,3\n", "This is none of the formats"),
        ("words.csv", b"Dear customer, we are sorry", "This is none of the formats"),
        ("half.zip", b"PK\x03\x04half of an archive", "The archive is damaged or incomplete."),
        ("array.json", b'[{"a": 1}]', "This is none of the formats"),
    ],
)
def test_what_cannot_be_read_says_why_in_one_line(tmp_path, name, content, reason):
    with pytest.raises(ImportRefused) as refused:
        read(write(tmp_path, content, name=name))

    assert refused.value.detail.startswith(reason)
    assert "\n" not in refused.value.detail


def test_a_missing_file_and_a_folder_say_so(tmp_path):
    with pytest.raises(ImportRefused, match="no such file"):
        read(tmp_path / "missing.csv")
    with pytest.raises(ImportRefused, match="a folder"):
        read(tmp_path)


def test_an_archive_that_unpacks_to_far_more_than_it_is_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "HARMLESS_BYTES", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", "sku,name,price\n" + "A,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,1\n" * 200_000)

    with pytest.raises(ImportRefused, match="more than it should"):
        read(path)


def test_every_file_in_an_archive_is_read_and_named_in_its_problems(tmp_path):
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", "sku,name,price\nA,a,1\n")
        archive.writestr("two.csv", "sku,name,price\nB,b,free\n")

    records, problems = read(path)

    assert [record.sku for record in records] == ["A"]
    assert [(problem.source, problem.line) for problem in problems] == [("two.csv", 2)]


def test_an_excel_workbook_is_told_from_an_archive_of_tables(tmp_path):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")

    with pytest.raises(ImportRefused, match="Save it as CSV"):
        read(path)
