"""The checkout's page: what is asked again, what is refused, and what never gets lost."""

import re
from decimal import Decimal

import pytest

from orders.models import Order, Promotion
from orders.selectors import carrier_prices
from orders.services import delivery, offers
from orders.tests.factories import MethodFactory
from orders.tests.pages import TYPED, add, buy, hidden, text
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def test_an_empty_cart_has_no_checkout(client):
    assert client.get("/checkout/")["Location"] == "/cart/"


def test_what_is_wrong_is_said_and_what_was_typed_is_still_there(client):
    MethodFactory()
    add(client, ProductFactory())

    answer = buy(client, email="nobody", street="", notes="Ring twice")

    assert answer.status_code == 422
    page = text(answer)
    assert 'href="#id_email"' in page
    assert 'href="#id_street"' in page
    for typed in ("nobody", "Robin Buyer", "10119", "Ring twice"):
        assert typed in page
    assert Order.objects.count() == 0


def test_another_country_shows_its_delivery_and_keeps_what_was_typed(client):
    MethodFactory()
    add(client, ProductFactory())
    page = client.get("/checkout/")
    key = hidden(page, "idempotency_key")

    answer = client.post("/checkout/", TYPED | {"country": "AT", "idempotency_key": key, "update": "1"})

    assert hidden(answer, "idempotency_key") == key
    assert "Robin Buyer" in text(answer)
    assert '<option value="AT" selected>' in text(answer)


def test_a_price_that_changed_is_shown_and_asked_again(client):
    product = ProductFactory(price=Decimal("10.00"))
    add(client, product)
    page = client.get("/checkout/")
    seen = {name: hidden(page, name) for name in ("idempotency_key", "total_seen")}
    Product.objects.update(price=Decimal("12.00"))

    answer = client.post("/checkout/", TYPED | seen)

    assert answer.status_code == 409
    assert "has changed" in text(answer)
    assert hidden(answer, "total_seen") == "12.00"
    assert Order.objects.count() == 0
    again = {name: hidden(answer, name) for name in seen}
    assert client.post("/checkout/", TYPED | again).status_code == 303
    assert Order.objects.get().total_amount == Decimal("12.00")


def test_the_price_is_the_shops_whatever_the_form_says(client):
    add(client, ProductFactory(price=Decimal("10.00")))

    assert buy(client, total_seen="0.01").status_code == 409
    assert Order.objects.count() == 0


def test_what_sold_out_meanwhile_is_named_and_nothing_is_ordered(client):
    product = ProductFactory(name="Oak stool")
    add(client, product, 2)
    page = client.get("/checkout/")
    seen = {name: hidden(page, name) for name in ("idempotency_key", "total_seen")}
    Product.objects.update(stock_quantity=1)

    answer = client.post("/checkout/", TYPED | seen)

    assert answer.status_code == 409
    assert "Not enough left of: Oak stool" in text(answer)
    assert Order.objects.count() == 0


def test_a_second_click_leads_to_the_first_clicks_order(client):
    add(client, ProductFactory())
    page = client.get("/checkout/")
    sent = TYPED | {name: hidden(page, name) for name in ("idempotency_key", "total_seen")}
    first = client.post("/checkout/", sent)
    add(client, ProductFactory())

    assert client.post("/checkout/", sent)["Location"] == first["Location"]
    assert Order.objects.count() == 1


def test_a_checkout_has_at_most_eight_visible_fields(client):
    MethodFactory()
    add(client, ProductFactory())
    page = text(client.get("/checkout/"))
    folded = re.sub(r"<details.*?</details>", "", page[page.index('id="checkout"') :], flags=re.S)

    fields = re.findall(r'<(?:input|select|textarea)[^>]*name="(\w+)"', folded)
    visible = {name for name in fields if not re.search(rf'type="hidden"[^>]*name="{name}"', folded)}

    assert len(visible) <= 8, visible


def test_a_vat_number_that_cannot_be_is_said(client):
    MethodFactory()
    add(client, ProductFactory())

    answer = buy(client, country="AT", zip_code="1010", vat_number="ATU12345678")

    assert answer.status_code == 422
    assert "VAT number cannot be right" in text(answer)


