"""Who gets what: every address of the shop, asked for by everybody there is.

A route without a line in the table fails, and so does a line without its route.
"""

import json
from http.cookies import SimpleCookie
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from dbProject.access import services as access
from dbProject.access.models import Scope
from dbProject.incidents import recording
from dbProject.incidents.models import Alert, ErrorGroup, ErrorOccurrence, ErrorReport
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from dbProject.pages import services as texts
from dbProject.webhooks import services as webhooks
from orders.models import TaxRate
from orders.selectors import samples
from orders.services import cart as carts
from orders.services import charging
from orders.tests.factories import (
    CartItemFactory,
    CouponFactory,
    MethodFactory,
    OrderFactory,
    ReturnFactory,
)
from products.services import wishlists
from products.tests.factories import AttributeFactory, ProductFactory, ReviewFactory
from tests import authorizations as table
from users.services import consents, personal_exports
from users.tests.factories import StaffFactory, UserFactory

ROLES = ("anonymous", "owner", "other", "staff", "superuser")
pytestmark = pytest.mark.slow
METHODS = ("GET", "POST", "PATCH", "DELETE")
OPEN = {"admin:login", "admin:logout"}
WITHOUT_KEYS = {"payment_webhook", "schema", "docs", "task-detail", "task-result"}
"""Routes of the API that ask nobody who they are, or only who has begun a task."""
REFUSED = {"login", "403", "404", "405"}
MODEL_SCREENS = ("changelist", "add", "history", "delete", "change")
LOGIN = ("/accounts/login/", "/admin/login/", "/accounts/reauthenticate/")


