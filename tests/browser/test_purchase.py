"""Buying in a real browser: as a guest on a phone without scripts, as a customer on a desk with them."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from orders.models import Order
from orders.selectors import orders
from orders.services import cart as carts
from orders.tests.factories import MethodFactory, OrderFactory
from products.models import Product
from tests.browser import quiet
from tests.browser.barriers import barriers, barriers_by_day_and_night
from tests.browser.desk import open_tab
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.integration, pytest.mark.slow]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def shop(filled_shop):
    """The small shop of the storefront's tests, with two ways of delivering."""
    MethodFactory(name="Standard delivery")
    MethodFactory(name="Express", price=Decimal("12.90"))
    return filled_shop


def fill_in(tab):
    for label, text in (
        ("E-mail address", "robin@example.com"),
        ("Name", "Robin Buyer"),
        ("Street and number", "Torstr. 1"),
        ("Postal code", "10119"),
        ("City", "Berlin"),
    ):
        tab.get_by_label(label, exact=True).fill(text)


def test_a_guest_buys_on_a_phone_without_scripts(browser, live_server, shop):
    tab = open_tab(browser, live_server, width=390, height=844, scripts=False)
    for address in (shop["single"], shop["parent"].replace("clay", "ocean")):
        tab.goto(address)
        tab.get_by_role("button", name="Add to cart").click()
        expect(tab.get_by_role("heading", name="Cart", exact=True)).to_be_visible()
    tab.get_by_role("link", name="Go to checkout").click()

    tab.get_by_role("button", name="Buy now").click()
    expect(tab.get_by_role("alert")).to_contain_text("E-mail address")
    fill_in(tab)
    tab.get_by_label("Express").check()
    tab.get_by_role("button", name="Update delivery").click()
    expect(tab.get_by_role("button", name="Buy now and pay 75.90")).to_be_visible()  # 38.00 + 25.00 + 12.90
    tab.get_by_role("button", name="Buy now").click()
    tab.get_by_role("button", name="Pay 75.90").click()

    expect(tab.get_by_role("heading", name="We have your order.")).to_be_visible()
    order = Order.objects.get()
    assert (order.status, order.total_amount) == ("confirmed", Decimal("75.90"))
    tab.context.close()


def test_a_customer_buys_on_a_desk_with_scripts(browser, live_server, shop, client):
    user = UserFactory()
    client.force_login(user)
    tab = open_tab(browser, live_server, width=1280, height=900)
    tab.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    tab.goto(shop["single"])
    tab.get_by_role("button", name="Add to cart").click()
    expect(tab.locator("#mini-cart")).to_contain_text("In your cart")
    expect(tab.locator("#cart-link")).to_contain_text("1")
    assert tab.url.endswith(shop["single"])  # nobody was led away
    tab.locator("#mini-cart").get_by_role("link", name="Go to the cart").click()

    tab.get_by_label("Quantity of Harbor serving bowl").fill("2")
    tab.keyboard.press("Tab")
    expect(tab.locator(".sums-total")).to_contain_text("80.90")  # 2 x 38.00 + 4.90
    tab.get_by_role("link", name="Go to checkout").click()
    expect(tab.get_by_label("E-mail address")).to_have_value(user.email)
    fill_in(tab)
    tab.get_by_label("Express").check()
    expect(tab.get_by_role("button", name="Buy now and pay 88.90")).to_be_visible()
    expect(tab.get_by_label("Name", exact=True)).to_have_value("Robin Buyer")
    tab.get_by_role("button", name="Buy now").click()
    tab.get_by_role("button", name="Pay 88.90").click()

    expect(tab.get_by_role("heading", name="We have your order.")).to_be_visible()
    assert Order.objects.get().user == user
    assert tab.complaints == []
    tab.context.close()


