"""One customer, several windows: a thing is saved once, limits hold, what moves moves once."""

from functools import partial

import pytest

from orders.models import CartItem
from orders.services import cart as carts
from products.models import Wishlist, WishlistItem
from products.services import wishlists
from products.tests.factories import ProductFactory
from tests.races.crowd import answered, crowd, tally
from users.tests.factories import UserFactory

pytestmark = pytest.mark.race
WINDOWS = 4


def test_a_thing_is_saved_once_and_its_list_made_once(rounds):
    mug = ProductFactory()

    with crowd(WINDOWS) as windows:
        for _ in rounds(5):
            user = UserFactory()

            answers = windows.at_once(*[partial(wishlists.save, user, product_id=mug.pk)] * WINDOWS)

            assert len({answer.pk for answer in answers}) == 1
            assert Wishlist.objects.filter(user=user).count() == 1


def test_no_list_holds_more_than_it_may(rounds, monkeypatch):
    monkeypatch.setattr(wishlists, "MOST_ITEMS", 2)
    things = ProductFactory.create_batch(WINDOWS)

    with crowd(WINDOWS) as windows:
        for _ in rounds(5):
            user = UserFactory()
            saves = [
                partial(answered, partial(wishlists.save, user, product_id=thing.pk)) for thing in things
            ]

            assert tally(windows.at_once(*saves)) == {"WishlistItem": 2, "WishlistRefused": 2}
            assert WishlistItem.objects.filter(wishlist__user=user).count() == 2


def test_what_moves_to_the_cart_moves_once(rounds):
    mug = ProductFactory(stock_quantity=99)

    with crowd(WINDOWS) as windows:
        for _ in rounds(5):
            user = UserFactory()
            cart, item = carts.open_for(user), wishlists.save(user, product_id=mug.pk)

            move = partial(carts.move_from_wishlist, cart, user=user, item_id=item.pk)

            answers = windows.at_once(*[partial(answered, move)] * WINDOWS)

            assert tally(answers) == {"Added": 1, "UnknownWishlist": WINDOWS - 1}
            assert CartItem.objects.get(cart=cart).quantity == 1
            assert not WishlistItem.objects.filter(pk=item.pk).exists()


def test_what_leaves_the_cart_is_added_once_to_what_is_set_aside(rounds):
    mug = ProductFactory(stock_quantity=99)

    with crowd(WINDOWS) as windows:
        for _ in rounds(5):
            cart = carts.open_for(UserFactory())
            aside = carts.add(cart, product_id=mug.pk, quantity=2).item
            carts.save_for_later(cart, item_id=aside.pk)
            line = carts.add(cart, product_id=mug.pk, quantity=3).item

            save = partial(answered, partial(carts.save_for_later, cart, item_id=line.pk))

            assert tally(windows.at_once(*[save] * WINDOWS)) == {"SavedItem": 1, "UnknownItem": WINDOWS - 1}
            assert cart.saved_items.get().quantity == 5
            assert not cart.items.exists()