def updated(client, **typed):
    """Bring the page up to date, then press its button."""
    page = client.post("/checkout/", TYPED | typed | {"update": "1"})
    seen = {name: hidden(page, name) for name in ("idempotency_key", "total_seen")}
    return page, client.post("/checkout/", TYPED | typed | seen)


@pytest.mark.parametrize("number", ["ATU13585627", "u 1358 5627"])
def test_a_business_abroad_sees_its_price_without_tax_and_buys_at_the_first_press(client, number):
    MethodFactory()
    add(client, ProductFactory(price=Decimal("119.00"), measure=Decimal("2.5"), measure_unit="kg"))

    page, bought = updated(client, country="AT", zip_code="A-1010", vat_number=number)

    assert "Reverse charge" in text(page)
    assert "40.00\N{NO-BREAK SPACE}€ / kg" in text(page)
    assert hidden(page, "total_seen") == "104.12"  # 100.00 and 4.12 of delivery
    assert f'value="{number}"' in text(page)
    assert bought.status_code == 303
    order = Order.objects.get()
    assert (order.total_amount, order.tax_amount) == (Decimal("104.12"), 0)
    assert (order.vat_number, order.shipping_address["zip_code"]) == ("ATU13585627", "1010")


@pytest.mark.parametrize("number", ["", "ATU12345678", "DE136695976", "\0", "9" * 500])
def test_a_vat_number_that_is_none_there_leaves_the_tax_on_the_page(client, number):
    MethodFactory()
    add(client, ProductFactory(price=Decimal("119.00")))

    typed = TYPED | {"country": "AT", "zip_code": "1010", "vat_number": number, "update": "1"}
    page = client.post("/checkout/", typed)

    assert page.status_code == 200
    assert "Reverse charge" not in text(page)
    assert hidden(page, "total_seen") == "123.90"


def test_a_carrier_is_asked_for_the_same_postal_code_by_the_page_and_by_the_order(client, monkeypatch):
    method, asked = MethodFactory(), []

    def answer(_cart, *, country, zip_code):
        asked.append((country, zip_code))
        return {method.pk: Decimal("5.00") if zip_code == "10119" else Decimal("9.00")}

    monkeypatch.setattr(carrier_prices, "asked", answer)
    add(client, ProductFactory(price=Decimal("10.00")))

    page, bought = updated(client, zip_code="D-10119")

    assert hidden(page, "total_seen") == "15.00"
    assert bought.status_code == 303
    assert asked == [("DE", "10119")] * 2
    assert 'value="D-10119"' in text(page)


def test_what_a_price_depends_on_brings_the_page_up_to_date_when_it_is_changed(client):
    MethodFactory()
    add(client, ProductFactory())
    page = text(client.get("/checkout/"))

    triggers = re.findall(r"change from:#(\w+)", page)
    (exchanged,) = re.findall(r'hx-select-oob="(#id_total_seen,[^"]+)"', page)

    assert {"id_country", "id_zip_code", "id_vat_number"} <= {*triggers}
    for name in (*triggers, *exchanged.replace("#", "").split(",")):
        assert page.count(f'id="{name}"') == 1


@pytest.mark.parametrize("lines", [1, 12])
def test_cart_and_checkout_cost_the_same_for_any_number_of_lines(client, lines, django_assert_num_queries):
    MethodFactory()
    for product in ProductFactory.create_batch(lines):
        add(client, product)
    client.get("/cart/")
    client.get("/checkout/")

    with django_assert_num_queries(4):  # the cart, its items, what is set aside, the pictures
        client.get("/cart/")
    with django_assert_num_queries(3):
        client.get("/checkout/")


def test_staff_change_delivery_and_offers_for_carts_at_once_and_orders_go_by_them(
    client, django_capture_on_commit_callbacks
):
    method = MethodFactory()
    add(client, ProductFactory(price=Decimal("50.00")))
    assert "10 % off" not in client.get("/cart/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        offers.save_offer(
            Promotion(name="10 % off", kind=Promotion.Kind.PERCENT, value=Decimal(10), needs_coupon=False)
        )
        method.name = "Courier"
        delivery.save_method(method)

    assert "10 % off" in client.get("/cart/").content.decode()
    assert "Courier" in client.get("/checkout/").content.decode()
