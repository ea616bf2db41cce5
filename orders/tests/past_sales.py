"""Sales of the past and of the shop as tests of analytics want them, and what a plain query says of them."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from orders.models import (
    HistoricLine,
    Order,
    PaymentEvent,
    Refund,
    SalesRollup,
)
from orders.services import coupons, status, timeline
from orders.tests.factories import (
    CouponFactory,
    MethodFactory,
    OrderFactory,
    RefundFactory,
    ReturnFactory,
)
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from users.tests.factories import UserFactory

S = Order.Status
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def historic(quantity=6, price="2.55", **fields):
    plain = {
        "source": "online_retail", "invoice": "536365", "fingerprint": str(HistoricLine.objects.count()),
        "code": "85123A", "currency": "GBP", "placed_at": NOON, "customer": "17850", "country": "GB",
    }  # fmt: skip
    return HistoricLine.objects.create(quantity=quantity, unit_price=Decimal(price), **plain | fields)


def a_past(seed, *, lines=400, days=75):
    """Make lines as files of the past have them: everything that Online Retail holds, at random."""
    pick = random.Random(seed)  # noqa: S311
    products = [None, None, *ProductFactory.create_batch(3, category=CategoryFactory(), brand=BrandFactory())]
    made = []
    for number in range(lines):
        invoice = pick.randrange(lines // 4)
        who = random.Random(invoice)  # noqa: S311
        at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=who.randrange(days), hours=who.randrange(24))
        is_fee = pick.random() < 0.1
        quantity = pick.choice([1, 2, 6, 12, -1, -3, 100])
        made.append(
            HistoricLine(
                source="online_retail",
                invoice=str(invoice),
                fingerprint=str(number),
                is_fee=is_fee,
                is_cancellation=quantity < 0 and pick.random() < 0.5,
                code=pick.choice(["POST", "M"]) if is_fee else pick.choice(["85123A", "85123a", "22423"]),
                quantity=quantity,
                unit_price=Decimal(pick.choice(["0", "0.001", "2.55", "19.9999", "-7.5" if is_fee else "3"])),
                currency=who.choice(["GBP", "EUR"]),
                # some invoices are written around midnight
                placed_at=at + timedelta(days=pick.random() < 0.1),
                customer=who.choice(["", "1", "2", "3", "4", "5"]),
                country=who.choice(["", "GB", "DE"]),
                product=None if is_fee else pick.choice(products),
            )
        )
    HistoricLine.objects.bulk_create(made)


def some_orders(seed, count=14):
    """Place orders of every kind through the shop's own services, and move them to other days."""
    pick = random.Random(seed)  # noqa: S311
    MethodFactory(price=Decimal("4.90"))
    products = [
        ProductFactory(price=Decimal(price), stock_quantity=1000) for price in ("33.33", "0.99", "7.77")
    ]  # fmt: skip
    products.append(
        ProductFactory(
            price=Decimal("4.95"), stock_quantity=1000, category=products[0].category, tax_class="reduced"
        )
    )
    users = UserFactory.create_batch(3)
    for number in range(count):
        user = pick.choice([*users, None])
        if user and pick.random() < 0.4:
            coupons.put_in_cart(user.cart, code=CouponFactory().code)
        units = {product: pick.randint(1, 5) for product in pick.sample(products, pick.randint(1, 3))}
        wanted = pick.choice([S.DELIVERED, S.DELIVERED, S.CONFIRMED, S.PENDING, S.CANCELLED, S.REFUNDED])
        if number % 5 == 3:
            order = OrderFactory(user=user, email="late@example.com", units=units, status=S.CONFIRMED)
            status.cancel(order, actor=timeline.SHOP)
            happened(order, pick)
        order = OrderFactory(user=user, email=f"guest{number % 3}@example.com", units=units, status=wanted)
        if wanted == S.DELIVERED and pick.random() < 0.6:
            back = ReturnFactory(order=order, units={order.items.first(): 1}, status="received")
            RefundFactory(
                order=order, of_return=back, amount=Decimal("0.99"), delivery_amount=Decimal("0.50")
            )
            back.received_at -= timedelta(days=pick.randrange(40))
            back.save()
        if wanted == S.DELIVERED and pick.random() < 0.3:
            status.move(order, to=S.REFUNDED, actor=timeline.SHOP)
        happened(order, pick)


def happened(order, pick):
    """Move an order, and what became of it, to days that are over."""
    at = timezone.now() - timedelta(days=pick.randrange(70))
    Order.objects.filter(pk=order.pk).update(created_at=at)
    Refund.objects.filter(order=order).update(created_at=at + timedelta(days=3))
    PaymentEvent.objects.filter(order=order).update(created_at=at + timedelta(days=5))
    order.events.filter(kind="cancelled").update(created_at=at + timedelta(days=5))


def rolled(grain="day", dimension="all", **like):
    """Return (start, currency, key) -> row."""
    rows = SalesRollup.objects.filter(grain=grain, dimension=dimension, **like)
    return {(row.start, row.currency, row.key): row for row in rows}


def figures(row):
    return (row.orders, row.goods, row.delivery, row.back)


def asked_of_lines(grain, *by):
    """Ask the table of past lines itself: (start, currency, *by) -> orders, units, goods, delivery, back."""
    trunc = TruncDate("placed_at") if grain == "day" else TruncMonth("placed_at")
    amount = F("quantity") * F("unit_price")
    is_back = Q(is_fee=False) & (Q(is_cancellation=True) | (Q(quantity__lt=0) & ~Q(unit_price=0)))
    is_goods = Q(is_fee=False, is_cancellation=False, quantity__gt=0)
    is_sold = is_goods | Q(is_fee=True, quantity__gt=0, unit_price__gte=0) | Q(
        is_fee=True, quantity__lt=0, unit_price__lte=0)  # fmt: skip
    rows = (
        HistoricLine.objects.annotate(start=trunc)
        .order_by()
        .values("start", "currency", *by)
        .annotate(
            orders=Count("invoice", distinct=True, filter=is_sold),
            units=Sum("quantity", filter=is_goods),
            goods=Sum(amount, filter=is_goods),
            delivery=Sum(amount, filter=is_sold & Q(is_fee=True)),
            back=-Sum(amount, filter=is_back | (Q(is_fee=True) & ~is_sold)),
        )
    )
    sums = ("units", "goods", "delivery", "back")
    return {
        (start_of(row), row["currency"], *(row[name] for name in by)): (
            row["orders"],
            *(row[name] or 0 for name in sums),
        )
        for row in rows
    }


def start_of(row):
    return row["start"].date() if isinstance(row["start"], datetime) else row["start"]
