"""Documents on paper: frozen facts in, the bytes of a PDF out. Pure functions on plain values.

The same facts in the same language give the same bytes. Words are in the active language, letters come from
Lato, which writes every language of Latin, Greek and Cyrillic script; see docs/decisions/documents.md.

What draws is imported by who draws: fpdf2 costs a process 0.8 s and 24 MB.
"""

from collections.abc import Sequence
from pathlib import Path

from orders.documents.facts import (
    Charge,
    CreditNote,
    Invoice,
    InvoiceLine,
    PackedLine,
    PackingSlip,
    Seller,
)
from orders.documents.taxes import TaxSum, credited, summed

__all__ = [
    "Charge",
    "CreditNote",
    "Invoice",
    "InvoiceLine",
    "PackedLine",
    "PackingSlip",
    "Seller",
    "TaxSum",
    "credited",
    "draw",
    "summed",
]


def draw(facts: Invoice | CreditNote | PackingSlip, *, fonts: Sequence[Path] = ()) -> bytes:
    """Return a document as PDF. ``fonts`` (TrueType files) lend the letters that Lato lacks."""
    from orders.documents import bills, slips

    match facts:
        case Invoice():
            return bills.invoice(facts, fonts=fonts)
        case CreditNote():
            return bills.credit_note(facts, fonts=fonts)
        case PackingSlip():
            return slips.packing_slip(facts, fonts=fonts)
