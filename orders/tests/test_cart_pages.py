"""The pages of the cart: what is said, what is refused, and whose cart it is."""

from decimal import Decimal

import pytest

from orders.models import Cart
from orders.tests.factories import CouponFactory
from orders.tests.pages import add, text
from products.models import Product
from products.tests.factories import ProductFactory
from users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


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


def test_adding_to_the_cart_costs_few_queries(client, django_assert_max_num_queries):
    product = ProductFactory()
    add(client, ProductFactory())

    with django_assert_max_num_queries(8):  # two are the transaction's savepoint
        add(client, product)


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
