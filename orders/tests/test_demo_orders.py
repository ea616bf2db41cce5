"""The demo store's past: made up, but on books that balance."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.demo import history
from orders.models import Coupon, CouponUse, Order, OrderEvent, Return
from orders.selectors import sales as figures
from orders.services import demo, demo_orders, reconciliation, sales
from products.models import PriceRecord, Product, StockMovement
from products.services import stock
from products.tests.factories import CategoryFactory, ProductFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
MANY = 60


@pytest.fixture
def people():
    return {"customers": UserFactory.create_batch(3), "staff": StaffFactory()}


@pytest.fixture
def shop(people):
    """A shop of eight products, of which one came this week, and the demo store's terms."""
    products = ProductFactory.create_batch(8, category=CategoryFactory(slug="desk"), stock_quantity=3)
    Product.objects.exclude(pk=products[0].pk).update(created_at=timezone.now() - timedelta(days=400))
    demo.add_delivery()
    demo.add_offers()
    return people


def seeded(people, count=MANY, seed=1):
    return demo_orders.add_orders(count, seed=seed, progress=lambda done: None, **people)


def facts():
    return list(Order.objects.order_by("pk").values_list("order_number", "email", "status", "total_amount"))


def test_the_books_of_the_past_balance_and_nothing_of_today_changes(shop):
    assert seeded(shop) == MANY

    assert reconciliation.breaks() == []
    assert {product.stock_quantity for product in Product.objects.all()} == {3}
    assert not OutboxEvent.objects.exists()


def test_every_status_is_there_and_the_orders_lie_in_the_last_half_year(shop):
    seeded(shop)

    now = timezone.now()
    assert set(Order.objects.values_list("status", flat=True)) == set(Order.Status.values)
    assert not Order.objects.exclude(created_at__range=(now - timedelta(days=182), now)).exists()
    assert Order.objects.filter(user=None).exists()
    assert Order.objects.exclude(user=None).exists()


def test_each_timeline_goes_along_the_table_in_the_order_of_time_until_now(shop):
    seeded(shop)

    for order in Order.objects.prefetch_related("events"):
        events = list(order.events.all())
        times = [event.created_at for event in events]
        moves = [event.kind for event in events if event.kind in Order.Status.values]
        assert times == sorted(times)
        assert times[0] == order.created_at
        assert times[-1] <= timezone.now()
        assert [events[0].kind, *moves][-1] in {order.status, "placed"}
        for before, after in zip(["pending", *moves], moves, strict=False):
            assert after in Order.NEXT[before]


def test_what_was_sent_back_is_on_its_way_through_the_house(shop):
    seeded(shop)

    assert set(Return.objects.values_list("status", flat=True)) == {"requested", "accepted", "received"}
    assert not Return.objects.exclude(status="received").exclude(order__status="delivered").exists()
    assert reconciliation.breaks() == []


def test_seeding_again_adds_nothing_and_more_adds_the_rest(shop):
    seeded(shop, 20)
    first = facts()

    assert seeded(shop, 20) == 0
    assert facts() == first
    assert seeded(shop, 30) == 10
    assert set(first) < set(facts())
    assert reconciliation.breaks() == []


def test_the_same_seed_makes_the_same_orders_and_another_seed_others(shop, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(demo_orders, "timezone", SimpleNamespace(now=lambda: now))

    def made(seed):
        with transaction.atomic():
            seeded(shop, 20, seed=seed)
            found = facts()
            transaction.set_rollback(True)
        return found

    once = made(1)

    assert made(1) == once
    assert not set(made(2)) & set(once)


def test_a_seeding_that_was_killed_is_completed_by_the_next(shop, monkeypatch):
    monkeypatch.setattr(demo_orders, "BATCH", 10)
    past, calls = stock.record_past, []

    def killed_at_the_second(movements):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        past(movements)

    with monkeypatch.context() as now:
        now.setattr(stock, "record_past", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            seeded(shop, 30)

    assert Order.objects.count() == 10
    assert seeded(shop, 30) == 20
    assert reconciliation.breaks() == []


def test_units_sold_are_those_of_the_orders(shop):
    seeded(shop)

    sales.write_down()

    since = timezone.now() - sales.WINDOW
    assert figures.units_by_product(since=since) == dict(
        Product.objects.filter(units_sold__gt=0).values_list("pk", "units_sold")
    )


def test_nothing_is_sold_before_it_came_and_at_the_price_of_its_day(shop):
    new = Product.objects.latest("created_at")
    old = Product.objects.earliest("created_at", "pk")
    day = timezone.now() - timedelta(days=30)
    PriceRecord.objects.filter(product=old).delete()
    PriceRecord.objects.create(product=old, effective_price=77, valid_from=day - timedelta(days=500))
    PriceRecord.objects.create(product=old, effective_price=55, valid_from=day)

    seeded(shop, 120)

    assert not new.order_items.filter(order__created_at__lt=new.created_at).exists()
    for item in old.order_items.select_related("order").filter(order__tax_note=""):
        assert item.unit_price == (77 if item.order.created_at < day else 55)


def test_coupons_count_their_uses_and_are_used_while_they_run(shop):
    Coupon.objects.filter(code="FREESHIP").update(most_uses=2)

    seeded(shop, 200)

    counted = Counter(CouponUse.objects.filter(given_back_at=None).values_list("coupon__code", flat=True))
    assert counted == {coupon.code: coupon.uses for coupon in Coupon.objects.filter(uses__gt=0)}
    assert counted["WELCOME10"] > counted["FREESHIP"]
    assert counted["FREESHIP"] <= 2
    ended = CouponUse.objects.filter(coupon__promotion__ends_at__lt=F("created_at"))
    assert not ended.exists()


def test_what_happened_in_the_past_cannot_change_what_is_there_today():
    product = ProductFactory(stock_quantity=3)
    sale = StockMovement(product=product, kind=StockMovement.Kind.SALE, change=-1)

    with pytest.raises(ValueError, match="on the shelf today"):
        stock.record_past([sale])

    assert product.movements.aggregate(units=Sum("change"))["units"] == 3


@pytest.mark.unit
def test_nobody_works_on_sundays():
    now = timezone.now()
    courses = [history.course(number, seed=3, now=now) for number in range(300)]

    handled = [
        step.at for course in courses for step in course.steps if step.kind == OrderEvent.Kind.PROCESSING
    ]

    assert handled
    assert not [at for at in handled if at.weekday() == history.SUNDAY]


def test_without_products_there_are_no_orders(people):
    assert seeded(people) == 0
