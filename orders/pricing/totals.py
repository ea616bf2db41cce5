"""What a cart comes to, line by line. How amounts are rounded says ``dbProject.money``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dbProject import money
from orders.pricing import basis, promotions, reasons
from orders.pricing.basis import Goods
from orders.pricing.inputs import Delivery, Line, Offer, TaxTerms
from orders.pricing.promotions import NOTHING, Combination, Step


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with what is charged for it. Tag basis: with tax or without, as the store's price tags are."""

    key: int
    quantity: int
    unit_price: Decimal
    """Tag basis; for an exempt customer, the tag without its tax."""
    total_price: Decimal
    """Tag basis, before discounts."""
    discount: Decimal
    """Tag basis: what all offers together take off."""
    net_amount: Decimal
    """After discounts, as are the next two."""
    tax_amount: Decimal
    gross_amount: Decimal
    tax_rate: Decimal
    """Share of the net amount."""


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """What one offer takes off, with its reason in the reader's language. Amounts are on the tag basis."""

    offer_id: int
    code: str | None
    name: str
    reason: str
    """Its arithmetic, for example “10 % of 84.00”."""
    amount: Decimal
    """``by_line`` and ``shipping`` together."""
    by_line: tuple[tuple[int, Decimal], ...]
    """Line key and amount, for lines from which something is taken."""
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class Unused:
    """An offer that takes nothing off, and why: a code for programs, a text for the customer."""

    offer_id: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What a cart comes to.

    ``total_amount = subtotal - discount_amount + shipping_amount + tax_amount``, and none of them is
    negative. The first three of the right side are net. What free delivery saves is in ``discounts`` and
    not in ``discount_amount``: ``shipping_amount`` is what is charged.
    """

    lines: tuple[PricedLine, ...]
    discounts: tuple[DiscountLine, ...]
    subtotal: Decimal
    discount_amount: Decimal
    shipping_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    subtotal_gross: Decimal
    discount_gross: Decimal
    shipping_gross: Decimal
    shipping_tax: Decimal
    shipping_tax_rate: Decimal
    shipping_before_discount: Decimal
    """Tag basis."""
    unused: tuple[Unused, ...]


def price(
    lines: Sequence[Line], *, offers: Iterable[Offer], delivery: Delivery | None, tax: TaxTerms
) -> Totals:
    """Return what ``lines`` come to with ``delivery``, and which ``offers`` apply and why.

    The best combination of ``offers`` for the customer is chosen; the order of ``lines`` and ``offers``
    plays no part in any amount. Without ``delivery`` (not chosen yet, or nothing to carry) nothing is
    charged for it.
    """
    goods = [basis.goods(line, tax) for line in lines]
    if len({one.key for one in goods}) < len(goods):
        raise ValueError("Two lines have the same key.")
    shipping = None if delivery is None else basis.shipping(delivery, lines, tax)
    shipping_tax_rate = NOTHING if shipping is None else shipping.tax_rate

    def charged(amount: Decimal, rate: Decimal) -> money.Split:
        return money.split(amount, rate=rate) if tax.includes_tax else money.with_tax(amount, rate=rate)

    def payable(choice: Combination) -> Decimal:
        goods_gross = _sum(charged(choice.left[one.key], one.tax_rate).gross for one in goods)
        return goods_gross + charged(choice.shipping, shipping_tax_rate).gross

    chosen, left_out = promotions.combined(offers, goods, shipping, payable=payable)
    before = [charged(one.total_price, one.tax_rate) for one in goods]
    after = [charged(chosen.left[one.key], one.tax_rate) for one in goods]
    delivered = charged(chosen.shipping, shipping_tax_rate)
    subtotal, subtotal_gross = _sum(split.net for split in before), _sum(split.gross for split in before)
    return Totals(
        lines=tuple(_line(one, chosen.left[one.key], split) for one, split in zip(goods, after, strict=True)),
        discounts=tuple(_discount(step) for step in chosen.steps),
        subtotal=subtotal,
        discount_amount=subtotal - _sum(split.net for split in after),
        shipping_amount=delivered.net,
        tax_amount=_sum(split.tax for split in after) + delivered.tax,
        total_amount=_sum(split.gross for split in after) + delivered.gross,
        subtotal_gross=subtotal_gross,
        discount_gross=subtotal_gross - _sum(split.gross for split in after),
        shipping_gross=delivered.gross,
        shipping_tax=delivered.tax,
        shipping_tax_rate=shipping_tax_rate,
        shipping_before_discount=NOTHING if shipping is None else shipping.price,
        unused=tuple(Unused(offer.id, why.code, reasons.of_refusal(why)) for offer, why in left_out),
    )


def _line(one: Goods, left: Decimal, split: money.Split) -> PricedLine:
    return PricedLine(
        key=one.key,
        quantity=one.quantity,
        unit_price=one.unit_price,
        total_price=one.total_price,
        discount=one.total_price - left,
        net_amount=split.net,
        tax_amount=split.tax,
        gross_amount=split.gross,
        tax_rate=one.tax_rate,
    )


def _discount(step: Step) -> DiscountLine:
    return DiscountLine(
        offer_id=step.offer.id,
        code=step.offer.code,
        name=step.offer.name,
        reason=reasons.of_step(step),
        amount=step.amount,
        by_line=tuple(sorted(step.by_line.items())),
        shipping=step.shipping,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
