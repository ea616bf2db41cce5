"""Somebody is erased while they are at it, or twice at once: nothing of them is left, and the books agree."""

from functools import partial

import pytest
from rest_framework.test import APIClient

from dbProject import personal_data
from dbProject.access import services as access
from dbProject.errors import ShopError
from dbProject.idempotency.models import StoredAnswer
from orders.errors import EmptyCart
from orders.models import Cart, Order
from orders.services import cart, checkout
from orders.services import privacy as of_orders
from orders.tests.factories import ADDRESS, CartFactory, CartItemFactory
from products.models import Product, Review
from products.services import reviews, stock
from products.tests.factories import ProductFactory
from tests import traces
from tests.races.crowd import before, crowd, rival, tally
from tests.traces import traces_left
from users.models import User
from users.services import accounts
from users.tests.factories import UserFactory

pytestmark = pytest.mark.race

UNITS = 5


def customer(product):
    user = UserFactory(is_verified=True)
    CartItemFactory(cart=CartFactory(user=user), product=product, quantity=1)
    return user


def buying(user):
    return lambda: checkout.place_order(user=user, idempotency_key="click", shipping_address=ADDRESS)


def erasing(user):
    return lambda: personal_data.erase(User.objects.filter(pk=user.pk).first() or user)


def nobody_is_left(product):
    assert not User.objects.exists()
    assert not Cart.objects.exists()
    assert not Order.all_objects.exclude(user=None, email="erased@erased.invalid").exists()
    assert not Order.all_objects.exclude(status=Order.Status.CANCELLED).exists()
    assert Product.objects.get(pk=product.pk).stock_quantity == UNITS


@pytest.mark.parametrize(
    "moment", [(stock, "take_within"), (checkout, "_insert_lines")], ids=["early", "late"]
)
def test_whoever_is_erased_while_they_order_leaves_an_order_without_a_name(moment, monkeypatch):
    product = ProductFactory(stock_quantity=UNITS)
    user = customer(product)
    with rival(erasing(user)) as other:
        before(monkeypatch, *moment, other)
        order = buying(user)()

    assert other.answer is None
    assert Order.all_objects.get().order_number == order.order_number
    nobody_is_left(product)


@pytest.mark.parametrize("moment", ["_erase", "_placed_by"])
def test_whoever_orders_while_they_are_erased_has_ordered_nothing_that_names_them(moment, monkeypatch):
    product = ProductFactory(stock_quantity=UNITS)
    user = customer(product)
    with rival(buying(user)) as other:
        before(monkeypatch, of_orders, moment, other)
        personal_data.erase(user)

    # Before the cart is locked the order comes first, and is settled and erased too; then it finds no cart.
    assert type(other.answer) is {"_placed_by": Order, "_erase": EmptyCart}[moment]
    nobody_is_left(product)


def test_whoever_is_erased_twice_at_once_is_erased_once(client):
    theodora = traces.theodora(client)
    with crowd(4) as people:
        answers = people.at_once(*[erasing(theodora)] * 4)

    assert tally(answers) == {"NoneType": 4}
    assert traces_left() == []


def test_whoever_is_erased_orders_and_is_erased_again_at_once_is_gone(rounds):
    with crowd(4) as people:
        for _ in rounds(5):
            product = ProductFactory(stock_quantity=UNITS)
            user = customer(product)
            calls = [buying(user), erasing(user), buying(user), erasing(user)]
            answers = people.at_once(*calls, within=0.05)

            assert all(answer is None for answer in answers[1::2])
            assert all(isinstance(answer, Order | ShopError) for answer in answers[::2])
            nobody_is_left(product)


def by_api(user):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {access.log_in(user)}")


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "click"}], ids=["plain", "keyed"])
@pytest.mark.parametrize(
    "moment", [(stock, "take_within"), (checkout, "_insert_lines")], ids=["early", "late"]
)
def test_whoever_is_erased_while_they_order_by_api_is_told_so_and_nothing_is_ordered(
    moment, key, monkeypatch
):
    product = ProductFactory(stock_quantity=UNITS)
    user = UserFactory(is_verified=True)
    client = by_api(user)
    wanted = {"items": [{"product": product.pk, "quantity": 2}], "shipping_address": ADDRESS}
    with rival(erasing(user)) as other:
        before(monkeypatch, *moment, other)
        answer = client.post("/api/orders/", wanted, format="json", headers=key)

    assert (answer.status_code, answer.json()["code"], other.answer) == (401, "account_gone", None)
    assert not Order.all_objects.exists()
    assert not StoredAnswer.objects.exists()
    nobody_is_left(product)


@pytest.mark.parametrize(
    ("method", "path", "sent", "moment", "answered"),
    [
        ("patch", "/api/users/me/", {"first_name": "Late"}, (accounts, "lock"), (401, "account_gone")),
        ("post", "/api/products/{pk}/reviews/", {"rating": 5}, (reviews, "write"), (401, "account_gone")),
        ("post", "/api/cart/add/", {"product_id": "{pk}"}, (cart, "add"), (404, "unknown_item")),
    ],
)
def test_whatever_else_somebody_writes_by_api_while_they_are_erased_is_not_written(
    method, path, sent, moment, answered, monkeypatch
):
    product = ProductFactory(stock_quantity=UNITS)
    user = UserFactory(is_verified=True)
    client = by_api(user)
    filled = {name: product.pk if said == "{pk}" else said for name, said in sent.items()}
    with rival(erasing(user)) as other:
        before(monkeypatch, *moment, other)
        answer = getattr(client, method)(path.format(pk=product.pk), filled, format="json")

    assert (answer.status_code, answer.json()["code"], other.answer) == (*answered, None)
    assert not Review.all_objects.exists()
    nobody_is_left(product)


def test_orders_by_api_and_erasing_at_once_end_in_one_or_the_other(rounds):
    with crowd(4) as people:
        for _ in rounds(5):
            product = ProductFactory(stock_quantity=UNITS)
            user = UserFactory(is_verified=True)
            wanted = {"items": [{"product": product.pk, "quantity": 1}], "shipping_address": ADDRESS}
            orders = [partial(by_api(user).post, "/api/orders/", wanted, format="json") for _ in range(3)]
            *answers, erased = people.at_once(*orders, erasing(user), within=0.05)

            assert erased is None
            assert {answer.status_code for answer in answers} <= {201, 401}
            nobody_is_left(product)
