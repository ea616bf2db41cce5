"""Buying on the pages, without JavaScript: what is said, what is refused, and what never gets lost."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.gateways.test_bank import ledger
from orders.models import Cart, Order, Promotion
from orders.selectors import orders
from orders.services import delivery, notifications, offers, reconciliation
from orders.tests.factories import CouponFactory, MethodFactory, OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import PASSWORD, UserFactory
from users.tests.letters import latest_code

pytestmark = pytest.mark.django_db
TYPED = {
    "email": "buyer@example.com",
    "name": "Robin Buyer",
    "street": "Torstr. 1",
    "zip_code": "10119",
    "city": "Berlin",
    "country": "DE",
}


def text(response):
    return response.content.decode()


def add(client, product, quantity=1, **headers):
    return client.post("/cart/add/", {"product_id": product.pk, "quantity": quantity}, headers=headers)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', text(page)).group(1)


def buy(client, **typed):
    page = client.get("/checkout/")
    seen = {name: hidden(page, name) for name in ("idempotency_key", "total_seen")}
    return client.post("/checkout/", TYPED | seen | typed)


# A whole purchase


@pytest.mark.journey
def test_a_guest_buys_two_things_pays_and_sees_the_order(client, django_capture_on_commit_callbacks):
    MethodFactory()
    mug = ProductFactory(name="Harbor mug", price=Decimal("18.90"))
    stool = ProductFactory(name="Oak stool", price=Decimal("80.00"))

    assert "Add to cart" in text(client.get(mug.get_absolute_url()))
    for product in (mug, stool):
        assert add(client, product).headers["Location"] == "/cart/"
    cart = text(client.get("/cart/"))
    assert "Harbor mug" in cart
    assert "103.80" in cart  # 18.90 + 80.00 + 4.90

    bought = buy(client)
    assert bought.status_code == 303
    payment = client.get(bought["Location"], follow=True)
    assert "103.80" in text(payment)
    thanks = client.post(payment.request["PATH_INFO"], {"answer": "pay"}, follow=True)

    order = Order.objects.get()
    assert order.status == "confirmed"
    assert "We have your order" in text(thanks)
    assert order.order_number in text(thanks)
    assert "There is nothing in your cart" in text(client.get("/cart/"))
    event = OutboxEvent.objects.get(task="orders.tasks.send_order_confirmation_email")
    notifications.send_order_received(order_id=order.pk, event_id=str(event.pk))
    assert mail.outbox[0].to == ["buyer@example.com"]
    assert reconciliation.breaks() == []


@pytest.mark.journey
def test_a_customer_who_logs_in_keeps_the_cart_and_finds_the_order(client):
    user, product = UserFactory(), ProductFactory()
    add(client, product, quantity=2)

    client.force_login(user)
    add(client, product)
    bought = buy(client)

    order = Order.objects.get()
    assert order.user == user
    assert order.items.get().quantity == 3
    assert client.get(f"/orders/{order.order_number}/").status_code == 200
    assert bought["Location"].startswith(f"/orders/{order.order_number}/pay/")


def test_a_declined_payment_can_be_tried_again(client):
    order = OrderFactory(user=None)
    path = f"/orders/{order.order_number}/pay/"
    key = {"key": orders.signature(order)}

    bank = client.get(path, key)["Location"]
    declined = client.post(bank, {"answer": "decline"})

    assert "You have not been charged" in text(declined)
    order.refresh_from_db()
    assert order.is_payable
    assert client.get(path, key)["Location"] == bank
    thanks = client.post(bank, {"answer": "pay"}, follow=True)
    assert "We have your order" in text(thanks)
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_the_bank_may_ask_whether_it_is_the_customer(client):
    order = OrderFactory(user=None)
    bank = client.get(f"/orders/{order.order_number}/pay/", {"key": orders.signature(order)})["Location"]

    assert "whether it is you" in text(client.post(bank, {"answer": "ask"}))
    assert "We have your order" in text(client.post(bank, {"answer": "confirm"}, follow=True))


@pytest.mark.parametrize("fault", ["down", "lose"])
def test_a_bank_that_does_not_answer_leaves_the_order_safe(client, fault):
    order = OrderFactory(user=None)
    path, key = f"/orders/{order.order_number}", {"key": orders.signature(order)}
    ledger.set_fault("start", fault, times=3)
    page = client.get(f"{path}/pay/", key)
    assert page.status_code == 503
    assert "nothing was charged" in text(page)
    bank = client.get(f"{path}/pay/", key)["Location"]

    ledger.set_fault("status", fault, times=3)
    back = client.post(bank, {"answer": "pay"}, follow=True)

    assert "We are checking your payment" in text(back)
    assert "Pay " not in text(back)
    assert "We have your order" in text(client.get(f"{path}/paid/", key, follow=True))


def test_an_order_that_is_paid_leads_from_the_bank_to_the_order(client):
    order = OrderFactory(user=None)
    key = {"key": orders.signature(order)}
    bank = client.get(f"/orders/{order.order_number}/pay/", key)["Location"]
    client.post(bank, {"answer": "pay"})

    assert client.get(bank)["Location"].startswith(f"/orders/{order.order_number}/paid/")
    assert client.get(f"/orders/{order.order_number}/paid/", key)["Location"].endswith("&new=1")
    assert client.get(f"/orders/{order.order_number}/pay/", key).status_code == 303
    assert client.get("/test-bank/unknown/").status_code == 404
    assert client.post(bank, {"answer": "nonsense", "webhook": "x"}).status_code == 303


@pytest.mark.journey
@pytest.mark.parametrize(
    "prices", [("4.90", "6.90", "7.50"), ("0.07", "0.01", "0.05"), ("19.99", "33.33", "999.97")]
)
def test_awkward_amounts_add_up_on_either_database(client, prices):
    MethodFactory()
    for price in prices:
        add(client, ProductFactory(price=Decimal(price)), 3)

    bought = buy(client)

    order = Order.objects.get()
    assert order.total_amount == 3 * sum(map(Decimal, prices)) + Decimal("4.90")
    assert reconciliation.breaks() == []
    client.post(client.get(bought["Location"])["Location"], {"answer": "pay"}, follow=True)
    assert reconciliation.breaks() == []


# The cart


def test_htmx_gets_a_small_summary_and_the_number_in_the_header(client):
    answer = text(add(client, ProductFactory(name="Oak stool"), HX_Request="true"))

    assert "Oak stool" in answer
    assert 'hx-swap-oob="true"' in answer
    assert "<html" not in answer


def test_a_sold_out_product_leads_back_and_says_so(client):
    product = ProductFactory(stock_quantity=0)

    answer = client.post("/cart/add/", {"product_id": product.pk}, follow=True)

    assert answer.redirect_chain[0][0] == product.get_absolute_url()
    assert "Not enough left" in text(answer)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"product_id": "x"},
        {"product_id": 1, "quantity": -1},
        {"product_id": 2**63},
        {"product_id": "\x00"},
    ],
)
def test_nonsense_is_answered_in_words(client, sent):
    answer = client.post("/cart/add/", sent, follow=True)

    assert answer.status_code == 200
    assert "Please say which product" in text(answer) or "no longer for sale" in text(answer)
    assert not Cart.objects.filter(items__isnull=False).exists()


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_other_sites_put_nothing_into_a_cart(client, headers):
    product = ProductFactory()

    assert add(client, product, **headers).status_code == 403
    assert add(client, product, **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_line_is_changed_removed_put_back_and_saved_for_later(client):
    product = ProductFactory(name="Oak stool")
    add(client, product)
    item = Cart.objects.get(session_key__isnull=False).items.get()

    client.post(f"/cart/items/{item.pk}/", {"quantity": 3})
    item.refresh_from_db()
    assert item.quantity == 3
    assert "Put it back" in text(client.post(f"/cart/items/{item.pk}/remove/", follow=True))
    add(client, product, 3)
    item = item.cart.items.get()
    assert "Saved for later" in text(client.post(f"/cart/items/{item.pk}/save/", follow=True))
    saved = item.cart.saved_items.get()
    client.post(f"/cart/saved/{saved.pk}/move/")
    assert item.cart.items.get().quantity == 3


def test_a_guest_touches_no_other_cart(client):
    add(client, ProductFactory())
    other = UserFactory().cart
    add(client, ProductFactory())
    stranger = Cart.objects.get(session_key__isnull=False).items.first()
    client.cookies.clear()

    assert client.post(f"/cart/items/{stranger.pk}/remove/").status_code == 404
    assert other.items.count() == 0
    assert stranger.cart.items.count() == 2


def test_what_changed_since_is_said(client):
    dearer, scarce, gone = ProductFactory.create_batch(3, price=Decimal("10.00"))
    for product in (dearer, scarce, gone):
        add(client, product, 3)
    Product.objects.filter(pk=dearer.pk).update(price=Decimal("12.00"))
    Product.objects.filter(pk=scarce.pk).update(stock_quantity=2)
    Product.objects.filter(pk=gone.pk).update(is_active=False)

    page = text(client.get("/cart/"))

    assert "Dearer since you last looked: it was 10.00" in page
    assert "Only 2 left." in page
    assert "No longer for sale" in page
    assert "Go to checkout" not in page


def test_a_coupon_is_used_refused_and_taken_out(client):
    coupon = CouponFactory()
    add(client, ProductFactory(price=Decimal("100.00")))

    assert "not valid" in text(client.post("/cart/coupon/", {"code": "NOPE"}))
    assert "90.00" in text(client.post("/cart/coupon/", {"code": coupon.code.lower()}, follow=True))
    assert "90.00" not in text(client.post("/cart/coupon/", {"code": ""}, follow=True))


# The checkout


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


# Orders


def test_orders_are_seen_by_their_buyers_only(client):
    order, stranger = OrderFactory(), UserFactory()
    path = f"/orders/{order.order_number}/"

    assert client.get(path).status_code == 404
    client.force_login(stranger)
    assert client.get(path).status_code == 404
    client.force_login(order.user)
    assert client.get(path).status_code == 200


def test_a_customer_cancels_what_has_not_left_the_house(client):
    order = OrderFactory(status="confirmed")
    client.force_login(order.user)

    page = client.post(f"/orders/{order.order_number}/cancel/", follow=True)

    assert "cancelled" in text(page)
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert reconciliation.breaks() == []


def test_what_has_left_the_house_is_not_cancelled(client):
    order = OrderFactory(status="shipped")
    client.force_login(order.user)

    assert client.post(f"/orders/{order.order_number}/cancel/").status_code == 409


def test_finding_an_order_answers_the_same_for_right_and_wrong(client):
    order = OrderFactory(user=None)
    outbox.relay()
    right = client.post("/orders/find/", {"order_number": order.order_number.lower(), "email": order.email})
    wrong = client.post("/orders/find/", {"order_number": order.order_number, "email": "other@example.com"})

    def without_typed(page):
        return re.sub(r'value="[^"]*"', "", text(page))

    assert without_typed(right) == without_typed(wrong)
    events = OutboxEvent.objects.filter(task="orders.tasks.send_order_link_email")
    assert [event.payload for event in events] == [{"order_id": order.pk}]
    notifications.send_order_link(order_id=order.pk, event_id=str(events.get().pk))
    assert order.order_number in mail.outbox[-1].body


def test_adding_to_the_cart_costs_few_queries(client, django_assert_max_num_queries):
    product = ProductFactory()
    add(client, ProductFactory())

    with django_assert_max_num_queries(8):  # two are the transaction's savepoint
        add(client, product)


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


def test_what_a_guest_cannot_have_leaves_no_cart_behind(client):
    sold_out, bowl = ProductFactory(stock_quantity=0), ProductFactory()

    add(client, sold_out)
    assert not Cart.objects.exists()

    add(client, bowl)
    add(client, bowl)
    assert Cart.objects.get().items.get().quantity == 2


def test_logging_in_by_password_takes_the_cart_along(client):
    user, product = UserFactory(), ProductFactory()
    add(client, product, 2)

    assert client.login(email=user.email, password=PASSWORD)

    assert {item.product_id: item.quantity for item in user.cart.items.all()} == {product.pk: 2}


# An account after the order


def just_bought(client, **fields):
    """Return an order that a guest has placed and paid, and the address of its thank-you page."""
    order = OrderFactory(user=None, status=Order.Status.CONFIRMED, **fields)
    return order, f"{orders.signed_path(order)}&new=1"


@pytest.mark.journey
def test_a_guest_keeps_the_order_in_an_account_with_one_field(client):
    order, page = just_bought(client, email="robin@example.com")
    other = OrderFactory(user=None, email="somebody@example.com")
    offered = text(client.get(page))
    assert "Keep this order in an account" in offered
    fields = re.findall("<input [^>]*>", offered.partition("offer-form")[2].partition("</form>")[0])
    assert len([field for field in fields if "hidden" not in field]) == 1

    path = f"/orders/{order.order_number}/account/?key={orders.signature(order)}"
    answer = client.post(path, {"password1": "Lantern-Harbor-42"})
    assert answer["Location"] == "/accounts/confirm-email/"
    client.post("/accounts/confirm-email/", {"code": latest_code()})

    account = text(client.get("/account/"))
    assert "Hello Robin" in account
    assert order.order_number in account
    assert other.order_number not in account
    assert client.get(order.get_absolute_url()).status_code == 200
    assert "Keep this order" not in text(client.get(page))


def test_a_password_that_will_not_do_is_said_beside_the_field(client):
    order, _page = just_bought(client)

    answer = client.post(
        f"/orders/{order.order_number}/account/?key={orders.signature(order)}", {"password1": "short"}
    )

    assert "Something needs another look" in text(answer)
    assert not get_user_model().objects.exists()


def test_an_account_is_offered_only_by_the_link_to_the_order(client):
    order, _page = just_bought(client)

    for key in ("", "?key=forged"):
        answer = client.post(
            f"/orders/{order.order_number}/account/{key}", {"password1": "Lantern-Harbor-42"}
        )
        assert answer.status_code == 404
    assert not get_user_model().objects.exists()


def test_the_offer_reads_the_same_where_there_is_an_account_already(client):
    known = UserFactory(email="robin@example.com")
    order, page = just_bought(client, email=known.email)

    assert "Keep this order in an account" in text(client.get(page))
    answer = client.post(
        f"/orders/{order.order_number}/account/?key={orders.signature(order)}",
        {"password1": "Lantern-Harbor-42"},
    )

    assert answer["Location"] == "/accounts/confirm-email/"
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    order.refresh_from_db()
    assert order.user is None


# A customer's orders


def test_the_account_lists_the_orders_page_by_page_in_the_same_queries(client, django_assert_num_queries):
    user = UserFactory()
    client.force_login(user)
    for page in ("/account/", "/account/orders/"):
        assert "You have not ordered anything yet" in text(client.get(page))
    product = ProductFactory(stock_quantity=99)
    for count in (1, 11):
        OrderFactory.create_batch(count, user=user, units={product: 1})
        with django_assert_num_queries(6):
            overview = text(client.get("/account/"))
        with django_assert_num_queries(7):
            first = text(client.get("/account/orders/"))
    newest, *_, oldest = Order.objects.newest_first()

    assert newest.order_number in overview
    assert "All your orders" in overview
    assert newest.order_number in first
    assert oldest.order_number not in first
    assert oldest.order_number in text(client.get("/account/orders/?page=2"))
    assert client.get("/account/orders/?page=zzz").status_code == 200


def test_an_order_says_the_country_in_words(client):
    order, page = just_bought(client)

    assert "Germany" in text(client.get(page))
    client.get("/language/de/")
    assert "Deutschland" in text(client.get(page))
    assert order.shipping_address["country"] == "DE"
