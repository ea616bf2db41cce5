"""The steps of an order after it was placed: along the table, with stock, money and timeline in step."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.errors import IllegalTransition, PaymentRefused, UnknownOrder
from orders.models import Order, PaymentEvent
from orders.services import holds, payments, reconciliation, status, timeline
from orders.tests.factories import OrderFactory
from products.errors import OutOfStock, UnknownProduct
from products.models import Product
from products.services import catalog, stock
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
S = Order.Status


def paid(order, event_id="evt-1", **changes):
    event = {"kind": "captured", "amount": order.total_amount} | changes
    return payments.apply_event(provider="test", event_id=event_id, order_number=order.order_number, **event)


def steps(order):
    return [event.kind for event in order.events.all()]


def units(order):
    return Product.objects.get(orderitem__order=order).stock_quantity


def expire(order):
    Order.objects.filter(pk=order.pk).update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    assert holds.release_expired() == 1
    order.refresh_from_db()


@pytest.mark.parametrize("to", S)
@pytest.mark.parametrize("now", S)
def test_orders_move_along_the_table_and_nowhere_else(now, to):
    order = OrderFactory(status=now)
    before = steps(order)

    if to in Order.NEXT[now]:
        assert status.move(order, to=to, actor=timeline.SHOP).status == to
    else:
        with pytest.raises(IllegalTransition) as refusal:
            status.move(order, to=to, actor=timeline.SHOP)
        assert refusal.value.facts == {"status_now": now, "status_wanted": to}
        assert steps(order) == before
    assert reconciliation.breaks() == []


def test_each_step_names_its_actor_and_time():
    order = OrderFactory(status=S.DELIVERED)

    assert steps(order) == ["placed", "confirmed", "processing", "shipped", "delivered"]
    assert order.confirmed_at <= order.shipped_at <= order.delivered_at


def test_cancelling_puts_the_stock_back_once():
    order = OrderFactory()
    assert units(order) == 19

    for _ in range(2):
        status.cancel(order, actor=timeline.SHOP)

    assert units(order) == 20
    assert steps(order).count("cancelled") == 1


# Money


def test_a_payment_confirms_the_order_and_arrives_once():
    order = OrderFactory()

    for _ in range(3):
        paid(order)

    order.refresh_from_db()
    assert (order.status, order.payment_events.count()) == ("confirmed", 1)
    assert steps(order) == ["placed", "payment", "confirmed"]
    assert reconciliation.breaks() == []


def test_a_declined_payment_leaves_the_order_payable():
    order = OrderFactory()

    paid(order, kind="declined", amount=Decimal())
    order.refresh_from_db()
    assert order.is_payable
    paid(order, "evt-2")

    order.refresh_from_db()
    assert order.status == "confirmed"


def test_too_little_money_confirms_nothing_until_the_rest_comes():
    order = OrderFactory()

    paid(order, amount=Decimal("4.00"))
    order.refresh_from_db()
    assert order.status == "pending"
    paid(order, "evt-2", amount=Decimal("6.00"))

    order.refresh_from_db()
    assert order.status == "confirmed"


def test_money_paid_twice_goes_back_once():
    order = OrderFactory()

    paid(order)
    paid(order, "evt-2")

    assert order.amount_going_back() == order.total_amount
    assert reconciliation.breaks() == []


def test_money_for_a_cancelled_order_goes_back():
    order = OrderFactory(status=S.CANCELLED)

    paid(order)

    order.refresh_from_db()
    assert (order.status, order.amount_going_back()) == ("cancelled", order.total_amount)
    assert units(order) == 20
    assert reconciliation.breaks() == []


def test_cancelling_a_paid_order_sends_its_money_back():
    order = OrderFactory()
    paid(order)

    status.cancel(order, actor=timeline.SHOP)

    due = PaymentEvent.objects.get(kind="refund_due")
    assert due.amount == order.total_amount
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("changes", [{"kind": "stolen"}, {"amount": Decimal("-1.00")}])
def test_an_event_that_cannot_be_is_refused(changes):
    order = OrderFactory()

    with pytest.raises(PaymentRefused):
        paid(order, **changes)

    assert PaymentEvent.objects.count() == 0


def test_money_for_nothing_we_know_is_refused():
    with pytest.raises(UnknownOrder):
        payments.apply_event(provider="test", event_id="e", order_number="ORD-1", kind="captured")


# Reservations


def test_a_hold_that_ends_puts_the_stock_back_once_and_the_order_stays_payable():
    order = OrderFactory()
    expire(order)

    assert holds.release_expired() == 0
    assert units(order) == 20
    assert (order.is_payable, order.holds_stock) == (True, False)
    assert steps(order) == ["placed", "hold_expired"]
    assert reconciliation.breaks() == []


def test_a_hold_on_a_thing_that_was_deleted_ends_like_any_other():
    order = OrderFactory()
    (item,) = order.items.all()
    catalog.delete_product(item.product)

    expire(order)

    assert Product.all_objects.get(pk=item.product_id).stock_quantity == 20
    assert reconciliation.breaks() == []


def test_money_for_a_thing_that_was_deleted_after_the_hold_goes_back():
    order = OrderFactory()
    expire(order)
    catalog.delete_product(order.items.get().product)

    paid(order)

    order.refresh_from_db()
    assert (order.status, order.holds_stock) == (S.CANCELLED, False)
    assert order.amount_going_back() == order.total_amount
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("look_after", [holds.release_expired, holds.cancel_abandoned])
def test_an_order_that_cannot_be_changed_holds_up_nobody_behind_it(look_after, monkeypatch, caplog):
    stuck, next_one = OrderFactory.create_batch(2)
    long_ago = timezone.now() - timedelta(days=8)
    for hours, order in enumerate((stuck, next_one)):
        at = long_ago + timedelta(hours=hours)
        Order.objects.filter(pk=order.pk).update(hold_expires_at=at, created_at=at)
    put_back = stock.put_back

    def refused(units, *, reference, **more):
        if reference == stuck.order_number:
            raise UnknownProduct("gone")
        put_back(units, reference=reference, **more)

    monkeypatch.setattr(stock, "put_back", refused)

    assert look_after() == 1

    assert [order.holds_stock for order in Order.objects.order_by("pk")] == [True, False]
    assert f"order {stuck.pk}" in caplog.text


def test_paying_after_the_hold_takes_the_stock_again():
    order = OrderFactory()
    expire(order)

    paid(order)

    order.refresh_from_db()
    assert (order.status, units(order)) == ("confirmed", 19)
    assert reconciliation.breaks() == []


def test_paying_for_what_sold_out_meanwhile_sends_the_money_back():
    product = ProductFactory(stock_quantity=1)
    order = OrderFactory(units={product: 1})
    expire(order)
    stock.take({product.pk: 1}, reference="somebody else")

    paid(order)

    order.refresh_from_db()
    assert (order.status, order.amount_going_back()) == ("cancelled", order.total_amount)
    assert units(order) == 0
    assert reconciliation.breaks() == []


def test_staff_cannot_confirm_what_sold_out_meanwhile():
    product = ProductFactory(stock_quantity=1)
    order = OrderFactory(units={product: 1})
    expire(order)
    stock.take({product.pk: 1}, reference="somebody else")

    with pytest.raises(OutOfStock):
        status.move(order, to=S.CONFIRMED, actor=timeline.SHOP)

    order.refresh_from_db()
    assert (order.status, order.payment_events.count()) == ("pending", 0)


def test_orders_that_nobody_pays_are_cancelled_in_the_end(settings):
    young, old = OrderFactory(), OrderFactory()
    Order.objects.filter(pk=old.pk).update(created_at=timezone.now() - settings.UNPAID_ORDER_AGE)

    assert holds.cancel_abandoned() == 1

    assert [Order.objects.get(pk=order.pk).status for order in (young, old)] == ["pending", "cancelled"]
    assert reconciliation.breaks() == []
