"""What offers take off, one after the other, and which of them may stand together."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from dbProject import money
from orders.pricing.basis import Goods, Shipping
from orders.pricing.inputs import Offer, OfferKind

COUPONS_AT_MOST = 4
"""Every choice among coupons is tried: 4 make 16."""
NOTHING = Decimal("0.00")
ALL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Step:
    """What one offer takes off, and the figures that explain it."""

    offer: Offer
    by_line: Mapping[int, Decimal] = field(default_factory=dict)
    """Line key -> amount, only for lines from which something is taken."""
    shipping: Decimal = NOTHING
    base: Decimal = NOTHING
    """What earlier offers had left of what it is for."""
    percent: Decimal = NOTHING
    tier: Decimal = NOTHING
    """The goods value that opened ``percent``."""
    free_units: tuple[tuple[int, Decimal], ...] = ()
    """How many units of which price, every price once, the cheapest first."""

    @property
    def amount(self) -> Decimal:
        return sum(self.by_line.values(), self.shipping)


@dataclass(frozen=True, slots=True)
class Combination:
    """Offers that were applied together, and what they left to pay."""

    steps: tuple[Step, ...]
    left: Mapping[int, Decimal]
    """Line key -> amount."""
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an offer takes nothing off."""

    code: str
    missing: Decimal = NOTHING
    """Goods value, or units, that would make it apply."""
    others: tuple[str, ...] = ()
    """Names of the offers that stand in its way."""


def combined(
    offers: Iterable[Offer],
    goods: Sequence[Goods],
    shipping: Shipping | None,
    *,
    payable: Callable[[Combination], Decimal],
) -> tuple[Combination, list[tuple[Offer, Refusal]]]:
    """Return the combination of ``offers`` that leaves the least ``payable``, and why others are not in it.

    All that can stand together do, but for a coupon that makes nothing cheaper: it stays unused, for
    another day. An exclusive offer stands alone. Of equally good combinations the one with fewer coupons
    wins, then the one that is not exclusive, then the higher priority.
    """
    possible: list[Offer] = []
    left_out: list[tuple[Offer, Refusal]] = []
    for offer in ranked(offers):
        coupons = sum(other.code is not None for other in possible)
        refusal = _refusal(offer, goods, shipping)
        if refusal is None and offer.code is not None and coupons == COUPONS_AT_MOST:
            refusal = Refusal("too_many")
        if refusal is None:
            possible.append(offer)
        else:
            left_out.append((offer, refusal))
    chosen = min((_apply(choice, goods, shipping) for choice in _choices(possible)), key=payable)
    used = {step.offer.id for step in chosen.steps}
    names = tuple(step.offer.name for step in chosen.steps)
    is_alone = any(step.offer.is_exclusive for step in chosen.steps)
    full_price = payable(_apply([], goods, shipping))
    for offer in possible:
        if offer.id in used:
            continue
        saves = payable(_apply([offer], goods, shipping)) < full_price
        in_the_way = names if saves and (is_alone or offer.is_exclusive) else ()
        left_out.append((offer, Refusal("other_offers" if in_the_way else "no_gain", others=in_the_way)))
    return chosen, left_out


def ranked(offers: Iterable[Offer]) -> list[Offer]:
    """Return ``offers`` in the order in which they are applied."""
    return sorted(offers, key=lambda offer: (-offer.priority, offer.id))


def _refusal(offer: Offer, goods: Sequence[Goods], shipping: Shipping | None) -> Refusal | None:
    """Say why ``offer`` is not for this cart, whatever else is on; minimums look at price tags."""
    fitting = _fitting(offer, goods)
    if not fitting:
        return Refusal("no_goods")
    value = sum((one.tag_value for one in fitting), NOTHING)
    minimum = offer.minimum
    if offer.kind is OfferKind.TIERS:
        minimum = max(minimum, min((start for start, _percent in offer.tiers), default=NOTHING))
    if value < minimum:
        return Refusal("minimum", missing=minimum - value)
    units = sum(one.quantity for one in fitting)
    if offer.kind is OfferKind.BUY_X_GET_Y and units < offer.buy + offer.get:
        return Refusal("quantity", missing=Decimal(offer.buy + offer.get - units))
    if offer.kind is OfferKind.FREE_SHIPPING and shipping is None:
        return Refusal("no_delivery")
    return None


