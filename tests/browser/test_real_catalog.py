"""Buying from a real catalog: names, texts and prices that nobody made up for this shop."""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect

from orders.models import Order
from orders.tests.background import work_off
from orders.tests.factories import MethodFactory
from products.models import Product
from products.services import stock
from products.tests.import_files import write_icecat
from tests.browser.desk import open_tab
from users.tests.factories import UserFactory

CATALOG = Path(os.environ.get("SHOP_DATA", "")) / "icecat" / "1.json.zip"
PRODUCTS, UNITS = 300, 5

pytestmark = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.skipif(
        "SHOP_DATA" not in os.environ or not CATALOG.is_file(),
        reason="SHOP_DATA names no folder with icecat/: see Proofs and repairs in docs/operations.md",
    ),
]


@pytest.fixture
def catalog(transactional_db, settings, tmp_path):
    """The first products of the file, as they are; returns one of each category, with units on the shelf."""
    settings.MEDIA_ROOT = tmp_path / "media"
    MethodFactory(name="Standard delivery")
    with zipfile.ZipFile(CATALOG) as archive:
        items = json.loads(archive.read(archive.namelist()[0]))[:PRODUCTS]
    call_command("import_products", str(write_icecat(tmp_path, items)))
    products = Product.objects.for_sale().select_related("category").order_by("-pk")
    first = {product.category.name: product for product in products}
    for product in first.values():
        stock.adjust(product, change=UNITS, reason="received")
    return first


def buy(tab, product):
    """Find the product by its name, and put it in the cart."""
    tab.goto("/")
    field = tab.locator("header input[name=q]").first
    field.fill(product.name)
    field.press("Enter")
    tab.get_by_role("main").locator(f'a[href="{product.get_absolute_url()}"]').first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(product.name)
    tab.get_by_role("button", name="Add to cart").click()


def pay(tab, email):
    """Fill in the checkout, pay what its button says; return the order."""
    for label, text in (
        ("E-mail address", email),
        ("Name", "Robin Buyer"),
        ("Street and number", "Torstr. 1"),
        ("Postal code", "10119"),
        ("City", "Berlin"),
    ):
        tab.get_by_label(label, exact=True).fill(text)
    tab.get_by_role("button", name="Buy now").click()
    tab.get_by_role("button", name=re.compile("^Pay ")).click()
    expect(tab.get_by_role("heading", name="We have your order.")).to_be_visible()
    return Order.objects.get()


def is_as_it_was_sold(order, products):
    """Assert that order and mail say what the file says of ``products``, one of each."""
    lines = {line.product_sku: (line.product_name, line.unit_price) for line in order.items.all()}
    assert lines == {product.sku: (product.name, product.effective_price) for product in products}
    assert order.total_amount == sum(product.effective_price for product in products) + order.shipping_gross
    assert order.status == "confirmed"
    assert set(
        Product.objects.filter(pk__in=[product.pk for product in products]).values_list(
            "stock_quantity", flat=True
        )
    ) == {UNITS - 1}
    work_off("send_order_confirmation_email")
    (message,) = mail.outbox
    assert message.to == [order.email]
    assert all(product.name in message.body for product in products)


def test_a_guest_buys_on_a_phone_without_scripts(browser, live_server, catalog):
    toner, laptop = catalog["Ink and toner"], catalog["Notebooks"]
    tab = open_tab(browser, live_server, width=390, height=844, scripts=False)
    buy(tab, toner)
    buy(tab, laptop)
    tab.goto("/checkout/")
    order = pay(tab, "robin@example.com")
    is_as_it_was_sold(order, [toner, laptop])
    tab.context.close()


def test_a_customer_buys_on_a_desk_with_scripts(browser, live_server, catalog, client):
    cable, screen = catalog["Cables"], catalog["Displays"]
    user = UserFactory()
    client.force_login(user)
    tab = open_tab(browser, live_server, width=1280, height=900)
    tab.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for product in (cable, screen):
        buy(tab, product)
        expect(tab.locator("#mini-cart")).to_contain_text("In your cart")
    tab.goto("/checkout/")
    order = pay(tab, user.email)
    is_as_it_was_sold(order, [cable, screen])
    assert order.user == user
    assert tab.complaints == []
    tab.context.close()
