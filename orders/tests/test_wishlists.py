"""Wishlists: kept by one customer, read by who has the link, moved to the cart."""

from decimal import Decimal

import pytest

from orders.models import CartItem
from products.errors import UnknownWishlist, WishlistRefused
from products.models import Wishlist, WishlistItem
from products.services import catalog, pictures, wishlists
from products.tests.factories import AttributeFactory, ProductFactory
from products.tests.pictures import picture
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(client):
    user = UserFactory(first_name="Ada")
    client.force_login(user)
    return user


def page(client, address):
    return client.get(address).content.decode()


def test_a_product_is_saved_once_on_a_first_list_that_is_made_by_it():
    user, mug = UserFactory(), ProductFactory()

    assert wishlists.save(user, product_id=mug.pk) == wishlists.save(user, product_id=mug.pk)
    birthday = wishlists.create(user, name="Birthday")
    assert wishlists.create(user, name="Birthday") == birthday
    wishlists.save(user, product_id=mug.pk, wishlist_id=birthday.pk)

    assert Wishlist.objects.filter(user=user).count() == WishlistItem.objects.count() == 2
    with pytest.raises(UnknownWishlist):
        wishlists.save(UserFactory(), product_id=mug.pk, wishlist_id=birthday.pk)


def test_lists_have_limits(monkeypatch):
    monkeypatch.setattr(wishlists, "MOST_LISTS", 1)
    monkeypatch.setattr(wishlists, "MOST_ITEMS", 1)
    user, (mug, bowl) = UserFactory(), ProductFactory.create_batch(2)
    wishlists.save(user, product_id=mug.pk)

    with pytest.raises(WishlistRefused):
        wishlists.save(user, product_id=bowl.pk)
    with pytest.raises(WishlistRefused):
        wishlists.create(user, name="Another")


def test_from_the_page_of_all_a_visitor_is_led_to_log_in_and_then_asked_once(client):
    mug = ProductFactory(slug="mug")
    address = f"/account/wishlists/save/{mug.pk}/"
    assert f'href="{address}"' in page(client, "/products/mug/")
    assert client.get(address).url == f"/accounts/login/?next={address}"

    client.force_login(UserFactory())
    assert "Save it" in page(client, address)
    assert client.post(address).status_code == 303
    assert WishlistItem.objects.get().product == mug


def test_who_has_the_link_reads_the_list_until_it_is_revoked(client, customer):
    item = wishlists.save(customer, product_id=ProductFactory(name="Mug").pk)
    wishlists.note(customer, item_id=item.pk, notes="In <b>blue</b>, please")
    address = f"/wishlists/{item.wishlist.token}/"
    assert client.get(address).status_code == 404

    client.post(f"/account/wishlists/{item.wishlist_id}/share/")
    client.logout()
    html = page(client, address)
    assert "A wishlist of Ada" in html
    assert "In &lt;b&gt;blue&lt;/b&gt;, please" in html
    assert customer.email not in html
    assert 'content="noindex"' in html

    client.force_login(customer)
    client.post(f"/account/wishlists/{item.wishlist_id}/share/", {"stop": "1"})
    client.post(f"/account/wishlists/{item.wishlist_id}/share/")
    assert client.get(address).status_code == 404
    assert client.get(f"/wishlists/{Wishlist.objects.get().token}/").status_code == 200


def test_a_wish_moves_to_the_cart_once_and_stays_when_it_is_sold_out(client, customer):
    mug, gone = ProductFactory(), ProductFactory(stock_quantity=0)
    wish, other = (wishlists.save(customer, product_id=one.pk) for one in (mug, gone))

    assert client.post(f"/account/wishlists/items/{wish.pk}/move/").status_code == 303
    assert client.post(f"/account/wishlists/items/{wish.pk}/move/").status_code == 404
    assert client.post(f"/account/wishlists/items/{other.pk}/move/").status_code == 303

    assert [(line.product, line.quantity) for line in CartItem.objects.all()] == [(mug, 1)]
    assert list(WishlistItem.objects.all()) == [other]


def test_a_list_gets_another_name_unless_another_list_has_it(client, customer):
    first, second = (wishlists.create(customer, name=name) for name in ("Birthday", "Kitchen"))
    address = f"/account/wishlists/{first.pk}/"

    for name in ("Garden", "Garden", "", "x" * 101):
        assert client.post(f"{address}rename/", {"name": name}).url == address
    assert "<h1>Garden</h1>" in page(client, address)

    client.post(f"{address}rename/", {"name": second.name})
    assert "Another list of yours is called Kitchen." in page(client, address)
    assert set(Wishlist.objects.values_list("name", flat=True)) == {"Garden", "Kitchen"}


def test_a_note_that_is_too_long_is_refused_and_the_one_before_stays(client, customer):
    item = wishlists.save(customer, product_id=ProductFactory().pk)
    wishlists.note(customer, item_id=item.pk, notes="In blue")

    for notes in ("x" * 501, "\x00"):
        assert client.post(f"/account/wishlists/items/{item.pk}/", {"notes": notes}).status_code == 303

    assert WishlistItem.objects.get().notes == "In blue"


def test_what_is_removed_leaves_its_list_once_and_a_list_goes_with_all_that_is_on_it(client, customer):
    first, second = (wishlists.save(customer, product_id=ProductFactory().pk) for _ in range(2))
    its_list, all_lists = f"/account/wishlists/{first.wishlist_id}/", "/account/wishlists/"

    places = [client.post(f"/account/wishlists/items/{first.pk}/remove/").url for _ in range(2)]
    assert places == [its_list, all_lists]
    assert list(WishlistItem.objects.all()) == [second]

    for _ in range(2):
        assert client.post(f"{its_list}delete/").url == all_lists
    assert not WishlistItem.objects.exists()


def test_a_variant_without_a_picture_of_its_own_shows_that_of_its_parent(
    client, customer, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    AttributeFactory(slug="color")
    parent = ProductFactory(stock_quantity=0)
    pictures.add(parent, picture(), alt_text="Both of them")
    variant = catalog.add_variant(parent, sku="V", options={"color": "red"}, price=Decimal(5))
    item = wishlists.save(customer, product_id=variant.pk)

    assert 'alt="Both of them"' in page(client, f"/account/wishlists/{item.wishlist_id}/")


@pytest.mark.parametrize("count", [1, 12])
def test_a_list_costs_the_same_however_long_it_is(client, customer, count, django_assert_num_queries):
    for product in ProductFactory.create_batch(count):
        item = wishlists.save(customer, product_id=product.pk)
    address = f"/account/wishlists/{item.wishlist_id}/"
    page(client, address)

    with django_assert_num_queries(QUERIES):
        page(client, address)


QUERIES = 7
"""Account, cart, list, items, their products and covers, which mails come; the session is remembered."""
