"""A real browser on a real server, for what only a browser can tell."""

import os
from decimal import Decimal
from typing import NamedTuple

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client

from dbProject import caching
from dbProject.pages import services as pages
from orders.selectors import orders
from orders.services import cart as carts
from orders.tests import bank
from orders.tests.factories import MethodFactory, OrderFactory
from products.models import Product
from products.services import attributes, catalog, categories, pictures, stock, wishlists
from products.tests.factories import AttributeFactory, BrandFactory, ProductFactory, ReviewFactory
from products.tests.pictures import encoded, picture
from tests.browser.chromium import ARGUMENTS, CHROMIUM
from tests.browser.desk import open_tab
from users.tests.factories import StaffFactory, UserFactory

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in the thread of the test


def pytest_collection_modifyitems(items):
    """Last of all: once Playwright's loop runs in a thread, nothing else there can run one of its own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    if not CHROMIUM:
        pytest.fail(
            "The browser tests need Chromium: run them with ./shop test, or set CHROMIUM to one.",
            pytrace=False,
        )
    return {"executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def scripts():
    """Say whether a tab runs scripts; a test that wants none says so itself."""
    return True


@pytest.fixture
def filled_shop(transactional_db, settings, tmp_path):
    """A small shop with everything that a page can show; returns addresses of its pages by name."""
    settings.MEDIA_ROOT = tmp_path
    AttributeFactory(slug="color", name="Color")
    AttributeFactory(slug="width", name="Width", attribute_type="number", unit="cm")
    tile = ContentFile(encoded(image=picture((800, 800))), "tile.png")
    kitchen = categories.create_category(
        name="Kitchen", description="Things you pick up every day.", image=tile
    )
    categories.create_category(name="Donaudampfschifffahrt")
    mugs = categories.create_category(name="Mugs", parent=kitchen)
    tidewater = BrandFactory(name="Tidewater Pottery")
    single = ProductFactory(
        name="Harbor serving bowl",
        category=mugs,
        brand=tidewater,
        price=Decimal(46),
        sale_price=Decimal(38),
        stock_quantity=2,
        short_description="Salad for four, or fruit for the week",
        description="<p>Stoneware.</p><ul><li>Dishwasher safe</li></ul>",
    )
    attributes.set_values(single, {"width": "26"})
    pictures.add(single, picture((900, 900)), alt_text="A green bowl")
    ReviewFactory(product=single, rating=4)
    parent = ProductFactory(
        name="Donaudampfschifffahrtsgesellschaftskapitänsmütze " * 3,
        category=mugs,
        brand=tidewater,
        stock_quantity=0,
    )
    for color, units in (("ocean", 5), ("clay", 0)):
        catalog.add_variant(
            parent,
            sku=f"CAP-{color}",
            options={"color": color},
            price=Decimal(20 + units),
            stock_quantity=units,
        )
    for number in range(30):
        pictures.add(ProductFactory(category=mugs, brand=tidewater), picture((900, 900), seed=number % 2))
    pages.add_page(slug="imprint", title="Imprint", body="<h2>Us</h2><p>Here.</p>")
    cache.clear()
    caching.memory.clear()
    return {
        "home": "/",
        "list": "/products/",
        "filtered": "/products/?q=product&in_stock=1&page=2",
        "nothing": "/products/?q=zzz",
        "single": single.get_absolute_url(),
        "parent": f"{parent.get_absolute_url()}?variant=CAP-clay",
        "category": kitchen.get_absolute_url(),
        "brand": tidewater.get_absolute_url(),
        "page": "/pages/imprint/",
        "search": "/search/?q=bowl",
        "lost": "/search/?q=xyzzyqwert",
        "styleguide": "/styleguide/",
        "login": "/accounts/login/",
        "signup": "/accounts/signup/",
        "empty_cart": "/cart/",
        "find": "/orders/find/",
        "withdraw": "/withdraw/",
    }


class Customer(NamedTuple):
    """Somebody with an account: the cookie that says so, and addresses that only they may open, by name."""

    cookie: dict[str, str]
    addresses: dict[str, str]

    def come_in(self, context, name):
        """Let ``context`` be theirs, if the page called so is."""
        if name in self.addresses:
            context.add_cookies([self.cookie])


@pytest.fixture
def customer(filled_shop, live_server):
    """A customer with something in the cart, of which too little is left, and with orders."""
    MethodFactory(free_from=Decimal(60))
    user = UserFactory(first_name="Robin")
    bowl = Product.objects.get(name="Harbor serving bowl")
    others = Product.objects.filter(kind=Product.Kind.SINGLE).exclude(pk=bowl.pk)
    sent = OrderFactory(user=user, units=dict.fromkeys(others[:2], 1), status="delivered")
    new = OrderFactory(user=None, units={others[2]: 1}, status="confirmed")
    basket = carts.open_for(user)
    for product in (bowl, others[3]):
        carts.add(basket, product_id=product.pk, quantity=2)
    stock.take({bowl.pk: 1}, reference="somebody else")
    wishlists.save(user, product_id=others[4].pk)
    wish = wishlists.save(user, product_id=bowl.pk)
    wishlists.note(user, item_id=wish.pk, notes="In green, please. " * 5)
    shared = wishlists.share(user, wishlist_id=wish.wishlist_id, is_public=True)
    wishlists.create(user, name="Donaudampfschifffahrtsgesellschaft")
    client = Client()
    client.force_login(user)
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": live_server.url,
    }
    filled_shop["shared_wishlist"] = shared.get_absolute_url()
    filled_shop["new_order"] = f"{orders.signed_path(new)}&new"
    return Customer(
        cookie,
        {
            "cart": "/cart/",
            "checkout": "/checkout/",
            "order": sent.get_absolute_url(),
            "return": f"{sent.get_absolute_url()}return/",
            "account": "/account/",
            "account_orders": "/account/orders/",
            "profile": "/account/profile/",
            "addresses": "/account/addresses/",
            "address": "/account/addresses/new/",
            "wishlists": "/account/wishlists/",
            "wishlist": f"/account/wishlists/{shared.pk}/",
            "wishlist_save": f"/account/wishlists/save/{bowl.pk}/",
            "wishlist_wait": f"/account/wishlists/wait/{bowl.pk}/",
            "security": "/account/security/",
            "privacy": "/account/privacy/",
            "sessions": "/accounts/sessions/",
            "passkeys": "/accounts/2fa/webauthn/",
            "identity": "/accounts/reauthenticate/",
            "email": "/accounts/email/",
            "password": "/accounts/password/change/",
        },
    )


@pytest.fixture
def order(transactional_db, settings, tmp_path):
    """A guest's order of a bowl and a lamp, 4.90 for the delivery, paid at the bank."""
    settings.MEDIA_ROOT = tmp_path
    MethodFactory()
    things = [ProductFactory(name="Harbor bowl", price=Decimal(38)), ProductFactory(name="Attic lamp")]
    for thing in things:
        pictures.add(thing, picture())
    order = OrderFactory(user=None, units=dict.fromkeys(things, 1))
    bank.paid(order)
    return order


@pytest.fixture
def desk(browser, live_server, client, order):
    """A tab on a desk in which staff is logged in, on the page of the order."""
    client.force_login(StaffFactory(first_name="Robin", last_name="Marlow"))
    tab = open_tab(browser, live_server, width=1280, height=900)
    tab.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    tab.goto(f"/admin/orders/order/{order.pk}/change/")
    yield tab
    tab.context.close()
