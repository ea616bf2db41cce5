"""What goods come to, delivered somewhere today: the one computation behind cart, checkout and order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from orders import pricing
from orders.models import Coupon
from orders.pricing import basis
from orders.selectors import delivery, offers, shown_sums, taxes
from products.models import Product

Lines = Sequence[tuple[Product, int]]
"""Products with how many units of each; variants with their parent loaded."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where goods go: what tax and delivery depend on. ``vat_number`` has been checked."""

    country: str
    zip_code: str = ""
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What goods come to, and how they may travel. ``chosen`` is none where nothing has to.

    A shop that has set up no delivery at all asks nothing for it.
    """

    totals: pricing.Totals
    tax: pricing.TaxTerms
    options: list[delivery.Option]
    chosen: delivery.Option | None
    needs_delivery: bool
    coupon: Coupon | None
    countries: list[str]
    """Where the shop delivers to; empty where it has set up no delivery."""

    @property
    def sums(self) -> shown_sums.Sums:
        """The rows that customers read: they add up to the total."""
        sums = self.totals
        return shown_sums.listed(
            goods=sum((line.total_price for line in sums.lines), Decimal()),
            discounts=sums.discounts,
            delivery_name=self.chosen.name if self.chosen else "",
            delivery=sums.shipping_before_discount if self.chosen else None,
            includes_tax=self.tax.includes_tax,
            tax=sums.tax_amount,
            tax_note=self.tax.note,
            total=sums.total_amount,
        )

    def goes_by(self, method_id: int | None) -> bool:
        """Say whether the goods can be delivered, and by this method if one was chosen."""
        if not self.needs_delivery:
            return True
        return self.chosen is not None and method_id in {None, self.chosen.method_id}


def quote(
    lines: Lines,
    *,
    destination: Destination,
    method_id: int | None = None,
    coupon: Coupon | None = None,
    asked: Mapping[int, Decimal] | None = None,
    now: datetime | None = None,
    methods: Sequence[delivery.Method] | None = None,
    applicable: Sequence[pricing.Offer] | None = None,
) -> Quote:
    """Return what ``lines`` come to today; six queries, fewer when the tax rates are remembered.

    Of the delivery options the one with ``method_id`` is chosen, else the first. ``asked`` are prices
    that carriers gave (method pk -> price). ``methods`` and ``applicable``, the offers, are read now
    unless a caller has them: pages give what is remembered, and an order never does.
    """
    now = now or timezone.now()
    tax = taxes.terms(
        country=destination.country,
        zip_code=destination.zip_code,
        vat_number=destination.vat_number,
        day=timezone.localdate(now),
    )
    applicable = offers.applicable(now, coupon) if applicable is None else applicable
    shelves = offers.shelves_of(product.category_id for product, _quantity in lines)
    priced = [
        pricing.Line(
            key=product.pk,
            name=product.name,
            quantity=quantity,
            unit_price=product.effective_price,
            tax_class=product.taxed_as,
            categories=shelves[product.category_id],
        )
        for product, quantity in lines
    ]
    goods = pricing.price(priced, offers=applicable, delivery=None, tax=tax)
    offered = delivery.methods() if methods is None else methods
    needs_delivery = bool(offered) and any(not product.is_digital for product, _quantity in lines)
    options = delivery.options(
        [method for method in offered if needs_delivery and destination.country in method.countries],
        weight_grams=delivery.weight_grams(lines),
        value=_tag_value(priced, applicable, tax) if tax.is_exempt else _left(goods),
        asked=asked,
    )
    options = [
        replace(option, paid=basis.shipping(pricing.Delivery(option.name, option.price), priced, tax).price)
        for option in options
    ]
    first = options[0] if options else None
    chosen = next((option for option in options if option.method_id == method_id), first)
    totals = goods
    if chosen is not None:
        travel = pricing.Delivery(name=chosen.name, price=chosen.price)
        totals = pricing.price(priced, offers=applicable, delivery=travel, tax=tax)
    return Quote(
        totals=totals,
        tax=tax,
        options=options,
        chosen=chosen,
        needs_delivery=needs_delivery,
        coupon=coupon,
        countries=delivery.countries(offered),
    )


def _left(goods: pricing.Totals) -> Decimal:
    return sum((line.total_price - line.discount for line in goods.lines), Decimal())


def _tag_value(
    priced: Sequence[pricing.Line], applicable: Sequence[pricing.Offer], tax: pricing.TaxTerms
) -> Decimal:
    """Return what discounts leave of the price tags: what delivery goes by, the same whoever buys."""
    taxed = replace(tax, is_exempt=False, rates=tax.home_rates)
    return _left(pricing.price(priced, offers=applicable, delivery=None, tax=taxed))