def _choices(offers: Sequence[Offer]) -> list[list[Offer]]:
    """Return the choices among ``offers``, which are ranked; of equally good ones the first is taken."""
    together = [offer for offer in offers if not offer.is_exclusive]
    coupons = [offer for offer in together if offer.code is not None]
    chosen = [used for count in range(len(coupons) + 1) for used in combinations(coupons, count)]
    choices = [[offer for offer in together if offer.code is None or offer in used] for used in chosen]
    choices += [[offer] for offer in offers if offer.is_exclusive]
    return sorted(choices, key=lambda choice: sum(offer.code is not None for offer in choice))


def _apply(offers: Sequence[Offer], goods: Sequence[Goods], shipping: Shipping | None) -> Combination:
    """Apply ``offers`` in their order, each to what the ones before have left."""
    left = {one.key: one.total_price for one in goods}
    delivery = NOTHING if shipping is None else shipping.price
    steps = []
    for offer in offers:
        step = _step(offer, _fitting(offer, goods), left, delivery)
        if not step.amount:
            continue
        steps.append(step)
        delivery -= step.shipping
        for key, amount in step.by_line.items():
            left[key] -= amount
    return Combination(steps=tuple(steps), left=left, shipping=delivery)


def _step(offer: Offer, fitting: Sequence[Goods], left: Mapping[int, Decimal], delivery: Decimal) -> Step:
    # Minimums, tiers and the choice of free units look at price tags and not at what is left, so that an
    # offer applied earlier never closes a later one.
    base = {one.key: left[one.key] for one in fitting}
    match offer.kind:
        case OfferKind.FREE_SHIPPING:
            return Step(offer, shipping=delivery, base=delivery)
        case OfferKind.BUY_X_GET_Y:
            return _free_units(offer, fitting, base)
        case OfferKind.AMOUNT:
            return _taken(offer, base, min(max(offer.value, NOTHING), _sum(base)))
        case OfferKind.PERCENT:
            return _percent(offer, base, offer.value)
        case OfferKind.TIERS:
            value = sum(one.tag_value for one in fitting)
            reached = [tier for tier in offer.tiers if tier[0] <= value]
            tier, percent = max(reached, key=lambda tier: tier[1], default=(NOTHING, NOTHING))
            return _percent(offer, base, percent, tier)


def _percent(offer: Offer, base: Mapping[int, Decimal], percent: Decimal, tier: Decimal = NOTHING) -> Step:
    percent = min(max(percent, NOTHING), ALL)
    return _taken(offer, base, money.rounded(_sum(base) * percent / ALL), percent=percent, tier=tier)


def _taken(
    offer: Offer,
    base: Mapping[int, Decimal],
    amount: Decimal,
    *,
    percent: Decimal = NOTHING,
    tier: Decimal = NOTHING,
) -> Step:
    shares = money.shared(amount, among=base)
    by_line = {key: share for key, share in shares.items() if share}
    return Step(offer, by_line=by_line, base=_sum(base), percent=percent, tier=tier)


def _free_units(offer: Offer, fitting: Sequence[Goods], base: Mapping[int, Decimal]) -> Step:
    """Make the cheapest units free; of a line that was reduced before, as much as is left of each unit."""
    group = offer.buy + offer.get
    free = sum(one.quantity for one in fitting) // group * offer.get
    by_line: dict[int, Decimal] = {}
    free_units: Counter[Decimal] = Counter()
    for one in sorted(fitting, key=lambda one: (one.unit_price, one.key)):
        units = min(free, one.quantity)
        if not units:
            break
        free -= units
        free_units[one.unit_price] += units
        amount = money.rounded(base[one.key] * units / one.quantity)
        if amount:
            by_line[one.key] = amount
    by_price = tuple((units, price) for price, units in free_units.items())
    return Step(offer, by_line=by_line, base=_sum(base), free_units=by_price)


def _fitting(offer: Offer, goods: Sequence[Goods]) -> list[Goods]:
    """Return the goods that ``offer`` is for."""
    return [one for one in goods if not offer.categories or offer.categories & one.categories]


def _sum(amounts: Mapping[int, Decimal]) -> Decimal:
    return sum(amounts.values(), NOTHING)
