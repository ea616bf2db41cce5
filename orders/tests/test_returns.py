"""What comes back: never more than left, answered once, and goods apart from money."""

from uuid import uuid4

import pytest

from orders.errors import (
    NothingChosen,
    NothingToReturn,
    ReturnMovedOn,
    SentBefore,
    TooManyUnits,
    UnknownLine,
)
from orders.models import Order, PaymentEvent, Return
from orders.selectors import fulfillment
from orders.services import reconciliation, returns, timeline
from orders.tests.factories import OrderFactory, OrderItemFactory, ReturnFactory, ShipmentFactory
from products.errors import UnknownProduct
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
S = Return.Status


@pytest.fixture
def order():
    """A delivered order of two stools and a tray."""
    units = {ProductFactory(name="Oak stool"): 2, ProductFactory(name="Walnut tray"): 1}
    return OrderFactory(units=units, status=Order.Status.DELIVERED)


def ask(order, units, *, key=None, **fields):
    fields = {"reason": Return.Reason.UNSAID, "actor": timeline.customer(order.user)} | fields
    return returns.request(order, units=units, key=key or uuid4().hex, **fields)


def returnable(order):
    return {item.product_name: units for item, units in fulfillment.returnable(order).items()}


def on_the_shelf():
    return dict(Product.objects.values_list("name", "stock_quantity"))


def test_a_wish_says_what_why_and_in_whose_words(order):
    stool, tray = order.items.all()

    back = ask(order, {stool.pk: 1, tray.pk: 0}, reason=Return.Reason.DAMAGED, words="A leg is loose.")

    assert (back.number, back.status, back.units()) == (1, S.REQUESTED, {stool.pk: 1})
    assert (back.reason, back.words, back.user) == ("damaged", "A leg is loose.", order.user)
    step = order.events.last()
    assert (step.kind, step.actor, step.detail) == (
        "return_requested", "customer", "1 \N{MULTIPLICATION SIGN} Oak stool",
    )  # fmt: skip
    assert returnable(order) == {"Oak stool": 1, "Walnut tray": 1}


def test_no_more_comes_back_than_has_left(order):
    stool, tray = order.items.all()
    ask(order, {stool.pk: 1})

    with pytest.raises(TooManyUnits) as refusal:
        ask(order, {stool.pk: 2, tray.pk: 1})

    assert refusal.value.facts == {"item": stool.pk, "most": 1}
    assert Return.objects.count() == 1
    assert reconciliation.breaks() == []


def test_of_an_order_in_parts_only_what_has_left_comes_back():
    order = OrderFactory(units={ProductFactory(): 2}, status=Order.Status.CONFIRMED)
    stool = order.items.get()
    with pytest.raises(NothingToReturn):
        ask(order, {stool.pk: 1})
    ShipmentFactory(order=order, units={stool: 1})
    order.refresh_from_db()

    with pytest.raises(TooManyUnits):
        ask(order, {stool.pk: 2})
    ask(order, {stool.pk: 1})

    assert reconciliation.breaks() == []


@pytest.mark.parametrize("status", ["pending", "confirmed", "cancelled", "refunded"])
def test_nothing_comes_back_of_what_is_unpaid_here_or_ended(status):
    order = OrderFactory(status=status)

    with pytest.raises(NothingToReturn):
        ask(order, {order.items.get().pk: 1})


def test_a_wish_for_nothing_or_for_what_was_not_ordered_is_refused(order):
    with pytest.raises(NothingChosen):
        ask(order, {order.items.first().pk: 0})
    with pytest.raises(UnknownLine):
        ask(order, {OrderItemFactory().pk: 1})


def test_the_same_form_twice_asks_once_and_with_other_units_is_refused(order):
    stool, tray = order.items.all()

    first, again = (ask(order, {stool.pk: 1}, key="form") for _ in range(2))

    assert first == again
    with pytest.raises(SentBefore):
        ask(order, {tray.pk: 1}, key="form")
    assert Return.objects.get().units() == {stool.pk: 1}