def test_a_refusal_in_a_long_cart_is_read_where_the_customer_is(browser, live_server, shop, client):
    user = UserFactory()
    client.force_login(user)
    bowl, *others = Product.objects.filter(stock_quantity__gt=0, parent=None).order_by("pk")[:10]
    line = carts.add(user.cart, product_id=bowl.pk, quantity=2).item
    carts.save_for_later(user.cart, item_id=line.pk)
    for product in (*others, bowl):
        carts.add(user.cart, product_id=product.pk, quantity=2)
    tab = open_tab(browser, live_server, width=390, height=844)
    tab.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    tab.goto("/cart/")

    tab.get_by_role("button", name="Back to the cart").click()

    said = tab.get_by_text("Your cart holds all of Harbor serving bowl that you can have: 2.")
    expect(said).to_be_in_viewport(ratio=1)
    covers = "box => document.elementFromPoint(box.x + 5, box.y + 2)?.closest('.said') === null"
    assert not tab.evaluate(covers, said.bounding_box())  # the header lies over nothing of it
    expect(tab.get_by_role("button", name="Back to the cart")).to_be_visible()
    tab.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_step_of_a_purchase_has_a_barrier_or_runs_off_the_page(browser, live_server, shop, width):
    found = {}
    tab = open_tab(browser, live_server, width=width, height=900)

    def look(step):
        if problems := barriers_by_day_and_night(tab) + (
            [f"{tab.evaluate(OVERFLOW)} px too wide"] * (tab.evaluate(OVERFLOW) > 0)
        ):
            found[step] = problems

    tab.goto("/cart/")
    look("empty cart")
    tab.goto(shop["single"])
    tab.get_by_role("button", name="Add to cart").click()
    expect(tab.locator("#mini-cart")).to_contain_text("In your cart")
    quiet.rest(tab)  # the summary fades in
    look("mini cart")
    tab.goto("/cart/")
    look("cart")
    tab.goto("/checkout/")
    look("checkout")
    tab.get_by_role("button", name="Buy now").click()
    expect(tab.get_by_role("alert")).to_be_visible()
    look("checkout with errors")
    fill_in(tab)
    tab.get_by_role("button", name="Buy now").click()
    expect(tab.get_by_role("button", name="Decline")).to_be_visible()
    look("payment")
    tab.get_by_role("button", name="Pay 42.90").click()
    look("thanks")
    tab.goto("/orders/find/")
    look("find my order")
    tab.context.close()

    assert found == {}


def test_a_removed_line_is_put_back(browser, live_server, shop):
    tab = open_tab(browser, live_server, width=1280, height=900)
    tab.goto(shop["single"])
    tab.get_by_role("button", name="Add to cart").click()
    expect(tab.locator("#mini-cart")).to_contain_text("In your cart")
    tab.goto("/cart/")

    tab.get_by_role("button", name="Remove Harbor serving bowl").click()
    tab.get_by_role("button", name="Put it back").click()

    expect(tab.get_by_role("heading", name="Harbor serving bowl")).to_be_visible()
    tab.context.close()


def test_the_page_of_an_order_shows_how_it_is_doing(browser, live_server, shop, client):
    order = OrderFactory(status="shipped")
    client.force_login(order.user)
    tab = open_tab(browser, live_server, width=390, height=844)
    tab.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )

    tab.goto(order.get_absolute_url())

    expect(tab.locator(".timeline > li")).to_have_count(4)
    assert barriers(tab) == []
    tab.context.close()


# The bank, and changing one's mind


def test_a_guest_is_declined_leaves_comes_back_is_asked_and_pays(browser, live_server, shop):
    order = OrderFactory(user=None)
    tab = open_tab(browser, live_server, width=390, height=844, scripts=False)
    tab.goto(orders.signed_path(order))
    tab.get_by_role("link", name="Pay ").click()
    tab.get_by_role("button", name="Decline").click()
    expect(tab.get_by_role("alert")).to_contain_text("You have not been charged")

    tab.get_by_role("link", name="Back to the shop without paying").click()
    expect(tab.get_by_text("Waiting for payment")).to_be_visible()
    tab.get_by_role("link", name="Pay ").click()
    tab.get_by_role("button", name="Pay, with a question from the bank").click()
    tab.get_by_role("button", name="Yes, it is me").click()

    expect(tab.get_by_role("heading", name="We have your order.")).to_be_visible()
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert [event.kind for event in order.payment_events.all()] == ["declined", "authorized", "captured"]


def test_a_guest_withdraws_on_a_phone_without_scripts(browser, live_server, shop):
    order = OrderFactory(user=None, status="confirmed")
    tab = open_tab(browser, live_server, width=390, height=844, scripts=False)
    tab.goto(orders.signed_path(order))
    tab.get_by_role("main").get_by_role("link", name="Withdraw from contract here").click()
    expect(tab.get_by_label("E-mail address")).to_have_value(order.email)
    tab.get_by_role("button", name="Withdraw from contract here").click()
    tab.get_by_role("button", name="Confirm withdrawal").click()

    expect(tab.get_by_role("heading", name="We have your withdrawal.")).to_be_visible()
    order.refresh_from_db()
    assert order.status == "cancelled"


@pytest.mark.parametrize("width", [320, 1280])
def test_bank_withdrawal_and_mails_have_no_barrier(browser, live_server, shop, width):
    order = OrderFactory(user=None)
    tab = open_tab(browser, live_server, width=width, height=844)
    bank = f"/orders/{order.order_number}/pay/?key={orders.signature(order)}"
    for address in (bank, "/withdraw/", "/styleguide/mail/"):
        tab.goto(address)
        assert barriers_by_day_and_night(tab) == []
        assert tab.evaluate(OVERFLOW) <= 0
    assert tab.complaints == []
    tab.goto("/styleguide/mail/received/")  # a mail has no icon, which the browser looks for
    assert barriers_by_day_and_night(tab) == []
    assert tab.evaluate(OVERFLOW) <= 0
