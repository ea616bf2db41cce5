"""What leaves the house: in parts, never more than was ordered, and once however often one clicks."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from orders.errors import (
    IllegalTransition,
    NothingChosen,
    PartlyShipped,
    SentBefore,
    TooManyUnits,
    UnknownLine,
)
from orders.models import Order, Shipment
from orders.selectors import fulfillment
from orders.services import reconciliation, shipments, status, timeline
from orders.services.packing import Tracking
from orders.tests.factories import OrderFactory, OrderItemFactory
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db
S = Order.Status


@pytest.fixture
def order():
    """A confirmed order of two stools and a tray."""
    units = {ProductFactory(name="Oak stool"): 2, ProductFactory(name="Walnut tray"): 1}
    return OrderFactory(units=units, status=S.CONFIRMED)


def ship(order, *, key=None, actor=timeline.SHOP, **wishes):
    return shipments.ship(order, key=key or uuid4().hex, actor=actor, **wishes)


def lines(order):
    return {line.item.product_name: (line.shipped, line.left) for line in fulfillment.progress(order)}


def steps(order):
    return [event.kind for event in order.events.all()]


def status_of(order):
    return Order.objects.get(pk=order.pk).status


def test_all_that_is_left_goes_at_once_with_who_sent_it_and_how_it_is_followed(order):
    boss = StaffFactory()
    tracking = Tracking("DHL", "0034", "https://dhl.example/0034")

    shipment = ship(order, actor=timeline.staff(boss), tracking=tracking)

    assert (shipment.number, shipment.user, shipment.carrier) == (1, boss, "DHL")
    assert lines(order) == {"Oak stool": (2, 0), "Walnut tray": (1, 0)}
    assert steps(order) == ["placed", "confirmed", "processing", "shipped"]
    assert order.events.get(kind="shipped").detail == "DHL 0034"
    assert Order.objects.get().shipped_at is not None
    assert reconciliation.breaks() == []


def test_an_order_in_parts_is_shipped_with_the_last_of_them(order):
    stool, tray = order.items.all()

    ship(order, units={stool.pk: 1, tray.pk: 0}, tracking=Tracking("DHL", "1"))
    assert status_of(order) == S.PROCESSING
    ship(order, units={stool.pk: 1})
    assert (status_of(order), steps(order)[-1]) == (S.PROCESSING, "part_shipped")
    last = ship(order)

    assert (last.number, last.units()) == (3, {tray.pk: 1})
    assert status_of(order) == S.SHIPPED
    assert steps(order) == ["placed", "confirmed", "processing", "part_shipped", "part_shipped", "shipped"]
    assert order.events.filter(kind="part_shipped")[0].detail == "1 \N{MULTIPLICATION SIGN} Oak stool · DHL 1"
    assert reconciliation.breaks() == []


@pytest.mark.parametrize("count", [3, -1])
def test_no_more_leaves_than_was_ordered(order, count):
    stool = order.items.first()

    with pytest.raises(TooManyUnits) as refusal:
        ship(order, units={stool.pk: count})

    assert refusal.value.facts == {"item": stool.pk, "most": 2}
    assert "Oak stool" in refusal.value.detail
    assert (Shipment.objects.count(), status_of(order)) == (0, S.CONFIRMED)


def test_what_left_before_counts(order):
    stool = order.items.first()
    ship(order, units={stool.pk: 1})

    with pytest.raises(TooManyUnits):
        ship(order, units={stool.pk: 2})

    assert lines(order)["Oak stool"] == (1, 1)


def test_an_empty_parcel_and_what_was_not_ordered_are_refused(order):
    with pytest.raises(NothingChosen):
        ship(order, units={order.items.first().pk: 0})
    with pytest.raises(UnknownLine):
        ship(order, units={OrderItemFactory().pk: 1})

    assert Shipment.objects.count() == 0


@pytest.mark.parametrize("now", [S.PENDING, S.SHIPPED, S.DELIVERED, S.CANCELLED, S.REFUNDED])
def test_only_what_is_paid_and_has_not_left_is_shipped(now):
    order = OrderFactory(status=now)
    before = steps(order)

    with pytest.raises(IllegalTransition):
        ship(order)

    assert steps(order) == before


def test_the_same_form_twice_ships_once(order):
    stool = order.items.first()

    first, again = (ship(order, key="form", units={stool.pk: 1}) for _ in range(2))

    assert first == again
    assert lines(order)["Oak stool"] == (1, 1)
    assert steps(order).count("part_shipped") == 1


def test_the_same_form_with_other_units_is_refused(order):
    stool, tray = order.items.all()
    ship(order, key="form", units={stool.pk: 1})

    with pytest.raises(SentBefore):
        ship(order, key="form", units={tray.pk: 1})

    assert lines(order)["Walnut tray"] == (0, 1)


def test_what_is_partly_on_its_way_is_not_cancelled(order):
    ship(order, units={order.items.first().pk: 1})
    before = steps(order)

    with pytest.raises(PartlyShipped):
        status.cancel(order, actor=timeline.SHOP)

    assert (status_of(order), steps(order)) == (S.PROCESSING, before)
    assert not Order.objects.get().is_open
    assert {product.stock_quantity for product in Product.objects.all()} == {18, 19}
    assert reconciliation.breaks() == []


def test_a_step_to_shipped_sends_what_is_left(order):
    ship(order, units={order.items.first().pk: 1})

    status.move(order, to=S.SHIPPED, actor=timeline.SHOP)

    assert lines(order) == {"Oak stool": (2, 0), "Walnut tray": (1, 0)}
    assert order.shipments.count() == 2
    assert reconciliation.breaks() == []


def test_an_order_is_delivered_with_its_last_parcel(order):
    first, second = ship(order, units={order.items.first().pk: 1}), ship(order)

    for _ in range(2):
        shipments.deliver(second, actor=timeline.SHOP)
    assert (status_of(order), steps(order)[-1]) == (S.SHIPPED, "part_delivered")
    for _ in range(2):
        shipments.deliver(first, actor=timeline.SHOP)

    assert (status_of(order), steps(order)[-2:]) == (S.DELIVERED, ["part_delivered", "delivered"])
    assert reconciliation.breaks() == []


def test_a_part_that_arrives_while_the_rest_is_being_packed_leaves_the_order_there(order):
    first = ship(order, units={order.items.first().pk: 1})

    shipments.deliver(first, actor=timeline.SHOP)

    assert (status_of(order), steps(order)[-1]) == (S.PROCESSING, "part_delivered")


def test_a_delivered_order_has_no_parcel_on_its_way(order):
    ship(order, units={order.items.first().pk: 1})
    ship(order)

    status.move(order, to=S.DELIVERED, actor=timeline.SHOP)

    assert not order.shipments.filter(delivered_at=None).exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.com/", "//example.com"])
def test_a_tracking_link_leads_to_the_web_or_is_none(order, url):
    with pytest.raises(IntegrityError, match="shipment_tracking_url_is_web"), transaction.atomic():
        ship(order, tracking=Tracking(url=url))

    assert status_of(order) == S.CONFIRMED


def test_how_far_the_lines_have_come_is_one_query(order, django_assert_num_queries):
    ship(order)

    with django_assert_num_queries(1):
        fulfillment.progress(order)


@pytest.mark.parametrize(
    ("carrier", "number", "page"),
    [
        (
            "DHL Paket",
            "0034 0434",
            "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode=00340434",
        ),
        ("dpd", "0998", "https://tracking.dpd.de/status/de_DE/parcel/0998"),
        ("GLS", "50", "https://gls-group.eu/DE/de/paketverfolgung?match=50"),
        (
            "Hermes",
            "H1",
            "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation/#H1",
        ),
        ("UPS", "1Z/9&x=1", "https://www.ups.com/track?tracknum=1Z%2F9%26x%3D1"),
        ("FedEx", "77", "https://www.fedex.com/fedextrack/?trknbr=77"),
        (
            "Deutsche Post",
            "RR1DE",
            "https://www.deutschepost.de/de/s/sendungsverfolgung.html?piececode=RR1DE",
        ),
        ("Postwagen", "PW1", ""),
        ("DHL", " ", ""),
        ("", "PW1", ""),
    ],
)
def test_a_parcel_is_followed_on_the_page_of_a_carrier_that_is_known(order, carrier, number, page):
    assert ship(order, tracking=Tracking(carrier, number)).tracking_url == page


def test_a_page_that_staff_name_is_the_one(order):
    tracking = Tracking("DHL", "0034", "https://dhl.example/0034")

    assert ship(order, tracking=tracking).tracking_url == tracking.url
