"""Staff ship in parts, answer and receive returns, and refund: money and goods apart, each with its cap."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from orders.models import Order, Refund, Return, Shipment
from orders.services import reconciliation
from orders.tests.factories import (
    MethodFactory,
    OrderFactory,
    RefundFactory,
    ReturnFactory,
    ShipmentFactory,
)
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
S = Order.Status
TIMES = "\N{MULTIPLICATION SIGN}"


def order_of(status, **fields):
    units = {ProductFactory(name="Oak stool"): 2, ProductFactory(name="Walnut tray"): 1}
    return OrderFactory(units=units, status=status, **fields)


def page(client, order):
    return client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()


def path(order, step):
    return f"/admin/orders/order/{order.pk}/{step}/"


def fill_in(client, address, **changes):
    """Return what the form at ``address`` sends as it is shown, with these ``changes``."""
    form = client.get(address).context["form"]
    shown = {field.html_name: field.value() for field in form}
    return {
        name: value for name, value in (shown | changes).items() if value is not None and value is not False
    }


def send(client, address, **changes):
    answer = client.post(address, fill_in(client, address, **changes), follow=True)
    return answer.content.decode()


def units(order, *counts):
    return {f"units_{item.pk}": count for item, count in zip(order.items.all(), counts, strict=True)}


@pytest.fixture
def boss(client):
    person = StaffFactory(first_name="Robin", last_name="Marlow")
    client.force_login(person)
    return person


# Shipping


def test_an_order_is_shipped_in_parts_with_tracking(client, boss):
    order = order_of(S.CONFIRMED)
    assert "Nothing has left the house." in page(client, order)

    said = send(client, path(order, "ship"), **units(order, 1, 1), carrier="DHL", tracking_number="0034",
                tracking_url="https://dhl.example/0034")  # fmt: skip

    assert "Parcel 1 is on its way." in said
    for word in (
        "Oak stool",
        "https://dhl.example/0034",
        "Robin Marlow",
        "Part of it is on its way",
        "Pack a parcel",
    ):
        assert word in said
    assert "Cancel the order" not in said
    said = send(client, path(order, "ship"))
    assert "Parcel 2 is on its way." in said
    assert "Pack a parcel" not in said
    order.refresh_from_db()
    assert order.status == S.SHIPPED
    assert {event.user for event in order.events.filter(kind__in=["part_shipped", "shipped"])} == {boss}
    assert reconciliation.breaks() == []


def test_quantities_are_capped_by_what_is_left_and_what_was_typed_stays(client, boss):
    order = order_of(S.CONFIRMED)
    sent = fill_in(client, path(order, "ship"), **units(order, 2, 0), carrier="DHL")
    assert 'max="2"' in client.get(path(order, "ship")).content.decode()
    ShipmentFactory(order=order, units={order.items.first(): 1})

    said = client.post(path(order, "ship"), sent).content.decode()

    assert "Of Oak stool only 1 can be shipped." in said
    assert 'value="DHL"' in said
    assert Shipment.objects.count() == 1
    assert "Oak stool · " not in said
    said = client.post(path(order, "ship"), sent | units(order, 3, 0)).content.decode()
    assert "less than or equal to 2" in said


def test_the_same_click_twice_ships_once(client, boss):
    order = order_of(S.CONFIRMED)
    sent = fill_in(client, path(order, "ship"))

    for _ in range(2):
        assert (
            "Parcel 1 is on its way." in client.post(path(order, "ship"), sent, follow=True).content.decode()
        )

    assert Shipment.objects.count() == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.com/x"])
def test_a_tracking_link_leads_to_the_web(client, boss, url):
    order = order_of(S.CONFIRMED)

    said = send(client, path(order, "ship"), tracking_url=url)

    assert "Enter a" in said
    assert Shipment.objects.count() == 0


def test_what_cannot_be_shipped_leads_back(client, boss):
    order = order_of(S.DELIVERED)

    assert "There is nothing to ship." in client.get(path(order, "ship"), follow=True).content.decode()


def test_parcels_arrive_one_by_one(client, boss):
    order = order_of(S.CONFIRMED)
    ShipmentFactory(order=order, units={order.items.first(): 2})
    ShipmentFactory(order=order)

    for number in (1, 2):
        said = client.post(path(order, f"parcels/{number}/delivered"), follow=True).content.decode()
        assert f"Parcel {number} has arrived." in said

    order.refresh_from_db()
    assert order.status == S.DELIVERED
    assert client.get(path(order, "parcels/1/delivered")).status_code == 403
    assert client.post(path(order, "parcels/3/delivered")).status_code == 404


# Returns


def test_a_return_is_accepted_and_received_and_no_money_moves(client, boss):
    order = order_of(S.DELIVERED)
    stool, tray = order.items.all()
    ReturnFactory(order=order, units={stool: 2, tray: 1}, reason="damaged", words="A <b>leg</b> is loose.")
    said = page(client, order)
    for word in (
        "Requested",
        "It arrived damaged",
        "A &lt;b&gt;leg&lt;/b&gt; is loose.",
        f"2 {TIMES} Oak stool",
    ):
        assert word in said

    said = send(client, path(order, "returns/1/accept"), answer="Please send it.")
    assert "Return 1: Accepted." in said
    assert "Please send it." in said
    said = send(client, path(order, "returns/1/receive"), **units(order, 1, 0))

    assert "Return 1 has arrived. No money has moved by that." in said
    assert "1 back on the shelf" in said
    assert dict(Product.objects.values_list("name", "stock_quantity")) == {"Oak stool": 19, "Walnut tray": 19}
    assert order.amount_going_back() == 0
    assert {event.user for event in order.events.filter(kind__in=["return_accepted", "return_received"])} == {
        boss
    }
    assert reconciliation.breaks() == []


def test_what_is_broken_is_not_proposed_for_the_shelf(client, boss):
    broken, disliked = (
        ReturnFactory(order=order_of(S.DELIVERED), reason=reason, status="accepted")
        for reason in ("damaged", "disliked")
    )

    for back, proposed in ((broken, 0), (disliked, 1)):
        form = client.get(path(back.order, "returns/1/receive")).context["form"]
        assert [field.initial for name, field in form.fields.items() if name.startswith("units_")] == [
            proposed
        ]


def test_no_more_goes_back_on_the_shelf_than_came(client, boss):
    order = order_of(S.DELIVERED)
    ReturnFactory(order=order, units={order.items.first(): 1}, status="accepted")
    address = path(order, "returns/1/receive")

    said = send(client, address, **{f"units_{order.items.first().pk}": 2})

    assert "Of Oak stool 1 came back." in said
    assert Return.objects.get().status == "accepted"


def test_a_return_is_declined_with_an_answer(client, boss):
    order = order_of(S.DELIVERED)
    ReturnFactory(order=order)

    said = send(client, path(order, "returns/1/decline"), answer="It was engraved for you.")

    assert "Return 1: Declined." in said
    assert order.events.last().detail == "It was engraved for you."
    assert "moved on meanwhile" in send(client, path(order, "returns/1/accept"))
    assert client.get(path(order, "returns/1/burn")).status_code == 404
    assert client.get(path(order, "returns/2/accept")).status_code == 404


# Refunds


@pytest.fixture
def delivered():
    """Delivered, for twice 10.00 and once 10.00, and 4.90 for the delivery."""
    MethodFactory()
    return order_of(S.DELIVERED)


def test_what_a_return_is_worth_is_proposed_and_goes_back(client, boss, delivered):
    ReturnFactory(order=delivered, units={delivered.items.first(): 2}, status="received")
    address = f"{path(delivered, 'refund')}?return=1"
    shown = fill_in(client, address)
    assert (shown["goods"], shown["delivery"], shown["reason"]) == (
        Decimal("20.00"),
        Decimal("0.00"),
        "Return 1",
    )

    said = send(client, address, delivery="4.90")

    assert "24.90\xa0€ goes back to the customer." in said
    refund = Refund.objects.get()
    assert (refund.amount, refund.delivery_amount, refund.user) == (Decimal("24.90"), Decimal("4.90"), boss)
    assert refund.of_return.number == 1
    for word in ("Refund under way", "4.90\xa0€ of it for the delivery", "10.00\xa0€"):
        assert word in page(client, delivered)
    assert reconciliation.breaks() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"goods": "34.91"}, "At most 34.90\xa0€ can go back."),
        ({"goods": "0"}, "Say how much goes back."),
        ({"goods": "-1"}, "greater than or equal to 0"),
        ({"goods": "1.001"}, "no more than 2 decimal places"),
        ({"delivery": "4.91"}, "more than the delivery cost"),
        ({"reason": " "}, "This field is required"),
        ({"goods": "1", "closes": "on"}, "all of its money goes back: 34.90\xa0€"),
    ],
)
def test_a_refund_that_cannot_be_is_refused_in_words(client, boss, delivered, changes, said):
    answer = send(client, path(delivered, "refund"), **{"goods": "1.00", "reason": "A scratch"} | changes)

    assert said in answer
    assert "A scratch" in answer or changes.get("reason")
    assert Refund.objects.count() == 0


def test_all_of_the_money_closes_the_order_if_staff_say_so(client, boss, delivered):
    send(client, path(delivered, "refund"), goods="30.00", delivery="4.90", reason="Sorry", closes="on")

    delivered.refresh_from_db()
    assert delivered.status == S.REFUNDED
    assert (
        "There is no money to give back."
        in client.get(path(delivered, "refund"), follow=True).content.decode()
    )
    assert reconciliation.breaks() == []


def test_what_is_being_packed_is_not_offered_to_be_closed(client, boss):
    assert "closes" not in client.get(path(order_of(S.PROCESSING), "refund")).context["form"].fields


def test_money_taken_by_hand_is_given_back_by_hand(client, boss, delivered):
    RefundFactory(order=delivered, amount=Decimal("3.00"))
    due = delivered.payment_events.get(kind="refund_due")
    assert "goes back by hand" in page(client, delivered)

    for _ in range(2):
        said = client.post(path(delivered, f"payments/{due.pk}/given-back"), follow=True).content.decode()
        assert "3.00\xa0€ was given back." in said

    assert delivered.payment_events.filter(kind="refunded").count() == 1
    assert "goes back by hand" not in page(client, delivered)
    assert "Refunded in part" in page(client, delivered)
    assert client.get(path(delivered, f"payments/{due.pk}/given-back")).status_code == 403
    captured = delivered.payment_events.get(kind="captured")
    said = client.post(path(delivered, f"payments/{captured.pk}/given-back"), follow=True).content.decode()
    assert "goes back through the payment provider" in said


# What waits


def test_returns_that_wait_are_on_the_first_page_and_in_the_list(client, boss):
    asked, coming, arrived, refunded, declined = (
        ReturnFactory(status=status)
        for status in ("requested", "accepted", "received", "received", "declined")
    )
    RefundFactory(order=refunded.order, of_return=refunded)

    def found(state):
        answer = client.get("/admin/orders/order/", {"returns": state})
        return {order.pk for order in answer.context["cl"].result_list}

    card = client.get("/admin/").context["cards"][1]
    assert (card["count"], card["address"]) == (1, "/admin/orders/order/?returns=requested")
    assert found("requested") == {asked.order_id}
    assert found("accepted") == {coming.order_id}
    assert found("unrefunded") == {arrived.order_id}
    assert found("received") == {arrived.order_id, refunded.order_id}
    assert found("declined") == {declined.order_id}
    assert len(found("; drop table")) == 5


# Who


@pytest.mark.parametrize(
    ("right", "step"),
    [
        ("add_shipment", "ship"),
        ("change_return", "returns/1/accept"),
        ("change_return", "returns/1/decline"),
        ("receive_return", "returns/2/receive"),
        ("add_refund", "refund"),
    ],
)
def test_each_step_has_a_right_of_its_own(client, right, step):
    order = order_of(S.CONFIRMED)
    ShipmentFactory(order=order, units={order.items.first(): 2})
    for status in ("requested", "accepted"):
        ReturnFactory(order=Order.objects.get(pk=order.pk), status=status)
    looker = UserFactory(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(looker)

    assert client.get(path(order, step)).status_code == 403
    assert client.post(path(order, step)).status_code == 403
    assert path(order, step) not in page(client, order)
    looker.user_permissions.add(Permission.objects.get(codename=right))
    client.force_login(type(looker).objects.get(pk=looker.pk))
    assert client.get(path(order, step)).status_code == 200
    assert path(order, step) in page(client, order)


def test_the_page_costs_the_same_queries_for_any_number_of_parcels_and_returns(
    client, boss, django_assert_num_queries
):
    plain, busy = order_of(S.DELIVERED), order_of(S.CONFIRMED)
    ReturnFactory(order=plain)
    RefundFactory(order=plain)
    for item in busy.items.all():
        ShipmentFactory(order=busy, units={item: 1})
        ReturnFactory(order=Order.objects.get(pk=busy.pk), units={item: 1})
        RefundFactory(order=busy)
    for order in (plain, busy):
        with django_assert_num_queries(16):
            page(client, order)
    assert re.search("Sent back", page(client, busy))
