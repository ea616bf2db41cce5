"""Carts: what fits in, what is said when it does not, and whose they are."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from orders.errors import LimitReached, UnknownItem
from orders.models import MOST_UNITS, Cart, CartItem
from orders.services import cart as carts
from orders.tests.factories import CartFactory, CartItemFactory, OrderFactory
from products.errors import ChooseVariant, OutOfStock, UnknownProduct
from products.models import Product
from products.services import catalog
from products.tests.factories import AttributeFactory, ProductFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def lines(cart):
    return {item.product_id: item.quantity for item in cart.items.all()}


def test_an_account_has_a_cart_from_the_start():
    user = UserFactory()

    assert user.cart.items.count() == 0
    assert carts.open_for(user) == user.cart


def test_adding_twice_adds_up():
    cart, product = CartFactory(), ProductFactory()

    carts.add(cart, product_id=product.pk, quantity=2)
    added = carts.add(cart, product_id=product.pk, quantity=3)

    assert lines(cart) == {product.pk: 5}
    assert (added.units, added.note) == (3, "")


def test_a_cart_holds_what_is_left_and_says_so():
    cart, product = CartFactory(), ProductFactory(name="Oak stool", stock_quantity=4)

    added = carts.add(cart, product_id=product.pk, quantity=9)

    assert lines(cart) == {product.pk: 4}
    assert added.note == "You can have 4 of Oak stool: your cart holds that many now."
    with pytest.raises(LimitReached):
        carts.add(cart, product_id=product.pk, quantity=1)


def test_a_limit_per_order_holds_in_the_cart():
    cart, product = CartFactory(), ProductFactory(max_per_order=2)

    carts.add(cart, product_id=product.pk, quantity=5)

    assert lines(cart) == {product.pk: 2}


def test_a_cart_holds_so_many_different_things(monkeypatch):
    monkeypatch.setattr(carts, "MOST_LINES", 1)
    item = CartItemFactory()

    with pytest.raises(LimitReached):
        carts.add(item.cart, product_id=ProductFactory().pk, quantity=1)

    assert lines(item.cart) == {item.product_id: 1}


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"stock_quantity": 0}, OutOfStock),
        ({"is_active": False}, UnknownProduct),
    ],
)
def test_what_cannot_be_had_does_not_get_in(fields, refusal):
    cart, product = CartFactory(), ProductFactory(**fields)

    with pytest.raises(refusal):
        carts.add(cart, product_id=product.pk, quantity=1)

    assert lines(cart) == {}


def test_a_parent_asks_which_variant():
    AttributeFactory(slug="color")
    parent = ProductFactory(stock_quantity=0)
    variant = catalog.add_variant(
        parent, sku="V", options={"color": "red"}, price=Decimal(5), stock_quantity=3
    )
    cart = CartFactory()

    with pytest.raises(ChooseVariant):
        carts.add(cart, product_id=parent.pk, quantity=1)
    carts.add(cart, product_id=variant.pk, quantity=1)

    assert lines(cart) == {variant.pk: 1}


def test_a_variant_of_a_parent_that_is_off_cannot_be_had():
    AttributeFactory(slug="color")
    parent = ProductFactory(stock_quantity=0)
    variant = catalog.add_variant(
        parent, sku="V", options={"color": "red"}, price=Decimal(5), stock_quantity=3
    )
    catalog.update_product(parent, changes={"is_active": False})

    with pytest.raises(UnknownProduct):
        carts.add(CartFactory(), product_id=variant.pk, quantity=1)


def test_a_quantity_is_set_removed_and_bounded():
    item = CartItemFactory(product=ProductFactory(stock_quantity=7))

    assert carts.set_quantity(item.cart, item_id=item.pk, quantity=50).units == 7
    assert carts.set_quantity(item.cart, item_id=item.pk, quantity=3).item.quantity == 3
    assert carts.set_quantity(item.cart, item_id=item.pk, quantity=0) is None
    assert lines(item.cart) == {}


def test_nobody_changes_lines_of_another_cart():
    item, other = CartItemFactory(), CartFactory()

    for change in (carts.remove, carts.save_for_later):
        with pytest.raises(UnknownItem):
            change(other, item_id=item.pk)
    with pytest.raises(UnknownItem):
        carts.set_quantity(other, item_id=item.pk, quantity=5)

    assert lines(item.cart) == {item.product_id: 1}


def test_what_is_removed_can_be_put_back():
    item = CartItemFactory(quantity=3)

    removed = carts.remove(item.cart, item_id=item.pk)
    carts.add(item.cart, product_id=removed.product_id, quantity=removed.quantity)

    assert lines(item.cart) == {item.product_id: 3}


def test_what_is_saved_for_later_is_in_no_total_and_comes_back():
    item = CartItemFactory(quantity=3)

    saved = carts.save_for_later(item.cart, item_id=item.pk)
    assert lines(item.cart) == {}

    carts.move_to_cart(item.cart, saved_id=saved.pk)
    assert lines(item.cart) == {item.product_id: 3}
    assert item.cart.saved_items.count() == 0


@pytest.mark.parametrize(("aside", "more", "kept"), [(2, 3, 5), (60, 39, MOST_UNITS), (60, 60, MOST_UNITS)])
def test_what_is_set_aside_twice_adds_up(aside, more, kept):
    cart, product = CartFactory(), ProductFactory(stock_quantity=500)
    for units in (aside, more):
        item = carts.add(cart, product_id=product.pk, quantity=units).item
        saved = carts.save_for_later(cart, item_id=item.pk)

    assert saved.quantity == kept
    assert cart.saved_items.get().quantity == kept
    assert lines(cart) == {}


def test_what_both_carts_set_aside_adds_up_at_the_login():
    user, guest, product, other = UserFactory(), CartFactory(), ProductFactory(), ProductFactory()
    for cart, thing, units in ((user.cart, product, 2), (guest, product, 3), (guest, other, 1)):
        item = carts.add(cart, product_id=thing.pk, quantity=units).item
        carts.save_for_later(cart, item_id=item.pk)

    carts.merge(session_key=guest.session_key, user=user)

    aside = dict(user.cart.saved_items.values_list("product", "quantity"))
    assert aside == {product.pk: 5, other.pk: 1}


def test_what_sold_out_stays_aside():
    item = CartItemFactory(quantity=3)
    saved = carts.save_for_later(item.cart, item_id=item.pk)
    Product.objects.filter(pk=item.product_id).update(stock_quantity=0)

    with pytest.raises(OutOfStock):
        carts.move_to_cart(item.cart, saved_id=saved.pk)

    assert item.cart.saved_items.count() == 1


def test_logging_in_adds_up_both_carts_as_far_as_there_is_stock():
    user = UserFactory()
    shared, scarce, gone = ProductFactory(), ProductFactory(stock_quantity=3), ProductFactory()
    carts.add(user.cart, product_id=shared.pk, quantity=1)
    carts.add(user.cart, product_id=scarce.pk, quantity=2)
    guest = CartFactory()
    for product, quantity in ((shared, 4), (scarce, 3), (gone, 1)):
        carts.add(guest, product_id=product.pk, quantity=quantity)
    Product.objects.filter(pk=gone.pk).update(stock_quantity=0)

    notes = carts.merge(session_key=guest.session_key, user=user)

    assert lines(user.cart) == {shared.pk: 5, scarce.pk: 3}
    assert [scarce.name in notes[0], gone.name in notes[1]] == [True, True]
    assert not Cart.objects.filter(pk=guest.pk).exists()
    assert carts.merge(session_key=guest.session_key, user=user) == []


def test_a_cart_that_is_gone_says_so():
    cart = CartFactory()
    Cart.objects.filter(pk=cart.pk).delete()

    with pytest.raises(UnknownItem):
        carts.add(cart, product_id=ProductFactory().pk, quantity=1)


def test_old_carts_of_guests_are_dropped(settings):
    old, new, own = CartItemFactory().cart, CartFactory(), UserFactory().cart
    Cart.objects.exclude(pk=new.pk).update(
        updated_at=timezone.now() - settings.GUEST_CART_AGE - timedelta(days=1)
    )

    assert carts.drop_old() == 1
    assert set(Cart.objects.all()) == {new, own}
    assert not CartItem.objects.filter(cart_id=old.pk).exists()


@pytest.mark.parametrize("quantity", [0, MOST_UNITS + 1])
def test_the_database_refuses_a_quantity_that_cannot_be(quantity):
    item = CartItemFactory()

    with pytest.raises(IntegrityError, match="cart_item_quantity_range"), transaction.atomic():
        CartItem.objects.filter(pk=item.pk).update(quantity=quantity)


def test_a_cart_belongs_to_an_account_or_to_a_guest():
    with pytest.raises(IntegrityError, match="cart_of_an_account_or_of_a_guest"):
        Cart.objects.create()


def test_adding_costs_four_queries(django_assert_num_queries):
    cart, products = CartFactory(), ProductFactory.create_batch(30)
    for product in products[1:]:
        carts.add(cart, product_id=product.pk, quantity=1)

    with transaction.atomic(), django_assert_num_queries(6):  # two are the savepoint's
        carts.add(cart, product_id=products[0].pk, quantity=1)


# Again


def test_what_was_ordered_once_is_put_into_the_cart_again():
    order = OrderFactory(units={ProductFactory(): 2, ProductFactory(): 1}, status="delivered")
    cart = order.user.cart

    for _ in range(2):
        assert carts.reorder(cart, order=order) == []

    assert sorted(item.quantity for item in cart.items.all()) == [1, 2]


def test_what_cannot_be_had_again_is_said():
    gone, sold_out, short, same = (ProductFactory(name=name) for name in ("Gone", "Sold", "Short", "Same"))
    order = OrderFactory(units={gone: 1, sold_out: 1, short: 3, same: 1}, status="delivered")
    gone.delete()
    Product.objects.filter(pk=sold_out.pk).update(stock_quantity=0)
    Product.objects.filter(pk=short.pk).update(stock_quantity=2)

    notes = carts.reorder(order.user.cart, order=order)

    assert notes == [
        "Gone is no longer for sale.",
        "Not enough left of: Sold.",
        "You can have 2 of Short: your cart holds that many now.",
    ]
    assert {item.product: item.quantity for item in order.user.cart.items.all()} == {short: 2, same: 1}
