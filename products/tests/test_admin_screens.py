"""The other screens of staff: what needs hands, the tree, brands, attributes, reviews, pages, accounts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dbProject.pages.models import Page
from products.models import Brand, Category, ProductAttribute, Review, StockMovement
from products.services import attributes, reconciliation, stock, wishlists
from products.tests.factories import (
    AttributeFactory,
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    ReviewFactory,
)
from products.tests.pictures import bomb, encoded
from users.models import User
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def send(client, name, data, pk=None):
    return client.post(reverse(f"admin:{name}_{'change' if pk else 'add'}", args=[pk] if pk else []), data)


# Login and the first page


def test_the_login_page_leads_to_the_first_page(client):
    asked = client.get("/admin/login/", follow=True)
    page, _status = asked.redirect_chain[-1]
    assert page == "/accounts/login/?next=%2Fadmin%2F"

    staff = StaffFactory()
    fields = {"login": staff.email, "password": "Correct-Horse-7", "next": "/admin/"}
    assert client.post(page, fields)["Location"] == "/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/admin/"


def test_the_first_page_says_what_needs_hands(staff_client, django_assert_num_queries):
    low, out = (
        ProductFactory(name="Low thing", stock_quantity=2),
        ProductFactory(name="Gone", stock_quantity=0),
    )
    ReviewFactory(product=low, title="Waiting words", is_approved=False)

    page = staff_client.get("/admin/")

    assert [card["count"] for card in page.context["cards"]] == [0, 0, 1, 1, 1, 0, 0, 0]  # orders first
    assert list(page.context["low_stock"]) == [low]
    assert list(page.context["sold_out"]) == [out]
    assert "Waiting words" in page.content.decode()
    with django_assert_num_queries(14):
        staff_client.get("/admin/")
    ProductFactory.create_batch(20, stock_quantity=1)
    with django_assert_num_queries(14):
        staff_client.get("/admin/")


@pytest.mark.parametrize(
    "screen",
    [
        "products/category", "products/brand", "products/productattribute", "products/review",
        "products/stockmovement", "products/pictureaddress", "pages/page", "users/user", "users/address",
        "auth/group", "jobs/job",
    ],
)  # fmt: skip
def test_every_screen_opens_and_can_be_searched(staff_client, screen):
    review = ReviewFactory()
    stock.adjust(review.product, change=1, reason="Found")

    assert staff_client.get(f"/admin/{screen}/").status_code == 200
    assert staff_client.get(f"/admin/{screen}/?q=x").status_code == 200


# The tree


def test_the_tree_is_shown_in_its_order_with_counts(staff_client):
    kitchen, desk = CategoryFactory(name="Kitchen", sort_order=1), CategoryFactory(name="Desk", sort_order=0)
    mugs = CategoryFactory(name="Mugs", parent=kitchen, sort_order=0)
    ProductFactory.create_batch(2, category=mugs)

    rows = staff_client.get("/admin/products/category/").context["cl"].result_list

    assert [(row.name, row.tree_depth, row.product_count) for row in rows] == [
        ("Desk", 0, 0),
        ("Kitchen", 0, 0),
        ("Mugs", 1, 2),
    ]
    assert desk in rows


def test_a_category_is_made_moved_and_never_put_inside_itself(staff_client):
    above = CategoryFactory(name="Above", slug="above")
    data = {"name": "Below", "slug": "below", "parent": above.pk, "sort_order": 0, "is_active": "on"}
    assert send(staff_client, "products_category", data).status_code == 302
    below = Category.objects.get(slug="below")
    assert below.parent == above

    into_itself = {"name": "Above", "slug": "above", "parent": below.pk, "sort_order": 0, "is_active": "on"}
    refused = send(staff_client, "products_category", into_itself, above.pk)

    assert refused.status_code == 200
    assert "cannot stand inside itself" in str(refused.context["adminform"].form.errors["parent"])
    above.refresh_from_db()
    assert above.parent is None
    assert reconciliation.breaks() == []


def test_the_picture_of_a_shelf_is_checked_like_any_other(staff_client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    data = {"name": "Alder", "slug": "alder", "is_active": "on", "sort_order": 0}
    for name, field in (("products_category", "image"), ("products_brand", "logo")):
        svg = SimpleUploadedFile("a.svg", b"<svg onload='x()'/>", content_type="image/svg+xml")
        refused = send(staff_client, name, data | {field: svg})
        assert "no picture" in str(refused.context["adminform"].form.errors[field])
        big = SimpleUploadedFile("a.png", bomb(), content_type="image/png")
        assert send(staff_client, name, data | {field: big}).status_code == 200
        assert list(tmp_path.iterdir()) == []

    good = SimpleUploadedFile("a.png", encoded(), content_type="image/png")
    assert send(staff_client, "products_brand", data | {"logo": good}).status_code == 302
    assert Brand.objects.get().logo.name.startswith("brands/a")
    assert send(staff_client, "products_brand", data, Brand.objects.get().pk).status_code == 302
    assert Brand.objects.get().logo.name.startswith("brands/a")


def test_a_category_or_brand_in_use_stays_and_says_why(staff_client):
    product = ProductFactory()
    for name, row in (("category", product.category), ("brand", product.brand)):
        answer = staff_client.post(f"/admin/products/{name}/{row.pk}/delete/", {"post": "yes"}, follow=True)
        assert "still" in answer.content.decode()
        by_action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        answer = staff_client.post(f"/admin/products/{name}/", by_action, follow=True)
        assert "still" in answer.content.decode()

    assert (Category.objects.count(), Brand.objects.count()) == (1, 1)


def test_an_empty_brand_goes(staff_client):
    brand = BrandFactory()

    staff_client.post(f"/admin/products/brand/{brand.pk}/delete/", {"post": "yes"})

    assert (Brand.objects.count(), Brand.all_objects.count()) == (0, 1)


def test_a_brand_is_made_and_renamed(staff_client):
    data = {"name": "Alder", "slug": "alder", "is_active": "on"}
    assert send(staff_client, "products_brand", data).status_code == 302
    brand = Brand.objects.get()
    assert send(staff_client, "products_brand", data | {"name": "Alder & Co"}, brand.pk).status_code == 302
    assert Brand.objects.get().name == "Alder & Co"


# Attributes


def test_the_type_of_an_attribute_is_locked_once_it_has_values(staff_client):
    attribute = AttributeFactory(slug="height", attribute_type="number")
    data = {"name": "Height", "slug": "height", "attribute_type": "text", "unit": "", "sort_order": 0}
    attributes.set_values(ProductFactory(), {"height": "12"})

    assert send(staff_client, "products_productattribute", data, attribute.pk).status_code == 302

    attribute.refresh_from_db()
    assert (attribute.name, attribute.attribute_type) == ("Height", "number")


def test_only_numbers_have_a_unit(staff_client):
    data = {"name": "Care", "slug": "care", "attribute_type": "text", "unit": "cm", "sort_order": 0}

    assert "Only numbers" in send(staff_client, "products_productattribute", data).content.decode()
    assert (
        send(staff_client, "products_productattribute", data | {"attribute_type": "number"}).status_code
        == 302
    )


def test_an_attribute_with_values_stays(staff_client):
    attribute = AttributeFactory(slug="care", attribute_type="text")
    attributes.set_values(ProductFactory(), {"care": "wipe"})

    staff_client.post(f"/admin/products/productattribute/{attribute.pk}/delete/", {"post": "yes"})

    assert ProductAttribute.objects.count() == 1


# Reviews


def test_reviews_wait_on_top_and_are_approved_held_back_and_rejected(staff_client):
    shown, waiting = ReviewFactory(), ReviewFactory(is_approved=False)
    page = "/admin/products/review/"
    assert list(staff_client.get(page).context["cl"].queryset) == [waiting, shown]

    def act(action, review):
        staff_client.post(page, {"action": action, "_selected_action": [review.pk]})
        row = Review.all_objects.get(pk=review.pk)
        return row.is_approved, row.is_deleted

    assert act("approve", waiting) == (True, False)
    assert act("withdraw", waiting) == (False, False)
    assert act("reject", waiting) == (False, True)
    assert list(staff_client.get(page).context["cl"].queryset) == [shown]
    assert list(staff_client.get(f"{page}?state=rejected").context["cl"].queryset) == [waiting]


def test_nobody_rewrites_a_review_or_a_line_of_the_ledger(staff_client):
    review = ReviewFactory()
    line = StockMovement.objects.get()

    for name, row in (("review", review), ("stockmovement", line)):
        assert staff_client.post(f"/admin/products/{name}/{row.pk}/change/", {}).status_code == 403
        assert (
            staff_client.post(f"/admin/products/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
        )
        assert staff_client.get(f"/admin/products/{name}/add/").status_code == 403


# Pages and accounts


def test_a_page_is_written_and_cleaned(staff_client):
    data = {"title": "Imprint", "slug": "imprint", "language": "en", "sort_order": 1}
    data |= {"body": "<p>Us<script>x()</script></p>"}

    assert send(staff_client, "pages_page", data | {"is_published": "on"}).status_code == 302

    assert Page.objects.get().body == "<p>Us</p>"
    staff_client.post(f"/admin/pages/page/{Page.objects.get().pk}/delete/", {"post": "yes"})
    assert not Page.objects.exists()


def test_an_account_is_made_by_its_address(staff_client):
    password = "Correct-Horse-7-Battery"  # noqa: S105
    data = {
        "email": "New@Example.com", "first_name": "New", "last_name": "Person",
        "password1": password, "password2": password, "usable_password": "true",
    }  # fmt: skip

    answer = send(staff_client, "users_user", data)

    assert answer.status_code == 302, answer.context["errors"]
    person = User.objects.get(email="new@example.com")
    assert person.username == "new@example.com"
    assert person.check_password(password)
    assert not person.is_staff


# Wishlists


def test_staff_find_a_list_by_its_owner_or_what_is_on_it_and_cannot_open_its_link(
    staff_client, django_assert_num_queries
):
    owner, mug = UserFactory(email="kim@example.com"), ProductFactory(name="Harbor mug")
    item = wishlists.save(owner, product_id=mug.pk)
    wishlists.note(owner, item_id=item.pk, notes="The green one")
    other = wishlists.save(UserFactory(), product_id=ProductFactory().pk)
    changelist = reverse("admin:products_wishlist_changelist")

    for words in ("kim@example", "harbor"):
        found = staff_client.get(changelist, {"q": words}).context["cl"].result_list
        assert [one.pk for one in found] == [item.wishlist_id]
    page = staff_client.get(reverse("admin:products_wishlist_change", args=[item.wishlist_id]))
    text = page.content.decode()
    assert "The green one" in text
    assert item.wishlist.token not in text
    staff_client.get(changelist)
    with django_assert_num_queries(CHANGELIST_QUERIES):
        staff_client.get(changelist)
    for _ in range(5):
        wishlists.save(UserFactory(), product_id=mug.pk)
    wishlists.save(other.wishlist.user, product_id=mug.pk)
    with django_assert_num_queries(CHANGELIST_QUERIES):
        staff_client.get(changelist)


CHANGELIST_QUERIES = 3
