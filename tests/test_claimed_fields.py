"""What a client says of prices, rights and owners, wherever something is written, changes nothing there.

Each is asked twice from the same state: as it should be, and with a claim for every field that is no client's
to say. The second leaves the database as the first did, or is refused and leaves it as it was.
"""

from functools import partial
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from orders.services import cart as carts
from orders.tests.factories import MethodFactory, OrderFactory
from products.services import wishlists
from products.tests.factories import ProductFactory, ReviewFactory
from products.tests.pictures import encoded
from users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
AMOUNTS = (
    *("price", "unit_price", "sale_price", "cost_price", "price_seen", "effective_price", "amount", "total"),
    *("total_price", "total_amount", "subtotal", "subtotal_gross", "gross_amount", "tax_amount", "tax_rate"),
    *("discount", "discount_amount", "shipping_amount", "shipping_gross", "refund_amount", "captured"),
)
COUNTS = ("stock_quantity", "helpful_count", "review_count", "avg_rating", "units_sold", "last_login_ip")
FLAGS = (
    *("is_paid", "is_staff", "is_superuser", "is_active", "is_verified", "is_approved", "is_featured"),
    *("is_verified_purchase", "is_given", "holds_stock", "has_discount", "verified", "primary"),
)
OWNERS = ("user", "user_id", "owner", "customer", "created_by", "author", "actor")
ROWS = ("id", "pk", "groups", "user_permissions", "role", "scopes")
WORDS = {
    "status": "refunded",
    "state_of_payment": "paid",
    "currency": "JPY",
    "username": "root",
    "order_number": "ORD-20200101-AAAAAA",
    "token": "mine",
    "confirmed_at": "2020-01-01T00:00:00Z",
    "delivered_at": "2020-01-01T00:00:00Z",
    "hold_expires_at": "2099-01-01T00:00:00Z",
    "asked_at": "2020-01-01T00:00:00Z",
    "created_at": "2020-01-01T00:00:00Z",
    "date_joined": "2020-01-01T00:00:00Z",
}
ADDRESS = {"name": "Robin", "street": "Torstr. 1", "city": "Berlin", "zip_code": "10119", "country": "DE"}
NEW_PASSWORD = "Harbor-Lantern-42"  # noqa: S105
NEVER_THE_SAME = {"id", "token", "order_number", "hold_expires_at"}
"""Columns that differ whenever something is written anew."""


