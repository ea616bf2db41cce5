"""Somebody holds the row for longer than anybody waits for it."""

from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from dbProject.locks import Busy
from orders.models import Cart, Order
from products.tests.factories import ProductFactory
from tests.races.crowd import PATIENCE, buyer, carts_with
from tests.races.storefront import browser_of, shopper

pytestmark = pytest.mark.race


@contextmanager
def held(row):
    """Have the row locked by somebody else, and here no patience to wait for them."""
    is_held, may_go = Event(), Event()

    def hold():
        with transaction.atomic():
            type(row).objects.select_for_update().get(pk=row.pk)
            is_held.set()
            may_go.wait(PATIENCE)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    try:
        assert is_held.wait(PATIENCE)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        yield
    finally:
        may_go.set()
        holder.join()
        connection.close()  # and with it that impatience


def test_who_waits_too_long_is_told_so_and_orders_with_the_next_click():
    product = ProductFactory(stock_quantity=1)
    (cart,) = carts_with({product: 1}, count=1)
    with held(product), pytest.raises(Busy):
        buyer(cart)()

    assert (Order.objects.count(), cart.items.count()) == (0, 1)
    assert type(buyer(cart)()) is Order


def test_the_checkout_says_so_and_keeps_what_was_typed():
    product = ProductFactory()
    (cart,) = carts_with({product: 1}, count=1)
    press = shopper(cart)
    with held(product):
        assert press() == "Busy"

    assert type(press()) is Order


def test_any_other_page_says_so():
    product = ProductFactory()
    (cart,) = carts_with({product: 1}, count=1)
    with held(Cart.objects.get(pk=cart.pk)):
        answer = browser_of(cart).post("/cart/add/", {"product_id": product.pk})

    assert answer.status_code == 503
    assert "please try again" in answer.content.decode()
    assert cart.items.get().quantity == 1
