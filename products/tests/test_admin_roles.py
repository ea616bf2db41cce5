"""What each role may do on the staff's screens, and what not."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse

from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job
from products.models import Product, Review
from products.tests.factories import AttributeFactory, CategoryFactory, ProductFactory, ReviewFactory
from users.models import User
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

PRODUCTS = "/admin/products/product/"
ROLES = ("catalog", "fulfillment", "support", "manager")


@pytest.fixture
def roles():
    """The roles as the migration makes them; tests that empty all tables may have run before."""
    import_module("products.migrations.0003_roles").create_roles(apps, connection.schema_editor())


@pytest.fixture
def as_role(roles, client):
    def log_in(name):
        person = UserFactory(is_staff=True)
        person.groups.add(Group.objects.get(name=name))
        client.force_login(person)
        return client, person

    return log_in


def opens(client, address):
    return client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("screen", "who"),
    [
        ("", "catalog fulfillment support manager"),
        ("products/product/", "catalog fulfillment support manager"),
        ("products/product/add/", "catalog manager"),
        ("products/product/import/", "catalog manager"),
        ("products/product/export-all/", "catalog fulfillment support manager"),
        ("products/category/", "catalog fulfillment support manager"),
        ("products/category/add/", "catalog manager"),
        ("products/productattribute/", "catalog manager"),
        ("products/review/", "catalog support manager"),
        ("products/wishlist/", "support manager"),
        ("products/stockmovement/", "catalog fulfillment manager"),
        ("products/pictureaddress/", "catalog manager"),
        ("pages/page/", "catalog manager"),
        ("users/user/", "support manager"),
        ("users/user/add/", "manager"),
        ("auth/group/", "manager"),
        ("auth/group/add/", ""),
        ("jobs/job/", "catalog fulfillment support manager"),
    ],
)
def test_who_sees_which_screen(as_role, screen, who):
    for name in ROLES:
        client, _ = as_role(name)
        assert opens(client, f"/admin/{screen}") == (name in who.split()), name


@pytest.mark.parametrize(
    ("action", "who"),
    [
        ("change_prices", "catalog manager"),
        ("change_stock", "fulfillment manager"),
        ("restore_selected", "catalog manager"),
        ("delete_selected", "catalog manager"),
        ("export_selected", "catalog fulfillment support manager"),
    ],
)
def test_who_may_change_many(as_role, action, who):
    ProductFactory()
    for name in ROLES:
        client, _ = as_role(name)
        choices = dict(client.get(PRODUCTS).context["action_form"].fields["action"].choices)
        assert (action in choices) == (name in who.split()), name


@pytest.mark.parametrize(
    ("address", "data", "who"),
    [
        ("adjust-stock/", {"change": "1", "reason": "Found"}, "fulfillment manager"),
        ("restore/", {}, "catalog manager"),
        ("add-variant/", {}, "catalog manager"),
        ("delete/", {"post": "yes"}, "catalog manager"),
    ],
)
def test_who_may_change_one(as_role, address, data, who):
    for name in ROLES:
        product = ProductFactory()
        client, _ = as_role(name)
        answer = client.post(f"{PRODUCTS}{product.pk}/{address}", data)
        assert (answer.status_code != 403) == (name in who.split()), name
        if answer.status_code == 403:
            fresh = Product.all_objects.get(pk=product.pk)
            assert (fresh.stock_quantity, fresh.is_deleted) == (20, False)


@pytest.mark.parametrize(("screen", "who"), [("prices", "catalog manager"), ("stock", "fulfillment manager")])
def test_who_may_confirm_a_bulk_change(as_role, screen, who):
    product = ProductFactory()
    for name in ROLES:
        client, _ = as_role(name)
        data = {"pks": product.pk, "step": "preview"}
        assert (client.post(f"{PRODUCTS}{screen}/", data).status_code != 403) == (name in who.split()), name


def test_who_only_looks_sees_no_field_to_type_in(as_role):
    product = ProductFactory()
    client, _ = as_role("support")

    page = client.get(f"{PRODUCTS}{product.pk}/change/").content.decode()

    assert product.name in page
    assert 'name="price"' not in page
    assert client.post(f"{PRODUCTS}{product.pk}/change/", {"price": "1"}).status_code == 403


@pytest.mark.parametrize("who", ROLES)
def test_who_decides_on_reviews(as_role, who):
    review = ReviewFactory(is_approved=False)
    client, _ = as_role(who)

    client.post("/admin/products/review/", {"action": "approve", "_selected_action": [review.pk]})

    assert Review.objects.get().is_approved == (who in {"support", "manager"})


def test_a_manager_hands_out_roles_and_cannot_become_more(as_role):
    client, manager = as_role("manager")
    colleague, boss = UserFactory(), StaffFactory()
    change = {
        "email": colleague.email,
        "first_name": "A",
        "last_name": "B",
        "is_active": "on",
        "is_staff": "on",
        "mail_consents-TOTAL_FORMS": 0,
        "mail_consents-INITIAL_FORMS": 0,
    }
    role = Group.objects.get(name="support")

    answer = client.post(
        reverse("admin:users_user_change", args=[colleague.pk]),
        change | {"groups": [role.pk], "is_superuser": "on"},
    )
    assert answer.status_code == 302, answer.context["errors"]
    colleague.refresh_from_db()
    assert (colleague.is_staff, colleague.is_superuser, list(colleague.groups.all())) == (True, False, [role])

    own = reverse("admin:users_user_change", args=[manager.pk])
    client.post(own, change | {"email": manager.email, "is_superuser": "on", "groups": []})
    manager.refresh_from_db()
    assert (manager.is_superuser, manager.groups.get().name) == (False, "manager")

    above = reverse("admin:users_user_change", args=[boss.pk])
    assert client.post(above, change | {"email": "mine@example.com"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[boss.pk]), {}).status_code == 403
    assert User.objects.get(pk=boss.pk).email == boss.email


def test_own_jobs_are_seen_and_those_of_others_by_managers_only(as_role):
    client, person = as_role("catalog")
    own = jobs.start("export_products", params={"format": "csv"}, by=person)
    other = jobs.start("export_products", params={"format": "csv"}, by=StaffFactory())

    def address(job, name="change", *more):
        return reverse(f"admin:jobs_job_{name}", args=[job.pk, *more])

    assert opens(client, address(own))
    assert client.get(address(other)).status_code == 404
    assert client.get(address(other, "download", "result")).status_code == 404
    assert client.post(address(other, "cancel")).status_code == 404
    assert client.get(address(own, "cancel")).status_code == 403  # a link changes nothing
    assert client.post(address(own, "cancel")).status_code == 302
    assert {job.pk: job.status for job in Job.objects.all()} == {own.pk: "cancelled", other.pk: "queued"}

    manager, _ = as_role("manager")
    assert opens(manager, address(other))
    assert len(manager.get("/admin/jobs/job/").context["cl"].queryset) == 2


def test_a_customer_is_asked_to_log_in_as_staff(client):
    client.force_login(UserFactory())

    for screen in (
        "",
        "products/product/",
        "products/product/import/",
        "products/product/prices/",
        "jobs/job/",
    ):
        assert client.get(f"/admin/{screen}").status_code == 302


def test_the_palette_finds_only_what_one_may_see(as_role):
    ProductFactory(name="Walnut tray")
    UserFactory(email="walnut@example.com")
    CategoryFactory(name="Walnut")
    AttributeFactory(name="Walnut")

    def found(name):
        client, _ = as_role(name)
        return client.get("/admin/search/?extended=1&s=walnut").content.decode()

    assert "Walnut tray" in found("fulfillment")
    assert "walnut@example.com" not in found("fulfillment")
    assert "walnut@example.com" in found("support")


def test_the_palette_asks_for_few_rows(staff_client, django_assert_num_queries):
    ProductFactory.create_batch(30, name="Tray")
    # person, orders, offers, products, covers, categories, brands, people, pages
    with django_assert_num_queries(9):
        page = staff_client.get("/admin/search/?extended=1&s=tray").content.decode()

    assert page.count("Tray") <= 2 * 8
    assert staff_client.get("/admin/search/?s=").content == b""
