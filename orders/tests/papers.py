"""Facts for documents, and what a document says to who reads it."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from dbProject import money
from orders import documents

SELLER = documents.Seller(
    "Marlow & Finch", ("Marlow & Finch GmbH", "Hafenweg 12", "10119 Berlin"), "DE123456788"
)
BUYER = ("Łukasz Żółć", "ul. Świętokrzyska 12/4", "00-001 Warszawa")
STANDARD, REDUCED = Decimal("0.19"), Decimal("0.07")


def pages(pdf):
    """Return the text of each page, its lines as they stand on it."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def line(name="Oak tray", price="12.90", quantity=2, *, rate=STANDARD, sku="MF-1"):
    price = Decimal(price)
    return documents.InvoiceLine(name, sku, quantity, price, price * quantity, rate)


def invoice(*lines, charges=(), **changes):
    """Return the facts of an invoice whose price tags are gross, with charges at the standard rate."""
    lines = lines or (line(),)
    charged = [(one.total_price, one.tax_rate) for one in lines]
    charged += [(charge.amount, STANDARD) for charge in charges]
    taxes = documents.summed(
        documents.TaxSum(rate, *money.split(gross, rate=rate)) for gross, rate in charged
    )
    plain = {
        "number": "INV-2026-000042",
        "issued_on": date(2026, 11, 26),
        "seller": SELLER,
        "order_number": "ORD-20261125-7KQ2MX",
        "ordered_on": date(2026, 11, 25),
        "paid_on": date(2026, 11, 26),
        "arrives": (date(2026, 11, 28), date(2026, 12, 1)),
        "billing_address": BUYER,
        "shipping_address": ("Anna Muster", "Torstr. 1", "10119 Berlin"),
        "vat_number": "",
        "currency": "EUR",
        "includes_tax": True,
        "lines": lines,
        "charges": tuple(charges),
        "taxes": taxes,
        "tax_note": "",
        "total_amount": sum((one.gross for one in taxes), Decimal()),
    }
    return documents.Invoice(**(plain | changes))
