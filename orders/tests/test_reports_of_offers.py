"""Reports that are read from orders, returns and counts themselves: offers, returns, the funnel, searches."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dbProject import caching
from dbProject.behavior.models import BehaviorCount, SearchCount
from orders.models import OrderDiscount, Refund, Return
from orders.selectors.reports import marketing, periods, registry, rollups
from orders.selectors.reports.asked import Asked, Compared, compared_with, period_of
from orders.selectors.reports.periods import Period
from orders.services import coupons, status, timeline
from orders.services.analytics import warming
from orders.tests import rollups as made
from orders.tests.asking import answer, ask, today
from orders.tests.factories import (
    CouponFactory,
    MethodFactory,
    OrderFactory,
    PromotionFactory,
    ReturnFactory,
)
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_coupons_cost_what_the_orders_of_these_days_say():
    for number in range(3):
        order = OrderFactory(status="confirmed")
        OrderDiscount.objects.create(
            order=order, code="SPRING", name="Spring", reason="10 %", amount=Decimal(number) + 1
        )
    unpaid = OrderFactory()
    OrderDiscount.objects.create(order=unpaid, code="SPRING", name="Spring", reason="10 %", amount=99)

    (row,) = registry.REPORTS["coupons"].answer(today()).rows

    assert (row.values["code"], row.values["orders"], row.values["cost"]) == ("SPRING", 3, 6)
    paid = OrderDiscount.objects.exclude(order=unpaid).select_related("order")
    assert row.values["sales"] == sum(one.order.total_amount for one in paid)
    assert registry.REPORTS["coupons"].answer(today(currency="GBP")).rows == []


def test_an_order_that_was_paid_counts_with_its_offer_though_it_was_cancelled_since():
    for is_paid in (True, False):
        order = OrderFactory(status="confirmed" if is_paid else "pending")
        OrderDiscount.objects.create(order=order, code="SPRING", name="Spring", reason="10 %", amount=1)
        status.cancel(order, actor=timeline.SHOP)

    (row,) = registry.REPORTS["coupons"].answer(today()).rows

    assert (row.values["orders"], row.values["cost"]) == (1, 1)


@pytest.mark.parametrize("is_delivered_free", [False, True])
@pytest.mark.parametrize("includes_tax", [True, False])
def test_what_an_offer_costs_is_with_tax_as_sales_are_whatever_price_tags_have(
    settings, includes_tax, is_delivered_free
):
    settings.PRICES_INCLUDE_TAX = includes_tax
    MethodFactory(price=Decimal("4.90"))
    wine = ProductFactory(price=Decimal("33.33"))
    book = ProductFactory(price=Decimal("9.99"), tax_class="reduced")
    full = OrderFactory(units={wine: 2, book: 1})
    user = UserFactory()
    coupons.put_in_cart(user.cart, code=CouponFactory().code)
    if is_delivered_free:
        PromotionFactory(kind="free_shipping", value=0, needs_coupon=False)
    order = OrderFactory(user=user, units={wine: 2, book: 1}, status="confirmed")
    tags = sum((one.amount for one in order.discounts.all()), Decimal())
    off = full.total_amount - order.total_amount
    assert (tags == off) == includes_tax

    rows = registry.REPORTS["coupons"].answer(today()).rows

    assert len(rows) == 1 + is_delivered_free
    assert sum(row.values["cost"] for row in rows) == off
    for row in rows:
        cost = row.values["cost"]
        assert row.values["sales"] == order.total_amount
        assert row.values["rate"] == 100 * cost / (order.total_amount + cost)


def test_returns_are_counted_by_reason_with_units_and_money_once():
    first = ReturnFactory(reason="damaged")
    second = ReturnFactory(reason="damaged")
    for amount in (5, 7):
        Refund.objects.create(order=first.order, key=str(amount), of_return=first, amount=amount, reason="x")
    units = sum(item.quantity for one in (first, second) for item in one.items.all())

    (row,) = registry.REPORTS["returns"].answer(today()).rows

    assert row.values == {
        "reason": Return.Reason.DAMAGED.label, "returns": 2, "share": 100, "declined": 0,
        "units": units, "refunded": 12,
    }  # fmt: skip


@pytest.mark.parametrize("slug", ["coupons", "returns"])
def test_what_many_orders_say_is_remembered_and_what_few_say_is_asked_anew(slug, django_assert_num_queries):
    def days(number):
        last = timezone.localdate()
        return ask(str(last - timedelta(days=number - 1)), str(last))

    def happens():
        back = ReturnFactory()
        Refund.objects.create(order=back.order, key="1", of_return=back, amount="0.99", reason="x")
        OrderDiscount.objects.create(order=back.order, name="Spring", reason="10 %", amount=Decimal("1.10"))

    report = registry.REPORTS[slug]
    count = "orders" if slug == "coupons" else "returns"
    happens()
    few, many = report.answer(days(62)), report.answer(days(63))
    assert [row.values for row in few.rows] == [row.values for row in many.rows]
    caching.memory.clear()  # as in another process, to which it comes as text
    with django_assert_num_queries(0):
        again = report.answer(days(63))
    assert [row.values for row in again.rows] == [row.values for row in many.rows]

    happens()

    assert [row.values[count] for row in report.answer(days(62)).rows] == [2]
    assert [row.values[count] for row in report.answer(days(63)).rows] == [1]


def test_the_funnel_compares_steps_with_those_before():
    for day, times in ((date(2026, 1, 5), (200, 50, 10, 5)), (date(2025, 12, 5), (100, 50, 10, 10))):
        for step, count in zip(BehaviorCount.Step, times, strict=True):
            BehaviorCount.objects.create(day=day, step=step, source="direct", count=count)

    rows = [row.values for row in answer("funnel", before=("2025-12-01", "2025-12-31")).rows]

    assert [row["times"] for row in rows] == [200, 50, 10, 5]
    assert [row["rate"] for row in rows] == [None, 25, 20, 50]
    assert [row["times_change"] for row in rows] == [100, 0, 0, -50]


@pytest.mark.parametrize("slug", ["funnel", "searches", "searches-in-vain"])
def test_what_many_days_were_counted_is_remembered_and_few_are_asked_anew(slug, django_assert_num_queries):
    last = timezone.localdate()

    def days(number):
        first = last - timedelta(days=number - 1)
        return replace(ask(str(first), str(last)), before=periods.before(Period(first, last)))

    def happens():
        day = last - timedelta(days=SearchCount.objects.count())
        SearchCount.objects.create(day=day, words="yurt", has_results=False, count=2)
        BehaviorCount.objects.create(day=day, step=BehaviorCount.Step.VIEW, source="direct", count=2)

    def times(number):
        return registry.REPORTS[slug].answer(days(number)).rows[0].values["times"]

    happens()
    assert [times(62), times(63)] == [2, 2]
    happens()
    caching.memory.clear()

    with django_assert_num_queries(0):
        assert times(63) == 2
    assert times(62) == 4


def test_what_was_made_ready_is_shown_until_that_of_the_next_hour_is_there(monkeypatch):
    last = timezone.localdate()
    asked = ask(str(last - timedelta(days=62)), str(last))
    clock = [datetime(2026, 11, 27, 9, 10, tzinfo=UTC).timestamp()]
    monkeypatch.setattr(time, "time", lambda: clock[0])

    def shown():
        caching.memory.clear()
        return len(registry.REPORTS["searches"].answer(asked).rows)

    def searched(words, *, minutes):
        SearchCount.objects.create(day=last, words=words, has_results=True, count=1)
        clock[0] += 60 * minutes
        return shown()

    marketing.remember("EUR", asked.period)
    assert searched("mug", minutes=20) == 0
    assert searched("tent", minutes=39) == 0
    clock[0] += 60  # ten past ten
    assert shown() == 0
    marketing.remember("EUR", asked.period)
    assert searched("yurt", minutes=14) == 0
    assert searched("pen", minutes=1) == 2


def test_what_is_counted_is_ready_for_every_period_that_has_a_name(django_assert_num_queries):
    made.add(("2026-01-09", {"goods": 5, "units": 1}))
    warming.warm()
    now = timezone.localdate()

    for compare in (Compared.BEFORE, Compared.YEAR):
        for preset in ("last_90", "this_year", "all"):
            period = period_of(preset, today=now, known=rollups.known("EUR"))
            asked = Asked(period, compared_with(period, compare, preset=preset), "EUR")
            for slug in ("funnel", "searches", "searches-in-vain"):
                with django_assert_num_queries(0 if period.days > marketing.LIVE_DAYS else 1):
                    registry.REPORTS[slug].answer(asked)


def test_searches_say_how_often_and_how_often_in_vain():
    for words, has_results, count in (
        ("mug", True, 8),
        ("mug", False, 2),
        ("yurt", False, 5),
        ("tent", True, 1),
    ):
        SearchCount.objects.create(day=date(2026, 1, 5), words=words, has_results=has_results, count=count)

    found = [tuple(row.values.values()) for row in answer("searches").rows]
    in_vain = [tuple(row.values.values()) for row in answer("searches-in-vain").rows]

    assert found == [("mug", 10, 2, 20), ("yurt", 5, 5, 100), ("tent", 1, 0, 0)]
    assert in_vain == [("yurt", 5, 5), ("mug", 2, 10)]
