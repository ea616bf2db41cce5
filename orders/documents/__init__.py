"""Documents on paper: frozen facts in, the bytes of a PDF out. Pure functions on plain values.

The same facts in the same language give the same bytes. Words are in the active language, letters come from
Lato, which writes every language of Latin, Greek and Cyrillic script; see docs/decisions/documents.md.
"""

from orders.documents.bills import credit_note, invoice
from orders.documents.facts import (
    Charge,
    CreditNote,
    Invoice,
    InvoiceLine,
    PackedLine,
    PackingSlip,
    Seller,
)
from orders.documents.slips import packing_slip
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
    "credit_note",
    "credited",
    "invoice",
    "packing_slip",
    "summed",
]