class World:
    """A customer with one of each, and a victim."""

    def __init__(self, client):
        MethodFactory()
        self.client = client
        self.victim, self.customer = UserFactory(), UserFactory(is_verified=True)
        client.force_login(self.customer)
        self.product = ProductFactory(stock_quantity=20)
        self.order = OrderFactory(user=self.customer, units={self.product: 2}, status="delivered")
        self.unpaid = OrderFactory(user=self.customer, units={self.product: 1})
        self.line = carts.add(carts.open_for(self.customer), product_id=self.product.pk, quantity=1).item
        self.wish = wishlists.save(self.customer, product_id=self.product.pk)
        self.address = self.customer.addresses.create(**ADDRESS)
        self.others = ReviewFactory(product=self.product, user=self.victim)

    def claims(self):
        return {
            **dict.fromkeys((*AMOUNTS, *COUNTS), "0.01"),
            **dict.fromkeys(FLAGS, "1"),
            **dict.fromkeys((*OWNERS, *ROWS), str(self.victim.pk)),
            **WORDS,
        }

    def pages(self):
        """Return what a customer may send to pages: address -> fields."""
        address = f"/account/addresses/{self.address.pk}/"
        returned = {f"units_{item.pk}": 1 for item in self.order.items.all()}
        return {
            "/cart/add/": {"product_id": self.product.pk, "quantity": 2},
            f"/cart/items/{self.line.pk}/": {"quantity": 3},
            "/checkout/": self.checkout(),
            f"/orders/{self.order.order_number}/return/": {
                "key": uuid4(), "reason": "damaged", "words": "Loose", **returned
            },
            f"/orders/{self.unpaid.order_number}/cancel/": {},
            "/withdraw/": {
                "key": uuid4(), "name": "Robin", "email": self.customer.email, "step": "confirm",
                "order_number": self.order.order_number, "confirm": "1",
            },
            f"/products/{self.product.slug}/review/": {"rating": 4, "title": "Good", "content": "Well made"},
            f"/reviews/{self.others.pk}/helpful/": {},
            "/account/wishlists/": {"name": "For later"},
            f"/account/wishlists/save/{self.product.pk}/": {"wishlist": self.wish.wishlist_id},
            f"/account/wishlists/items/{self.wish.pk}/": {"notes": "In green"},
            "/account/profile/": {"first_name": "Robin", "last_name": "C", "phone": ""},
            "/account/profile/picture/": {"avatar": SimpleUploadedFile("me.png", encoded())},
            "/account/addresses/new/": ADDRESS,
            address: {**ADDRESS, "city": "Potsdam"},
            "/account/privacy/mails/": {"reviews": "on", "price_drop": "on"},
            "/account/privacy/export/": {},
            "/accounts/signup/": {"email": "new@example.com", "first_name": "N", "password1": NEW_PASSWORD},
        }  # fmt: skip

    def calls(self):
        """Return what a program may send: method and address -> body."""
        line = {"product": self.product.pk, "quantity": 1}
        to = {"shipping_address": ADDRESS, "billing_address": ADDRESS}
        return {
            ("post", "/api/auth/register/"): {"email": "new@example.com", "password": NEW_PASSWORD},
            ("post", "/api/auth/login/"): {"email": self.customer.email, "password": PASSWORD},
            ("patch", "/api/users/me/"): {"first_name": "Robin"},
            ("post", "/api/cart/add/"): {"product_id": self.product.pk, "quantity": 2},
            ("patch", f"/api/cart/items/{self.line.pk}/"): {"quantity": 2},
            ("post", "/api/orders/"): {"items": [line], **to},
            ("post", "/api/orders/create-from-cart/"): to,
            ("patch", f"/api/orders/{self.unpaid.pk}/"): {"status": "cancelled"},
            ("post", f"/api/products/{self.product.pk}/reviews/"): {"rating": 4, "title": "Good"},
        }

    def checkout(self):
        form = self.client.get("/checkout/").context["form"]
        kept = ("idempotency_key", "total_seen", "shipping_method")
        return {
            "email": self.customer.email,
            **ADDRESS,
            **{name: str(form[name].value() or "") for name in kept},
        }

    def browser(self, path):
        """Return one that nobody is logged in with, where somebody comes in."""
        is_outside = path.startswith(("/accounts/signup/", "/api/auth/"))
        return Client() if is_outside else self.client

    def after(self, send):
        """Return how ``send`` is answered, and what it leaves of what is no client's to say; undone then."""
        with transaction.atomic():
            answer = send()
            left = self.state()
            transaction.set_rollback(True)
        return answer.status_code, left

    def state(self):
        """Return of every table the columns that somebody may claim, sorted; of instants only the year."""
        left = {}
        for model in apps.get_models():
            columns = {field.attname for field in model._meta.concrete_fields}
            claimed = sorted(columns & {*self.claims(), *(f"{name}_id" for name in OWNERS)} - NEVER_THE_SAME)
            rows = model._base_manager.values(*claimed) if claimed else ()
            left[model._meta.label] = sorted(
                str({name: self.said(name, value) for name, value in row.items()}) for row in rows
            )
        return left

    def said(self, name, value):
        """Return a column's value as two runs can be compared by it: a new account has a new pk each time."""
        if name.removesuffix("_id") in OWNERS:
            known = {None: "nobody", self.customer.pk: "the customer", self.victim.pk: "the victim"}
            return known.get(value, "somebody new")
        return getattr(value, "year", value)


@pytest.fixture
def world(client, settings):
    settings.RATE_LIMIT_ENABLED = False
    return World(client)


def test_on_no_page_a_client_says_what_is_the_shop_s_to_say(world):
    claims = world.claims()

    def send(path, fields, more):
        for file in (value for value in fields.values() if hasattr(value, "seek")):
            file.seek(0)
        return world.browser(path).post(path, more | fields)

    unanswered, changed = {}, {}
    for path, fields in world.pages().items():
        status, plain = world.after(partial(send, path, fields, {}))
        if status not in (302, 303) and plain == world.state():
            unanswered[path] = status
        status, claimed = world.after(partial(send, path, fields, claims))
        if claimed != (plain if status < 400 else world.state()):
            changed[path] = (status, differences(plain, claimed))
    assert (unanswered, changed) == ({}, {})


def test_at_no_endpoint_a_program_says_what_is_the_shop_s_to_say(world):
    def send(method, path, body):
        return getattr(world.browser(path), method)(path, body, content_type="application/json")

    unanswered, changed = {}, {}
    for (method, path), body in world.calls().items():
        status, plain = world.after(partial(send, method, path, body))
        if status >= 400:
            unanswered[path] = status
        status, claimed = world.after(partial(send, method, path, claiming(body, world.claims())))
        if claimed != (plain if status < 400 else world.state()):
            changed[path] = (status, differences(plain, claimed))
    assert (unanswered, changed) == ({}, {})


def claiming(body, claims):
    """Return ``body`` with the claims in it, and in everything inside it."""
    if isinstance(body, dict):
        return claims | {name: claiming(value, claims) for name, value in body.items()}
    return [claiming(value, claims) for value in body] if isinstance(body, list) else body


def differences(plain, claimed):
    return {table: (plain[table], claimed[table]) for table in plain if plain[table] != claimed[table]}
