"""The pages of the cart: what is said, what is refused, and whose cart it is."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from orders.models import Cart
from orders.services import cart as carts
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


@pytest.fixture
def basket(client):
    """The cart of the customer whom ``client`` is."""
    user = UserFactory()
    client.force_login(user)
    return user.cart


def post(client, address, *, status, htmx, **sent):
    """Send a form of the cart's page; return what shows the cart then, as a browser gets it."""
    answer = client.post(address, sent, headers={"HX-Request": "true"} if htmx else {}, follow=htmx)
    if htmx:
        assert answer.redirect_chain == [("/cart/", 303)]
    assert answer.status_code == (200 if htmx else status)
    return text(answer)


def in_cart(page):
    """Return the part of the page that htmx takes over."""
    return page.split('<div id="cart"')[1].split("</main>")[0]


both_ways = pytest.mark.parametrize("htmx", [False, True], ids=["forms", "htmx"])


@both_ways
def test_what_does_not_fit_back_into_the_cart_is_said_beside_it(client, basket, htmx):
    stool = ProductFactory(name="Oak stool", max_per_order=2)
    line = carts.add(basket, product_id=stool.pk, quantity=1).item
    saved = carts.save_for_later(basket, item_id=line.pk)
    carts.add(basket, product_id=stool.pk, quantity=2)

    page = in_cart(post(client, f"/cart/saved/{saved.pk}/move/", status=409, htmx=htmx))

    assert "Your cart holds all of Oak stool that you can have: 2." in page
    assert "Saved for later" in page
    assert (basket.items.get().quantity, basket.saved_items.get()) == (2, saved)


@both_ways
def test_more_of_what_sold_out_is_refused_beside_the_cart(client, basket, htmx):
    stool = ProductFactory(name="Oak stool")
    line = carts.add(basket, product_id=stool.pk, quantity=2).item
    Product.objects.filter(pk=stool.pk).update(stock_quantity=0)

    page = in_cart(post(client, f"/cart/items/{line.pk}/", status=409, htmx=htmx, quantity=3))

    assert "Not enough left of: Oak stool." in page
    assert "Sold out meanwhile" in page
    assert basket.items.get().quantity == 2


@both_ways
@pytest.mark.parametrize("step", ["items/{}/", "items/{}/remove/", "items/{}/save/", "saved/{}/move/"])
def test_what_another_window_took_out_is_said_beside_the_cart(client, basket, htmx, step):
    kept = ProductFactory(name="Oak stool")
    carts.add(basket, product_id=kept.pk, quantity=1)
    gone = carts.add(basket, product_id=ProductFactory().pk, quantity=1).item.pk
    carts.remove(basket, item_id=gone)

    page = in_cart(post(client, f"/cart/{step.format(gone)}", status=404, htmx=htmx, quantity=3))

    assert "This is no longer in your cart." in page
    assert "Oak stool" in page


@both_ways
@pytest.mark.parametrize("step", ["coupon/", "prices/", "items/1/", "saved/1/remove/"])
def test_whose_cart_is_gone_is_shown_an_empty_one(client, htmx, step):
    page = in_cart(post(client, f"/cart/{step}", status=404, htmx=htmx, quantity=3))

    assert "This is no longer in your cart." in page
    assert "There is nothing in your cart yet." in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (5, "You can have 2 of Oak stool: your cart holds that many now."),
        ("some", "A whole number from 0 to"),
    ],
)
def test_what_a_step_has_to_say_is_in_the_part_that_htmx_shows(client, basket, typed, said):
    line = carts.add(
        basket, product_id=ProductFactory(name="Oak stool", stock_quantity=2).pk, quantity=1
    ).item

    page = post(client, f"/cart/items/{line.pk}/", status=303, htmx=True, quantity=typed)

    assert said in in_cart(page)
    assert page.count(said) == 1


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


@both_ways
def test_who_has_seen_the_new_prices_says_so_and_reads_of_them_no_more(htmx):
    browser = Client(enforce_csrf_checks=True)
    dearer, cheaper, same = ProductFactory.create_batch(3, price=Decimal("10.00"))
    for product in (dearer, cheaper, same):
        add(browser, product)
    assert "OK, I have seen it" not in text(browser.get("/cart/"))
    Product.objects.filter(pk=dearer.pk).update(price=Decimal("12.00"))
    Product.objects.filter(pk=cheaper.pk).update(price=Decimal("9.00"))
    before = browser.get("/cart/")
    assert "Dearer since" in text(before)
    assert "Cheaper since" in text(before)
    form = in_cart(text(before)).split('action="/cart/prices/"')[1].split("</form>")[0]
    assert "OK, I have seen it" in form
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form).group(1)

    assert browser.post("/cart/prices/").status_code == 403
    post(browser, "/cart/prices/", status=303, htmx=htmx, csrfmiddlewaretoken=token)
    after = in_cart(text(browser.get("/cart/")))

    assert "since you last looked" not in after
    assert "OK, I have seen it" not in after
    assert "12.00" in after


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
