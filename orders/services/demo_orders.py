"""The demo store's past: orders of the last half year, as if each had been placed and worked on then.

Each is priced and frozen by the code that prices and freezes real ones, on the terms of its day. Only the
writing differs: in bulk, with the times of the past, and without mails. What they took from the shelf had
come in before, so that the stock is today what it was.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from random import Random

from django.db import transaction
from django.utils import timezone, translation

from orders.demo import history, places
from orders.models import Coupon, CouponUse, Order, OrderDiscount, OrderEvent, OrderItem
from orders.selectors import delivery, totals
from orders.services import documents, freezing, status
from orders.services.checkout import SUFFIX_LETTERS
from orders.services.demo_ledgers import Ledgers
from orders.services.demo_parcels import Parcels
from orders.services.demo_shelf import Shelf
from users.models import User
from users.services import demo as people

BATCH = 250
"""Orders in one transaction."""
SUFFIXES, SCATTER = len(SUFFIX_LETTERS) ** 6, 668_265_263
"""How many suffixes there are, and an odd number that leads from each to the next: none comes twice."""
WITH_ACCOUNT, WITH_COUPON, ANOTHER_DELIVERY = 0.7, 0.5, 0.2
CODES, HOW_OFTEN = ("WELCOME10", "FREESHIP", "THANKS5"), (6, 2, 2)


def add_orders(
    count: int, *, seed: int, customers: Sequence[User], staff: User, progress: Callable[[int], None]
) -> int:
    """Add orders until ``count`` of this ``seed`` are there; return how many were added. Repeatable.

    A run that was killed is completed by the next.
    """
    now = timezone.now()
    present = set(Order.all_objects.values_list("idempotency_key", flat=True))
    missing = [number for number in range(count) if _key(seed, number) not in present]
    progress(count - len(missing))
    shelf = Shelf()
    if shelf.is_empty:
        return 0
    courses = (history.course(number, seed=seed, now=now) for number in missing)
    in_time = sorted((course.placed_at, course.number) for course in courses)
    for start in range(0, len(in_time), BATCH):
        batch = [history.course(number, seed=seed, now=now) for _, number in in_time[start : start + BATCH]]
        _Books(shelf, seed=seed, customers=customers, staff=staff).enter(batch)
        progress(len(batch))
    return len(missing)


def _key(seed: int, number: int) -> str:
    return f"demo:{seed}:{number}"


def _order_number(at: datetime, *, seed: int, number: int) -> str:
    rest = (number * SCATTER + Random(seed).randrange(SUFFIXES)) % SUFFIXES  # noqa: S311 -- reproducible
    suffix = ""
    for _ in range(6):
        rest, letter = divmod(rest, len(SUFFIX_LETTERS))
        suffix += SUFFIX_LETTERS[letter]
    return f"ORD-{at:%Y%m%d}-{suffix}"


class _Books:
    """Some orders with all that belongs to them: collected, then entered together."""

    def __init__(self, shelf: Shelf, *, seed: int, customers: Sequence[User], staff: User) -> None:
        self._shelf, self._seed, self._customers = shelf, seed, customers
        self._ledgers, self._parcels, self._methods = Ledgers(staff), Parcels(staff), delivery.methods()
        self._coupons: dict[str, Coupon] = {}
        self._orders: list[Order] = []
        self._items: list[OrderItem] = []
        self._discounts: list[OrderDiscount] = []
        self._coupon_uses: list[CouponUse] = []

    @transaction.atomic
    def enter(self, courses: Iterable[history.Course]) -> None:
        """Write down the orders that took these courses, which come in the order of time."""
        coupons = Coupon.objects.filter(code__in=CODES).select_related("promotion").order_by("pk")
        self._coupons = {coupon.code: coupon for coupon in coupons.select_for_update(of=("self",))}
        for course in courses:
            self._take_up(course)
        Order.objects.bulk_create(self._orders)
        OrderItem.objects.bulk_create(self._items)
        OrderDiscount.objects.bulk_create(self._discounts)
        CouponUse.objects.bulk_create(self._coupon_uses)
        Coupon.objects.bulk_update(self._coupons.values(), ["uses"])
        self._ledgers.enter()
        self._parcels.enter()
        documents.issue_past(self._orders)

    def _take_up(self, course: history.Course) -> None:
        at = course.placed_at
        chance = Random(f"{self._seed} {course.number} goods")  # noqa: S311 -- reproducible, not secret
        user, name, email = self._buyer(chance, course.number)
        address = places.address(Random(f"{self._seed} {email}"), name=name)  # noqa: S311 -- as above
        units = self._shelf.choose(chance, at)
        coupon = None if user else self._coupon(chance, at)
        with translation.override(places.language(address["country"])):
            quote = totals.quote(
                list(units.items()),
                destination=totals.Destination(address["country"], address["zip_code"]),
                method_id=self._method(chance, address["country"]),
                coupon=coupon,
                now=at,
                methods=self._methods,
            )
            if not quote.goes_by(None):
                return  # staff have closed the ways by which the demo store delivers
            order = freezing.order(
                _order_number(at, seed=self._seed, number=course.number),
                quote,
                now=at,
                idempotency_key=_key(self._seed, course.number),
                user=user,
                email=email,
                shipping_address=address,
                billing_address=address,
            )
        order.status, order.holds_stock = course.status, course.holds_stock
        for stamped in status.STAMPED:
            setattr(order, f"{stamped}_at", course.at(OrderEvent.Kind(stamped)))
        self._orders.append(order)
        lines = list(freezing.lines(order, quote, {product.pk: product for product in units}))
        self._items += lines
        self._discounts += freezing.discounts(order, quote)
        if coupon and any(discount.code for discount in quote.totals.discounts):
            self._use(coupon, order)
        self._ledgers.follow(course, order, units)
        self._parcels.follow(course, order, lines)

    def _buyer(self, chance: Random, number: int) -> tuple[User | None, str, str]:
        """Return one of the customers, the first of them more often, or a guest: account, name, address."""
        if self._customers and chance.random() < WITH_ACCOUNT:
            user = self._customers[int(len(self._customers) * chance.random() ** 2)]
            return user, user.get_full_name(), user.email
        first, last = chance.choice(people.FIRST_NAMES), chance.choice(people.LAST_NAMES)
        return None, f"{first} {last}", f"{first}.{last}.{number}@example.com".lower()

    def _coupon(self, chance: Random, at: datetime) -> Coupon | None:
        """Return a coupon that could be used then. A guest comes once, so has not used it before."""
        if chance.random() > WITH_COUPON:
            return None
        coupon = self._coupons.get(chance.choices(CODES, HOW_OFTEN)[0])
        if coupon is None or not coupon.is_active or not coupon.promotion.is_running(at):
            return None
        return coupon if coupon.most_uses is None or coupon.uses < coupon.most_uses else None

    def _method(self, chance: Random, country: str) -> int | None:
        """Return one of the ways there, mostly the first; where the goods do not fit, the first counts."""
        there = [method.pk for method in self._methods if country in method.countries]
        if len(there) < 2 or chance.random() > ANOTHER_DELIVERY:
            return None
        return chance.choice(there[1:])

    def _use(self, coupon: Coupon, order: Order) -> None:
        given_back_at = order.cancelled_at
        coupon.uses += given_back_at is None
        use = CouponUse(coupon=coupon, order=order, user=order.user, email=order.email)
        use.created_at, use.given_back_at = order.created_at, given_back_at
        self._coupon_uses.append(use)