def routes(resolver=None, spaces=()):
    """Yield the name of every route there is; one that has no name goes by its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield ":".join([*spaces, entry.name or str(entry.pattern)])
        else:
            yield from routes(entry, (*spaces, entry.namespace) if entry.namespace else spaces)


OF_PRODUCTS_ALONE = 900_000_001
"""A pk that no row of another table has by chance: whoever asks for the wrong row finds none."""


class World:
    """One of everything, all of it the owner's, and a browser for each role."""

    def __init__(self):
        self.owner = UserFactory()
        people = {
            "owner": self.owner,
            "other": UserFactory(),
            "staff": UserFactory(is_staff=True),
            "superuser": StaffFactory(),
        }
        self.clients = {role: Client(raise_request_exception=False) for role in ROLES}
        for role, person in people.items():
            self.clients[role].force_login(person)
        method = MethodFactory()
        coupon = CouponFactory()
        product = ProductFactory(pk=OF_PRODUCTS_ALONE, slug="kettle")
        self.order = OrderFactory(user=self.owner, units={product: 2}, status="delivered")
        ReturnFactory(order=self.order)
        self.unpaid = OrderFactory(user=self.owner, units={product: 1})
        line = CartItemFactory(cart=carts.open_for(self.owner), product=product)
        kept = carts.add(carts.open_for(self.owner), product_id=ProductFactory().pk, quantity=1).item
        carts.save_for_later(line.cart, item_id=kept.pk)
        self.line, self.saved = line, line.cart.saved_items.get()
        self.address = self.owner.addresses.create(
            name="Robin", street="Torstr. 1", city="Berlin", zip_code="10119", country="DE"
        )
        self.wish = wishlists.save(self.owner, product_id=product.pk)
        self.wish.wishlist = wishlists.share(self.owner, wishlist_id=self.wish.wishlist_id, is_public=True)
        self.payment = charging.start(self.unpaid)
        self.job = Job.objects.create(kind="export_products", created_by=self.owner)
        self.export = personal_exports.start(self.owner, language="en")
        jobs.run_slice(self.export.pk)
        endpoint, _secret = webhooks.add_endpoint(url="https://partner.example.com/hook", name="Partner")
        recording.note(ValueError(), error_id=recording.new_id())
        self.rows = {
            "incidents.alert": Alert.objects.create(
                rule="cpu", value=99, limit=80, began_at=timezone.now(), checked_at=timezone.now()
            ),
            "incidents.errorreport": ErrorReport.objects.create(day="2026-11-27", errors=1, text="One."),
            "incidents.errorgroup": ErrorGroup.objects.get(),
            "incidents.erroroccurrence": ErrorOccurrence.objects.get(),
            "products.product": product,
            "products.brand": product.brand,
            "products.category": product.category,
            "users.address": self.address,
            "orders.order": self.order,
            "orders.payment": self.payment,
            "orders.document": self.order.documents.first(),
            "orders.coupon": coupon,
            "orders.promotion": coupon.promotion,
            "orders.shippingmethod": method,
            "orders.shippingzone": method.zone,
            "products.stockmovement": product.movements.first(),
            "jobs.job": self.job,
            "access.apikey": access.make_key(name="Warehouse", scopes=[])[0],
            "webhooks.webhookendpoint": endpoint,
            "webhooks.webhookdelivery": webhooks.send_test(endpoint),
            "users.user": self.owner,
            "products.review": ReviewFactory(product=product, user=self.owner),
            "products.wishlist": self.wish.wishlist,
            "products.productattribute": AttributeFactory(),
            "auth.group": Group.objects.get_or_create(name="manager")[0],
            "orders.taxrate": TaxRate.objects.create(
                country="DE", tax_class="standard", rate="0.2", valid_from="2020-01-01"
            ),
            "pages.page": texts.add_page(slug="imprint", title="Imprint", body="<p>Us</p>"),
        }

    def path(self, name):
        """Return the address of a route, of the owner's where it is of somebody's."""
        order = self.unpaid if name in ("order_pay", "order_cancel", "order_paid") else self.order
        known = {
            "order_number": order.order_number,
            "document_number": self.rows["orders.document"].number,
            "reference": self.payment.reference,
            "task_id": self.job.pk,
            "provider": "test",
            "uidb36": "1",
            "key": "set-password",
            "code": "de",
            "part": "shelves",
            "path": "pyproject.toml" if name == "architecture_source" else "nothing.webp",
            "url": "nowhere",
            "app_label": "orders",
            "content_type_id": ContentType.objects.get_for_model(type(self.order)).pk,
            "which": "result",
            "to": "confirmed",
            "decision": "accept",
            "number": 1,
            "token": self.wish.wishlist.token
            if name == "wishlist_public"
            else consents.unsubscribe_url(self.owner.pk, kind="reviews").split("/")[-2],
            "event": 1,
            "id": self.owner.pk,
        }
        pk = {
            "cart_item": self.line.pk,
            "order-detail": self.order.pk,
            "cart-item": self.line.pk,
            "cart_item_remove": self.line.pk,
            "cart_item_save": self.line.pk,
            "saved_item_move": self.saved.pk,
            "saved_item_remove": self.saved.pk,
            "account_export_file": self.export.pk,
            "account_address": self.address.pk,
            "account_wishlist": self.wish.wishlist_id,
            "wishlist_rename": self.wish.wishlist_id,
            "wishlist_share": self.wish.wishlist_id,
            "wishlist_delete": self.wish.wishlist_id,
            "wishlist_item": self.wish.pk,
            "wishlist_item_remove": self.wish.pk,
            "wishlist_item_move": self.wish.pk,
            "review_vote": self.rows["products.review"].pk,
            "review_remove": self.rows["products.review"].pk,
            "account_address_remove": self.address.pk,
            "product-detail": self.rows["products.product"].pk,
            "webhook-detail": self.rows["webhooks.webhookendpoint"].pk,
            "webhook-secret": self.rows["webhooks.webhookendpoint"].pk,
            "webhook-test": self.rows["webhooks.webhookendpoint"].pk,
            "webhook-delivery-detail": self.rows["webhooks.webhookdelivery"].pk,
            "webhook-redeliver": self.rows["webhooks.webhookdelivery"].pk,
            "admin:view_on_site": self.order.pk,
        }.get(name, self._row(name).pk)
        slug = {
            "product_detail": "kettle",
            "review_create": "kettle",
            "page_detail": "imprint",
            "styleguide_mail": samples.mails()[0].slug,
            "architecture_measure": "monolith",
            "admin:analytics_report": "revenue",
            "admin:analytics_csv": "revenue",
            "admin:analytics_keep": "revenue",
        }
        product = self.rows["products.product"]
        slugs = {"category_detail": product.category.slug, "brand_detail": product.brand.slug} | slug
        known |= {"pk": pk, "object_id": pk, "slug": slugs.get(name, "")}
        return reverse(name, kwargs={part: known[part] for part in _parameters(name)})

    def _row(self, name):
        label = ".".join(name.removeprefix("admin:").split("_")[:2])
        return self.rows.get(label, self.rows["products.product"])

    def key(self, scopes):
        """Return the role of a system whose key is good for these scopes."""
        role = " ".join(scopes)
        if role not in self.clients:
            secret = access.make_key(name="System", scopes=scopes)[1]
            self.clients[role] = Client(
                raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"}
            )
        return role

    def asks(self, role, method, path, data=None):
        """Return what a role gets, in a word; nothing of it stays."""
        client = self.clients[role]
        cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
        undone = transaction.atomic()
        undone._from_testcase = True  # so that durable transactions run within it, as in a test of Django's
        with undone:
            if method in ("GET", "POST"):
                answer = client.get(path) if method == "GET" else client.post(path, data)
            else:
                answer = client.generic(method, path, json.dumps(data), "application/json")
            transaction.set_rollback(True)
        client.cookies = cookies
        place = answer.headers.get("Location", "")
        return "login" if place.startswith(LOGIN) and "next=" in place else str(answer.status_code)