def test_what_is_declined_may_be_asked_for_again(order):
    stool = order.items.first()
    back = ask(order, {stool.pk: 2})

    returns.decline(back, actor=timeline.staff(StaffFactory()), answer="It was engraved for you.")

    back.refresh_from_db()
    assert (back.status, back.answer) == (S.DECLINED, "It was engraved for you.")
    step = order.events.last()
    assert (step.kind, step.detail) == ("return_declined", "It was engraved for you.")
    assert returnable(order)["Oak stool"] == 2
    ask(order, {stool.pk: 2})
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("to", [S.ACCEPTED, S.DECLINED, S.RECEIVED])
@pytest.mark.parametrize("now", S)
def test_returns_move_along_their_table_and_nowhere_else(now, to):
    back = ReturnFactory(status=now)
    before = back.order.events.count()
    move = {
        S.ACCEPTED: lambda: returns.accept(back, actor=timeline.SHOP),
        S.DECLINED: lambda: returns.decline(back, actor=timeline.SHOP),
        S.RECEIVED: lambda: returns.receive(back, restocked={}, actor=timeline.SHOP),
    }[to]

    if to in Return.NEXT[now]:
        assert move().status == to
        assert back.order.events.last().kind == f"return_{to}"
    elif now == to and to != S.RECEIVED:
        assert move().status == to
        assert back.order.events.count() == before
    else:
        with pytest.raises(ReturnMovedOn) as refusal:
            move()
        assert refusal.value.facts == {"status_now": now, "status_wanted": to}
        assert back.order.events.count() == before
    assert reconciliation.breaks() == []


def test_what_arrives_goes_back_on_the_shelf_as_far_as_staff_say(order):
    stool, tray = order.items.all()
    back = ReturnFactory(order=order, units={stool: 2, tray: 1}, status=S.ACCEPTED)
    clerk = StaffFactory()
    assert on_the_shelf() == {"Oak stool": 18, "Walnut tray": 19}

    returns.receive(back, restocked={stool.pk: 1}, actor=timeline.staff(clerk))

    assert on_the_shelf() == {"Oak stool": 19, "Walnut tray": 19}
    movement = StockMovement.objects.get(kind="return")
    assert (movement.reason, movement.reference, movement.actor) == ("Return 1", order.order_number, clerk)
    assert list(back.items.values_list("restocked_quantity", flat=True)) == [1, 0]
    assert order.events.last().kind == "return_received"
    assert not PaymentEvent.objects.filter(kind="refund_due").exists()
    assert reconciliation.breaks() == []


def test_what_arrives_twice_goes_back_on_the_shelf_once(order):
    stool = order.items.first()
    back = ReturnFactory(order=order, status=S.ACCEPTED)
    returns.receive(back, restocked={stool.pk: 1}, actor=timeline.SHOP)

    with pytest.raises(ReturnMovedOn):
        returns.receive(back, restocked={stool.pk: 1}, actor=timeline.SHOP)

    assert on_the_shelf()["Oak stool"] == 19


@pytest.mark.parametrize("units", [2, -1])
def test_no_more_goes_back_on_the_shelf_than_arrived(order, units):
    stool, tray = order.items.all()
    back = ReturnFactory(order=order, units={stool: 1}, status=S.ACCEPTED)

    with pytest.raises(TooManyUnits):
        returns.receive(back, restocked={stool.pk: units}, actor=timeline.SHOP)
    with pytest.raises(UnknownLine):
        returns.receive(back, restocked={tray.pk: 1}, actor=timeline.SHOP)

    back.refresh_from_db()
    assert back.status == S.ACCEPTED
    assert on_the_shelf() == {"Oak stool": 18, "Walnut tray": 19}


def test_what_the_catalog_no_longer_has_arrives_but_not_on_a_shelf(order):
    stool = order.items.first()
    back = ReturnFactory(order=order, status=S.ACCEPTED)
    Product.objects.get(name="Oak stool").delete()

    with pytest.raises(UnknownProduct):
        returns.receive(back, restocked={stool.pk: 1}, actor=timeline.SHOP)
    assert returns.receive(back, restocked={}, actor=timeline.SHOP).status == S.RECEIVED


def test_a_return_of_a_refunded_order_still_arrives(order):
    back = ReturnFactory(order=order, status=S.ACCEPTED)
    Order.objects.filter(pk=order.pk).update(status="refunded", holds_stock=False)

    assert returns.receive(back, restocked={}, actor=timeline.SHOP).status == S.RECEIVED
