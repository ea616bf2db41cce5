"""What stands on a document. Addresses are lines as their post wants them; days are the store's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orders.documents.taxes import TaxSum


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells. ``vat_number`` may be empty."""

    name: str
    """What the store is called."""
    address: Sequence[str]
    """The name in law and where to write to, line by line."""
    vat_number: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One product. Prices are before discounts, with tax where ``Invoice.includes_tax`` says so."""

    name: str
    sku: str
    quantity: int
    unit_price: Decimal
    total_price: Decimal
    tax_rate: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """What comes on top of the goods (delivery) or off them (a discount: negative); basis of the prices."""

    name: str
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """What was sold, to whom, and what it comes to.

    ``taxes`` sum to ``total_amount``, which is gross; lines and charges sum to it where ``includes_tax``,
    else to its net.
    """

    number: str
    issued_on: date
    seller: Seller
    order_number: str
    ordered_on: date
    paid_on: date
    arrives: tuple[date, date] | None
    """First and last day on which the goods are expected; the day of supply is not known yet."""
    billing_address: tuple[str, ...]
    shipping_address: tuple[str, ...]
    vat_number: str
    currency: str
    includes_tax: bool
    lines: tuple[InvoiceLine, ...]
    charges: tuple[Charge, ...]
    taxes: tuple[TaxSum, ...]
    tax_note: str
    total_amount: Decimal


@dataclass(frozen=True, slots=True)
class CreditNote:
    """What goes back of an invoice. Amounts are positive; ``taxes`` sum to the gross ``total_amount``."""

    number: str
    issued_on: date
    seller: Seller
    order_number: str
    invoice_number: str
    invoice_issued_on: date
    billing_address: tuple[str, ...]
    vat_number: str
    currency: str
    reason: str
    taxes: tuple[TaxSum, ...]
    tax_note: str
    total_amount: Decimal


@dataclass(frozen=True, slots=True)
class PackedLine:
    """So many units of one product in the parcel."""

    name: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """What goes into a parcel, without a word of what it costs."""

    seller: Seller
    order_number: str
    ordered_on: date
    shipping_address: tuple[str, ...]
    phone: str
    delivery: str
    lines: tuple[PackedLine, ...]
