"""Full shelves and carts, and clients in processes of their own who order through the service."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from typing import NamedTuple
from uuid import uuid4

from django.db import connection, connections

from orders.models import Cart, CartItem, Order
from orders.services import checkout
from orders.tests.factories import ADDRESS, MethodFactory
from products.models import Category
from products.tests.factories import BrandFactory, ProductFactory

FIRST_PRODUCT, FIRST_CART, FIRST_ORDER = 930_000_001, 910_000_001, 920_000_001
"""Primary keys that occur nowhere else in a statement, so that they can be found in it."""
PLENTY = 1_000_000
"""Units of each product: nothing sells out while its price is taken."""
PATIENCE = 120
"""Seconds that clients wait for each other."""


class Bought(NamedTuple):
    """What clients did together: orders, the seconds it took, and the CPU seconds of their processes."""

    orders: int
    seconds: float
    cpu_seconds: float


class Shelf(NamedTuple):
    """Products whose primary keys follow each other; every cart holds ``lines`` different ones of them."""

    products: int
    lines: int

    def products_of(self, cart: int) -> list[int]:
        """Return what the cart with this primary key holds; pgbench's script says the same."""
        return [FIRST_PRODUCT + (cart * 7 + self.step * line) % self.products for line in range(self.lines)]

    @property
    def step(self) -> int:
        return self.products // self.lines


def stock_shelf(*, products: int, lines: int) -> Shelf:
    """Add products to a seeded shop, and a delivery for them."""
    with connection.cursor() as cursor:
        for table, first in (("products", FIRST_PRODUCT), ("carts", FIRST_CART), ("orders", FIRST_ORDER)):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [table, first])
    MethodFactory()
    category, brand = Category.objects.filter(children=None)[0], BrandFactory()
    ProductFactory.create_batch(products, category=category, brand=brand, stock_quantity=PLENTY)
    return Shelf(products, lines)


def fill_carts(count: int, shelf: Shelf) -> range:
    """Make guests' carts and return their primary keys, which follow each other."""
    carts = Cart.objects.bulk_create(Cart(session_key=uuid4().hex) for _ in range(count))
    CartItem.objects.bulk_create(
        (
            CartItem(cart=cart, product_id=pk, quantity=1, price_seen=ProductFactory.price)
            for cart in carts
            for pk in shelf.products_of(cart.pk)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return range(carts[0].pk, carts[-1].pk + 1)


def order(cart: int) -> Order:
    """Place the order of a guest for the cart with this primary key."""
    return checkout.place_order(
        cart=Cart(pk=cart), idempotency_key=uuid4().hex, shipping_address=ADDRESS, email="guest@example.com"
    )


def buy(carts: range, *, clients: int) -> Bought:
    """Let ``clients`` processes order what is in ``carts``, each its share, all at the same time."""
    connections.close_all()  # a connection cannot be shared with the processes that are forked now
    context = multiprocessing.get_context("fork")
    start, told = context.Barrier(clients), context.SimpleQueue()
    processes = [
        context.Process(target=_client, args=(carts[number::clients], start, told.put))
        for number in range(clients)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit("a client did not get its orders")
    begins, ends, cpu_seconds = zip(*(told.get() for _ in processes), strict=True)
    return Bought(len(carts), max(ends) - min(begins), sum(cpu_seconds))


def _client(carts: range, start: Barrier, tell: Callable[[tuple[float, float, float]], None]) -> None:
    """Order what is in each cart; tell when that began and ended, and the CPU seconds it took."""
    connection.ensure_connection()
    start.wait(PATIENCE)
    begin, cpu_seconds = time.monotonic(), time.process_time()
    for cart in carts:
        order(cart)
    tell((begin, time.monotonic(), time.process_time() - cpu_seconds))