def _parameters(name):
    space, _, last = name.rpartition(":")
    resolver = get_resolver()
    if space:
        resolver = resolver.namespace_dict[space][1]
    return resolver.reverse_dict.getlist(last)[0][0][0][1]


@pytest.fixture
def world(db, settings):
    settings.RATE_LIMIT_ENABLED = False
    return World()


def pages():
    rows = [line.split() for line in table.PAGES.strip().splitlines()]
    return {(name, method): words for name, method, *words in rows}


def screens():
    """Return for each of the staff's screens what staff without and with rights get."""
    rows = [line.split() for line in table.SCREENS.strip().splitlines()]
    found = {f"admin:{name}": words for name, *words in rows}
    for line in table.MODEL_SCREENS.strip().splitlines():
        model, *answers = line.split()
        for screen, answer in zip(MODEL_SCREENS, answers, strict=True):
            found[f"admin:{model}_{screen}"] = answer.split("/")
    return found


def test_every_route_has_its_line_in_the_table_and_every_line_its_route():
    declared = {name for name, _method in pages()} | set(screens()) | table.UNNAMED

    assert set(routes()) ^ declared == set()


def test_everybody_gets_at_every_page_what_the_table_says(world):
    given, expected = {}, pages()
    for name in {name for name, _method in expected}:
        path = world.path(name)
        for method in METHODS if path.startswith("/api/") else METHODS[:2]:
            words = [world.asks(role, method, path, table.DATA.get(name, {})) for role in ROLES]
            if set(words) != {"405"}:
                given[name, method] = words

    assert given == expected


def test_every_route_of_the_api_says_which_keys_it_opens_to(world):
    declared = {
        (name, method): scope for name, method, scope in map(str.split, table.SCOPES.strip().splitlines())
    }
    given = {}
    for name, method in {(name, method) for name, method in pages() if world.path(name).startswith("/api/")}:
        if name in WITHOUT_KEYS:
            continue
        path, data = world.path(name), table.DATA.get(name, {})
        opens = []
        for scope in Scope.values:
            others = [other for other in Scope.values if other != scope]
            alone, all_others = (
                world.asks(world.key(scopes), method, path, data) for scopes in ([scope], others)
            )
            if alone != "403":
                opens.append(scope)
                assert all_others == "403", (name, method, scope)
        given[name, method] = opens[0] if opens else "-"

    assert given == declared


def test_staff_get_the_screens_of_their_rights_and_nobody_else_gets_any(world):
    given, expected = {}, screens()
    for name in expected:
        path = world.path(name)
        given[name] = [world.asks(role, "GET", path) for role in ("staff", "superuser")]
        if name in OPEN:
            continue
        assert [world.asks(role, "GET", path) for role in ("anonymous", "other")] == ["login"] * 2, name
        assert world.asks("other", "POST", path) in REFUSED, name
        if given[name][0] in REFUSED:
            assert world.asks("staff", "POST", path) in REFUSED, name

    assert given == expected


INTEGRATIONS = ("admin:access_apikey_", "admin:webhooks_")


def test_who_connects_other_systems_gets_keys_and_webhooks_and_no_other_screen_and_nobody_else_gets_those(
    world,
):
    editor = connection.schema_editor()
    import_module("products.migrations.0003_roles").create_roles(apps, editor)
    import_module("orders.migrations.0008_roles").grant(apps, editor)
    import_module("dbProject.webhooks.migrations.0002_integrations_role").grant(apps, editor)
    roles = ("catalog", "fulfillment", "support", "manager", "integrations")
    for name in roles:
        person = UserFactory(is_staff=True)
        person.groups.add(Group.objects.get(name=name))
        world.clients[name] = Client(raise_request_exception=False)
        world.clients[name].force_login(person)

    for name, (without_rights, with_all) in screens().items():
        is_of_integrations = name.startswith(INTEGRATIONS)
        expected = with_all if is_of_integrations else without_rights
        assert world.asks("integrations", "GET", world.path(name)) == expected, name
        if is_of_integrations:
            given = [world.asks(role, "GET", world.path(name)) for role in roles[:-1]]
            assert given == [without_rights] * 4, name
    for (name, method), words in pages().items():
        if name.startswith("webhook-"):
            path, data = world.path(name), table.DATA.get(name, {})
            assert world.asks("integrations", method, path, data) == words[-1], name
            given = [world.asks(role, method, path, data) for role in roles[:-1]]
            assert given == ["403"] * 4, name
