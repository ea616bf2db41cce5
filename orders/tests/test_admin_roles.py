"""What each role may do with orders and their terms on the staff's screens, and what not."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection

from orders.models import Coupon, Order, Promotion, ShippingMethod, TaxRate
from orders.tests.factories import CouponFactory, MethodFactory, OrderFactory, ReturnFactory, ShipmentFactory
from products.tests.factories import ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ROLES = ("catalog", "fulfillment", "support", "manager")
S = Order.Status


@pytest.fixture
def roles():
    """The roles as the migrations make them; tests that empty all tables may have run before."""
    editor = connection.schema_editor()
    import_module("products.migrations.0003_roles").create_roles(apps, editor)
    import_module("orders.migrations.0008_roles").grant(apps, editor)
    import_module("orders.migrations.0014_support_refunds").grant(apps, editor)


@pytest.fixture
def as_role(roles, client):
    def log_in(name):
        person = UserFactory(is_staff=True)
        person.groups.add(Group.objects.get(name=name))
        client.force_login(person)
        return client

    return log_in


def may(answers):
    return {name for name, answer in answers.items() if answer.status_code != 403}


@pytest.mark.parametrize(
    ("screen", "who"),
    [
        ("order/", "fulfillment support manager"),
        ("promotion/", "support manager"),
        ("promotion/add/", "manager"),
        ("coupon/", "support manager"),
        ("coupon/add/", "manager"),
        ("shippingmethod/", "fulfillment support manager"),
        ("shippingmethod/add/", "manager"),
        ("shippingzone/", "fulfillment support manager"),
        ("shippingzone/add/", "manager"),
        ("taxrate/", "support manager"),
        ("taxrate/add/", "manager"),
    ],
)
def test_who_sees_which_screen(as_role, screen, who):
    answers = {name: as_role(name).get(f"/admin/orders/{screen}") for name in ROLES}

    assert may(answers) == set(who.split())


@pytest.mark.parametrize(
    ("before", "to", "who"),
    [
        (S.PENDING, S.CONFIRMED, "manager"),
        (S.CONFIRMED, S.PROCESSING, "fulfillment manager"),
        (S.PROCESSING, S.SHIPPED, "fulfillment manager"),
        (S.SHIPPED, S.DELIVERED, "fulfillment manager"),
        (S.CONFIRMED, S.CANCELLED, "support manager"),
        (S.DELIVERED, S.REFUNDED, "manager"),
    ],
)
def test_who_takes_an_order_which_step_on(as_role, before, to, who):
    for name in ROLES:
        order = OrderFactory(status=before)
        client = as_role(name)
        offered = client.get(f"/admin/orders/order/{order.pk}/change/")
        answer = client.post(f"/admin/orders/order/{order.pk}/move/{to}/", {"step": "confirm"})

        order.refresh_from_db()
        allowed = name in who.split()
        assert (answer.status_code != 403, order.status) == (allowed, to if allowed else before), name
        if offered.status_code == 200:
            assert (to in [step.to for step in offered.context["steps"]]) == allowed, name


@pytest.mark.parametrize(
    ("step", "who"),
    [
        ("ship", "fulfillment manager"),
        ("returns/1/accept", "support manager"),
        ("returns/2/receive", "fulfillment manager"),
        ("refund", "support manager"),
    ],
)
def test_who_opens_which_page_of_goods_and_money(as_role, step, who):
    order = OrderFactory(units={ProductFactory(): 2, ProductFactory(): 1}, status=S.CONFIRMED)
    ShipmentFactory(order=order, units={order.items.first(): 2})
    for status in ("requested", "accepted"):
        ReturnFactory(order=Order.objects.get(pk=order.pk), status=status)

    answers = {name: as_role(name).get(f"/admin/orders/order/{order.pk}/{step}/") for name in ROLES}

    assert may(answers) == set(who.split())


def test_who_leaves_a_note(as_role):
    order = OrderFactory()
    address = f"/admin/orders/order/{order.pk}/note/"

    answers = {name: as_role(name).post(address, {"note": name}) for name in ROLES}

    assert may(answers) == {"fulfillment", "support", "manager"}
    assert set(order.events.filter(kind="note").values_list("detail", flat=True)) == may(answers)


@pytest.mark.parametrize("action", ["start_packing", "mark_shipped"])
def test_who_moves_many_at_once(as_role, action):
    OrderFactory()
    for name in ("fulfillment", "support", "manager"):
        form = as_role(name).get("/admin/orders/order/").context["action_form"]
        choices = dict(form.fields["action"].choices) if form else {}
        assert (action in choices) == (name != "support"), name


@pytest.mark.parametrize("name", ROLES)
def test_only_a_manager_changes_the_terms_that_the_shop_sells_on(as_role, name):
    coupon, method = CouponFactory(), MethodFactory()
    rate = TaxRate.objects.create(country="DE", tax_class="standard", rate="0.2", valid_from="2020-01-01")
    client = as_role(name)

    for row in (coupon, coupon.promotion, method, method.zone, rate):
        client.post(f"/admin/orders/{row._meta.model_name}/{row.pk}/delete/", {"post": "yes"})

    left = [model.objects.exists() for model in (Coupon, Promotion, ShippingMethod, TaxRate)]
    assert left == [name != "manager"] * 4


def test_who_only_looks_at_terms_sees_no_field_to_type_in(as_role):
    coupon, method = CouponFactory(), MethodFactory()
    client = as_role("support")

    for row in (coupon, coupon.promotion, method, method.zone):
        page = client.get(f"/admin/orders/{row._meta.model_name}/{row.pk}/change/")
        assert page.status_code == 200, row
        assert 'name="_save"' not in page.content.decode()


def test_the_rights_can_be_taken_back(roles):
    import_module("orders.migrations.0008_roles").revoke(apps, connection.schema_editor())

    manager = Group.objects.get(name="manager")
    assert not manager.permissions.filter(content_type__app_label="orders").exists()
    assert manager.permissions.filter(content_type__app_label="products").exists()
