"""The pages of a customer after the parcel has left: how it goes, what comes back, and once more, please."""

import re

import pytest

from orders.models import Order, Return
from orders.selectors import orders
from orders.services import reconciliation
from orders.services.packing import Tracking
from orders.tests.factories import OrderFactory, RefundFactory, ReturnFactory, ShipmentFactory
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
S = Order.Status
TIMES = "\N{MULTIPLICATION SIGN}"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def order():
    """A guest's delivered order of two stools and a tray."""
    units = {ProductFactory(name="Oak stool"): 2, ProductFactory(name="Walnut tray"): 1}
    return OrderFactory(user=None, units=units, status=S.DELIVERED)


def path(order, page="return"):
    return f"/orders/{order.order_number}/{page}/?key={orders.signature(order)}"


def typed(client, order, units, **fields):
    """Return what a form of the return page sends with so many ``units`` of each line."""
    key = re.search(r'name="key" value="([^"]+)"', text(client.get(path(order))))[1]
    wanted = dict(zip((f"units_{item.pk}" for item in order.items.all()), units, strict=True))
    return {"key": key, "reason": "unsaid", "words": ""} | wanted | fields


def test_the_page_of_an_order_shows_its_parcels_and_how_to_follow_them(client):
    order = OrderFactory(units={ProductFactory(name="Oak stool"): 2}, status=S.CONFIRMED)
    link = "https://dhl.example/?a=1&b=2"
    ShipmentFactory(order=order, units={order.items.get(): 1}, tracking=Tracking("DHL", "0034", link))
    client.force_login(order.user)

    page = text(client.get(order.get_absolute_url()))

    for said in ("Parcel 1", f"1 {TIMES} Oak stool", "DHL 0034", 'href="https://dhl.example/?a=1&amp;b=2"',
                 "Part of it is on its way", "Still being packed", "Return something"):  # fmt: skip
        assert said in page
    assert "Cancel this order" not in page


@pytest.mark.journey
def test_a_guest_asks_to_return_something_and_reads_how_it_goes(client, order):
    sent = typed(client, order, [1, 0], reason="damaged", words="A leg is <loose>.")

    page = client.post(path(order), sent, follow=True)

    back = Return.objects.get()
    assert (back.reason, back.words, back.user) == ("damaged", "A leg is <loose>.", None)
    assert back.units() == {order.items.first().pk: 1}
    for said in (
        "Our answer comes by mail",
        "Return 1",
        "Requested",
        f"1 {TIMES} Oak stool",
        "Return requested",
    ):
        assert said in text(page)
    assert page.redirect_chain[0][0].startswith(f"/orders/{order.order_number}/?key=")
    assert reconciliation.breaks() == []


def test_the_form_offers_what_may_still_come_back(client, order):
    ReturnFactory(order=order, units={order.items.first(): 1})
    ReturnFactory(order=order, units={order.items.last(): 1})

    page = text(client.get(path(order)))

    assert "Oak stool" in page
    assert "Send it back" in page
    assert "Walnut tray" not in page


@pytest.mark.parametrize(
    ("units", "fields", "status", "said"),
    [
        ([0, 0], {}, 422, "Choose at least one unit of something."),
        ([3, 0], {}, 422, "3 is not one of the available choices."),
        ([1, 0], {"reason": "boredom"}, 422, "boredom is not one of the available choices."),
        ([1, 0], {"words": "x" * 1001}, 422, "at most 1000 characters"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(client, order, units, fields, status, said):
    sent = typed(client, order, units, **({"words": "It wobbles."} | fields))

    answer = client.post(path(order), sent)

    page = text(answer)
    assert answer.status_code == status
    assert said in page
    assert "Something needs another look" in page
    assert sent["words"] in page
    assert re.search(rf'value="{units[0]}" selected', page) or units[0] == 3
    assert Return.objects.count() == 0


def test_more_than_may_come_back_is_said_beside_its_line(client, order):
    sent = typed(client, order, [2, 0])
    ReturnFactory(order=order, units={order.items.first(): 1})

    answer = client.post(path(order), sent)

    assert answer.status_code == 409
    field = text(answer).partition(f'id="id_units_{order.items.first().pk}_error"')[2].partition("</div>")[0]
    assert "Of Oak stool you can send back 1." in field


def test_a_second_click_asks_once(client, order):
    sent = typed(client, order, [2, 1])

    for _ in range(2):
        assert client.post(path(order), sent).status_code == 303

    assert Return.objects.count() == 1


@pytest.mark.parametrize("status", ["pending", "confirmed", "cancelled", "refunded"])
def test_who_has_nothing_to_return_is_led_back_to_the_order(client, status):
    order = OrderFactory(user=None, status=status)

    page = client.get(path(order), follow=True)

    assert "nothing of this order that can be sent back" in text(page)
    assert "Return something" not in text(page)


def test_returns_are_asked_for_by_the_buyer_only(client, order):
    address = f"/orders/{order.order_number}/return/"
    for who in (None, UserFactory()):
        if who:
            client.force_login(who)
        assert client.get(address).status_code == 404
        assert client.post(address, {}).status_code == 404
        assert client.post(f"/orders/{order.order_number}/again/").status_code == 404
    assert client.get(f"{address}?key=forged").status_code == 404


def test_answers_arrivals_and_money_are_on_the_page_of_the_order(client, order):
    ReturnFactory(order=order, units={order.items.first(): 1}, status="declined")
    Return.objects.update(answer="It was engraved for you.")
    ReturnFactory(order=order, units={order.items.first(): 1}, status="accepted")
    ReturnFactory(order=order, units={order.items.last(): 1}, status="received")
    RefundFactory(order=order, reason="A scratch on the tray")

    page = text(client.get(orders.signed_path(order)))

    for said in ("It was engraved for you.", f"write {order.order_number}/2 on the parcel", "It has arrived.",
                 "A scratch on the tray", "\N{MINUS SIGN}1.00"):  # fmt: skip
        assert said in page


def test_the_page_of_an_order_costs_the_same_queries_for_any_number(client, django_assert_num_queries):
    product = ProductFactory()
    few = OrderFactory(user=None, units={product: 1}, status=S.DELIVERED)
    ReturnFactory(order=few)
    many = OrderFactory(user=None, units={ProductFactory(): 3 for _ in range(4)}, status=S.CONFIRMED)
    for item in many.items.all():
        ShipmentFactory(order=many, units={item: 1})
    for item in many.items.all():
        ReturnFactory(order=many, units={item: 1})
        RefundFactory(order=many)

    client.get(orders.signed_path(few))  # the links of the footer are remembered
    for one in (few, many):
        with django_assert_num_queries(12):
            assert client.get(orders.signed_path(one)).status_code == 200


# Once more


def test_an_order_is_put_into_the_cart_again(client, order):
    Product.objects.filter(name="Walnut tray").update(stock_quantity=0)

    page = text(client.post(path(order, "again"), follow=True))

    assert "Oak stool" in page
    assert "Not enough left of: Walnut tray." in page
