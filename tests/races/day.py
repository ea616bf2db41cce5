"""Everybody at once, each at something else: buyers, payments, second thoughts, the clock, and staff."""

import random
from decimal import Decimal

from django.utils import timezone

from orders.errors import UnknownOrder
from orders.models import Order
from orders.selectors import carts as pages
from orders.services import cart as carts
from orders.services import coupons, holds, payments, status, timeline
from orders.tests.factories import CartFactory, CouponFactory, MethodFactory
from products.services import catalog, stock
from products.tests.factories import ProductFactory
from tests.races.crowd import answered, buyer, crowd, tally
from tests.races.storefront import shopper

PEOPLE, ACTS = 12, 8
"""How many people there are, and how many things each does in a round."""


class Day:
    """A few products of which some go quickly, and two coupons."""

    def __init__(self):
        self.products = [ProductFactory(stock_quantity=units) for units in (2, 5, 20, 200)]
        self.coupons = [CouponFactory(most_uses=5), CouponFactory(most_uses_per_customer=1)]
        MethodFactory()

    def of_somebody(self, seed):
        """Return the call of somebody who does what ``seed`` says; it returns what came of each act."""
        chance = random.Random(seed)  # noqa: S311 -- a day, not a secret

        def live():
            return [answered(lambda act=act: act(self, chance)) for act in chance.choices(DEEDS, k=ACTS)]

        return live


def fill_cart(day, chance):
    """Return the cart of a new guest, and what its page says it comes to."""
    cart = CartFactory()
    for product in chance.sample(day.products, k=chance.randint(1, 3)):
        carts.add(cart, product_id=product.pk, quantity=chance.randint(1, 2))
    if chance.random() < 1 / 4:
        coupons.put_in_cart(cart, code=chance.choice(day.coupons).code)
    return cart, pages.page(cart).quote.totals.total_amount


def buy(day, chance):
    cart, total = fill_cart(day, chance)
    return buyer(cart, total_seen=total)()


def press_the_button(day, chance):
    cart, total = fill_cart(day, chance)
    return shopper(cart, total_seen=total)()


def pay(_day, chance):
    order = recent_order(chance)
    return payments.apply_event(
        provider="test",
        event_id=f"{order.order_number}:{chance.randint(1, 2)}",
        order_number=order.order_number,
        kind="captured",
        amount=order.total_amount,
    )


def cancel(_day, chance):
    return status.cancel(recent_order(chance), actor=timeline.customer(None))


def let_time_pass(_day, chance):
    Order.objects.filter(pk=recent_order(chance).pk).update(hold_expires_at=timezone.now())
    return holds.release_expired()


def count_shelf(day, chance):
    return stock.adjust(chance.choice(day.products), change=chance.choice([-1, 1, 2]), reason="counted")


def change_price(day, chance):
    price = Decimal(chance.randint(900, 1100)) / 100
    return catalog.update_product(chance.choice(day.products), changes={"price": price})


DEEDS = [buy] * 3 + [press_the_button] * 3 + [pay] * 3 + [cancel, let_time_pass, count_shelf, change_price]
"""What people do, as often as it happens."""


def recent_order(chance):
    pks = Order.objects.order_by("-pk").values_list("pk", flat=True)[:10]
    if not pks:
        raise UnknownOrder
    return Order.objects.get(pk=chance.choice(pks))


def busy_day(people, number):
    """Let everybody live a day; return what came of all that they did."""
    day = Day()
    lives = people.at_once(*[day.of_somebody(f"{number} {one}") for one in range(people.size)])
    assert not [life for life in lives if isinstance(life, Exception)]
    return [answer for life in lives for answer in life]


def live_through(days):
    """Let ``days`` pass, and print what came of it all."""
    answers = []
    with crowd(PEOPLE) as people:
        for number in range(days):
            answers += busy_day(people, number)
    for name, times in sorted(tally(answers).items(), key=lambda found: -found[1]):
        print(f"{times:7} {name}")
