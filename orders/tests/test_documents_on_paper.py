"""Documents as PDF: what they say, in every language and at any length."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given
from hypothesis import strategies as st

from orders import documents
from orders.documents.figures import MINUS
from orders.documents.slips import TIMES
from orders.tests.papers import BUYER, REDUCED, SELLER, STANDARD, invoice, line, pages

pytestmark = pytest.mark.unit

LAMP = "\N{CJK UNIFIED IDEOGRAPH-71C8}"


def text(facts, **options):
    return "\n".join(pages(documents.draw(facts, **options)))


def slip(*lines):
    return documents.PackingSlip(
        seller=SELLER,
        order_number="ORD-20261125-7KQ2MX",
        ordered_on=date(2026, 11, 25),
        shipping_address=("Anna Muster", "Torstr. 1", "10119 Berlin"),
        phone="+49 30 1234",
        delivery="Parcel",
        lines=lines,
    )


def test_an_invoice_says_who_sold_what_to_whom():
    said = text(invoice(line("Oak tray", "12.90", 2, sku="MF-77"), vat_number="PL5260001246"))

    for fact in (
        *("Marlow & Finch GmbH · Hafenweg 12 · 10119 Berlin", "VAT number DE123456788"),
        *("INV-2026-000042", "Nov. 26, 2026", "ORD-20261125-7KQ2MX", "Nov. 25, 2026"),
        *("Billed to", *BUYER, "VAT number PL5260001246", "Delivered to", "Anna Muster", "Torstr. 1"),
        *("Oak tray", "MF-77", "12.90", "25.80", "19 %", "25.80 EUR"),
        *("expected from Nov. 28, 2026 to Dec.", "Paid on Nov. 26, 2026. Nothing is left to pay."),
    ):
        assert fact in said


def test_what_each_rate_comes_to_stands_below_with_their_total():
    facts = invoice(
        line("Lamp", "119.00", 1),
        line("Tea", "10.70", 1, rate=REDUCED),
        charges=[
            documents.Charge("Winter offer", "10 % of 129.70", Decimal("-12.97")),
            documents.Charge("Parcel", "", Decimal("4.90")),
        ],
    )

    said = text(facts).splitlines()

    for row in (
        *("Goods 129.70", f"Winter offer {MINUS}12.97", "10 % of 129.70", "Parcel 4.90", "Total 121.63 EUR"),
        *("19 % 93.22 17.71 110.93", "7 % 10.00 0.70 10.70", "Total 103.22 18.41 121.63"),
    ):
        assert row in said


def test_prices_without_tax_lead_from_net_to_gross():
    facts = invoice(
        line("Lamp", "100.00", 1),
        includes_tax=False,
        taxes=(documents.TaxSum(STANDARD, Decimal("100.00"), Decimal("19.00")),),
        total_amount=Decimal("119.00"),
    )

    said = text(facts)

    assert "Net price" in said
    assert "Price with VAT" not in said
    assert "Net 100.00\nVAT 19.00\nTotal 119.00 EUR" in said


def test_why_no_tax_is_due_is_said():
    note = "Reverse charge: the recipient of the goods owes the VAT."
    free = Decimal()

    said = text(
        invoice(
            line(rate=free), taxes=(documents.TaxSum(free, *map(Decimal, ("25.80", "0"))),), tax_note=note
        )
    )

    assert note.replace("the VAT.", "") in said.replace("\n", " ")
    assert "0 % 25.80 0.00 25.80" in said


def test_an_invoice_speaks_the_language_of_its_order():
    with translation.override("de"):
        said = text(invoice(line(price="1299.50", quantity=1)))

    assert "Rechnung" in said
    assert "26. November 2026" in said
    assert "1.299,50 EUR" in said


def test_names_are_written_as_their_owners_write_them():
    names = [
        *("Łukasz Żółć", "Søren Ærø", "Ğülşah Şen", "Nguyễn Thị Đặng", "Ștefan Țîncu", "Jānis Bērziņš"),
        *("Κωνσταντίνος Παπαδόπουλος", "Пётр Щёголев", "Ђорђе Љубичић", "Їжак Ґалаґан"),
    ]

    said = text(invoice(*[line(name) for name in names], billing_address=tuple(names)))

    assert [name for name in names if said.count(name) != 2] == []


def test_letters_that_came_apart_are_put_together():
    assert "Zażółć" in text(invoice(billing_address=("Zaz\u0307o\u0301łc\u0301",)))


def test_a_letter_that_no_font_has_is_marked_and_not_dropped():
    assert "A\N{WHITE SQUARE}B" in text(invoice(billing_address=(f"A{LAMP}B",)))


@pytest.fixture
def other_font(tmp_path):
    """A font file that has one sign which Lato lacks."""
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "lamp"])
    font.setupCharacterMap({ord(LAMP): "lamp"})
    font.setupGlyf({name: TTGlyphPen(None).glyph() for name in (".notdef", "lamp")})
    font.setupHorizontalMetrics({".notdef": (500, 0), "lamp": (500, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Other", "styleName": "Regular", "fullName": "Other"})
    font.setupOS2()
    font.setupPost()
    font.save(tmp_path / "other.ttf")
    return tmp_path / "other.ttf"


def test_another_font_lends_the_letters_that_are_missing(other_font):
    assert f"A{LAMP}B" in text(invoice(billing_address=(f"A{LAMP}B",)), fonts=[other_font])


def test_the_same_facts_are_the_same_bytes():
    assert documents.draw(invoice()) == documents.draw(invoice())


def test_fifty_lines_go_over_several_pages_and_none_is_lost():
    lines = [line(f"Product {number}", "3.10", sku=f"MF-{number:03}") for number in range(50)]
    lines[7] = line("A name that is far too long for one line of this column " * 3, sku="MF-007")

    sheets = pages(documents.draw(invoice(*lines)))

    assert len(sheets) > 2
    assert [sheet.count("Page") for sheet in sheets] == [1] * len(sheets)
    assert f"Page {len(sheets)} of {len(sheets)}" in sheets[-1]
    assert all("INV-2026-000042" in sheet and "Price with VAT" in sheet for sheet in sheets[:-1])
    assert [word for sheet in sheets for word in sheet.split() if word.startswith("MF-")] == [
        one.sku for one in lines
    ]
    assert "EUR" in sheets[-1]


@pytest.mark.parametrize("count", range(7, 11))
def test_sums_are_not_torn_apart_by_the_end_of_a_page(count):
    charges = [documents.Charge(f"Offer {number}", "why", Decimal("-0.10")) for number in range(3)]

    sheets = pages(documents.draw(invoice(*[line(sku=str(n)) for n in range(count)], charges=charges)))

    assert [sheet for sheet in sheets if "Goods" in sheet] == [sheet for sheet in sheets if "EUR." in sheet]
    assert [sheet for sheet in sheets if "VAT rate" in sheet] == sheets[-1:]


def test_a_credit_note_names_the_invoice_that_it_corrects():
    facts = documents.CreditNote(
        number="CN-2026-000003",
        issued_on=date(2026, 11, 30),
        seller=SELLER,
        order_number="ORD-20261125-7KQ2MX",
        invoice_number="INV-2026-000042",
        invoice_issued_on=date(2026, 11, 26),
        billing_address=BUYER,
        vat_number="",
        currency="EUR",
        reason="One of two cups was broken.",
        taxes=(documents.TaxSum(STANDARD, Decimal("10.00"), Decimal("1.90")),),
        tax_note="",
        total_amount=Decimal("11.90"),
    )

    (said,) = pages(documents.draw(facts))

    for fact in ("CN-2026-000003", "INV-2026-000042", "Nov. 26, 2026", "One of two cups was broken.", *BUYER):
        assert fact in said
    assert "19 % 10.00 1.90 11.90" in said
    assert "Credited 11.90 EUR" in said


def test_a_packing_slip_says_what_goes_where_and_not_what_it_costs():
    (said,) = pages(
        documents.draw(
            slip(documents.PackedLine("Oak tray", "MF-77", 2), documents.PackedLine("Lamp", "MF-78", 1))
        )
    )

    for fact in (
        f"2 {TIMES} Oak tray MF-77",
        f"1 {TIMES} Lamp MF-78",
        "3 units",
        "Anna Muster",
        "+49 30 1234",
        "Parcel",
    ):
        assert fact in said
    assert "EUR" not in said
    assert "%" not in said


# What goes back of an invoice

cents = st.integers(0, 50_000).map(lambda number: Decimal(number) / 100)
sums = st.lists(
    st.tuples(st.sampled_from([Decimal("0.19"), Decimal("0.07"), Decimal(0)]), cents, cents),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[0],
).map(lambda rows: documents.summed(documents.TaxSum(rate, net, min(net, tax)) for rate, net, tax in rows))


@given(stated=sums, parts=st.lists(st.integers(1, 100), max_size=6))
def test_however_an_invoice_is_credited_net_and_tax_of_each_rate_end_at_what_it_stated(stated, parts):
    left = stated
    for percent in [*parts, 100]:
        total = sum((one.gross for one in left), Decimal())
        amount = (total * percent / 100).quantize(Decimal("0.01"))

        credited = documents.credited(amount, left=left)

        assert sum((one.gross for one in credited), Decimal()) == amount
        assert all(one.net >= 0 and one.tax >= 0 for one in credited)
        left = documents.summed(
            [*left, *(documents.TaxSum(one.rate, -one.net, -one.tax) for one in credited)]
        )
        assert all(one.net >= 0 and one.tax >= 0 for one in left)
    assert left == ()
