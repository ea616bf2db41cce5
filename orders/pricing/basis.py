"""Price tags as this customer pays them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dbProject import money
from orders.pricing.inputs import Delivery, Line, TaxTerms

MAIN_TAX_CLASS = "standard"
NO_TAX = Decimal()


@dataclass(frozen=True, slots=True)
class Goods:
    """One line on the basis on which it is paid, with what its price tags said."""

    key: int
    quantity: int
    unit_price: Decimal
    tag_value: Decimal
    """What offers ask a minimum of: the same whoever buys."""
    tax_rate: Decimal
    categories: frozenset[int]

    @property
    def total_price(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Shipping:
    """Delivery on the basis on which it is paid."""

    name: str
    price: Decimal
    tax_rate: Decimal


def goods(line: Line, tax: TaxTerms) -> Goods:
    """Return ``line`` on the basis on which it is paid."""
    unit_price, tax_rate = _paid(line.unit_price, line.tax_class, tax)
    return Goods(
        key=line.key,
        quantity=line.quantity,
        unit_price=unit_price,
        tag_value=line.unit_price * line.quantity,
        tax_rate=tax_rate,
        categories=line.categories,
    )


def shipping(delivery: Delivery, lines: Sequence[Line], tax: TaxTerms) -> Shipping:
    """Return ``delivery`` on the basis on which it is paid, taxed like the goods it mainly carries."""
    price, tax_rate = _paid(delivery.price, main_tax_class(lines, tax), tax)
    return Shipping(name=delivery.name, price=price, tax_rate=tax_rate)


def main_tax_class(lines: Sequence[Line], tax: TaxTerms) -> str:
    """Return the tax class that delivery follows: of the rate with the largest goods value, by price tags.

    Before discounts, so that no offer changes the tax of the delivery. Of equals, the higher rate.

    Source: costs of transport belong to the taxable amount of the goods, Directive 2006/112/EC, article
    78 (b); what is ancillary follows what is principal, European Court of Justice, C-349/96, no. 30.
    """
    rates = tax.home_rates if tax.is_exempt else tax.rates
    values: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in lines:
        values[rates[line.tax_class]] += line.unit_price * line.quantity
    if not values:
        return MAIN_TAX_CLASS
    main = max(values, key=lambda rate: (values[rate], rate))
    return min(line.tax_class for line in lines if rates[line.tax_class] == main)


def _paid(tag: Decimal, tax_class: str, tax: TaxTerms) -> tuple[Decimal, Decimal]:
    """Return what is paid for a price tag, and the rate of the tax on it."""
    if not tax.is_exempt:
        return tag, tax.rates[tax_class]
    if tax.includes_tax:
        return money.split(tag, rate=tax.home_rates[tax_class]).net, NO_TAX
    return tag, NO_TAX
