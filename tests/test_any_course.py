"""Any course that carts and orders can take, step by step: after each the books agree."""

from contextlib import suppress
from decimal import Decimal
from itertools import count

from django.conf import settings as shop
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from dbProject.outbox.models import OutboxEvent
from orders.errors import (
    CouponRefused,
    EmptyCart,
    IllegalTransition,
    LimitReached,
    PartlyShipped,
    PriceChanged,
)
from orders.models import Order, OrderItem, Promotion
from orders.selectors import carts as pages
from orders.services import cart as carts
from orders.services import checkout, coupons, holds, payments, reconciliation, refunding, status, timeline
from orders.tests.factories import ADDRESS, CartFactory, CouponFactory, MethodFactory, PromotionFactory
from products.errors import OutOfStock, StockRefused
from products.models import Product
from products.services import catalog, stock
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory
from tests.races.crowd import answered
from tests.trials import IS_MUTANT, ROUNDS, TRIALS

COURSES, STEPS = ROUNDS or 6, 20
ON_SALE = (("9.99", 1, "standard"), ("20.00", 3, "reduced"), ("0.35", 12, "standard"))
"""What one unit costs, how many there are, and how they are taxed."""
guests, numbers = some.sampled_from(["anna", "ben"]), some.integers(0, len(ON_SALE) - 1)
prices = some.decimals(Decimal("0.01"), 60, places=2)


class Shop(RuleBasedStateMachine):
    """Three products of which there are few, two guests, and two coupons.

    Beside the shop's books the machine keeps what no book shows: how many units were ever delivered to it,
    and what each guest was told last.
    """

    orders = Bundle("orders")

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world._from_testcase = (
            True  # as those of Django's own tests: what must be outermost still may be
        )
        self.world.__enter__()
        shelf = {"category": CategoryFactory(), "brand": BrandFactory()}
        self.products = [
            ProductFactory(**shelf, price=Decimal(price), stock_quantity=units, tax_class=tax_class)
            for price, units, tax_class in ON_SALE
        ]
        self.delivered = {product.pk: product.stock_quantity for product in self.products}
        MethodFactory()
        PromotionFactory(value=5, minimum=Decimal(40), needs_coupon=False)
        self.coupons = [CouponFactory(most_uses=1), CouponFactory(most_uses_per_customer=2)]
        self.carts = {"anna": CartFactory(), "ben": CartFactory()}
        self.told = {}
        self.numbers = count()

    def teardown(self):
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @initialize(target=orders)
    def begin_with_an_order(self):
        """Anna has ordered two things with the coupon for one use, and Ben has filled a cart."""
        for guest in ("anna", "ben"):
            for product in self.products[1:]:
                carts.add(self.carts[guest], product_id=product.pk, quantity=1)
        coupons.put_in_cart(self.carts["anna"], code=self.coupons[0].code)
        return self.buy("anna")

    # Before the order

    @rule(guest=guests, number=numbers, quantity=some.integers(1, 4))
    def put_in_cart(self, guest, number, quantity):
        with suppress(OutOfStock, LimitReached):
            carts.add(self.carts[guest], product_id=self.products[number].pk, quantity=quantity)

    @rule(guest=guests, number=numbers, quantity=some.integers(0, 4))
    def change_quantity(self, guest, number, quantity):
        line = self.carts[guest].items.filter(product=self.products[number]).first()
        if line is not None:
            with suppress(OutOfStock):
                carts.set_quantity(self.carts[guest], item_id=line.pk, quantity=quantity)

    @rule(guest=guests, number=some.integers(0, 1))
    def type_coupon(self, guest, number):
        with suppress(CouponRefused):
            coupons.put_in_cart(self.carts[guest], code=self.coupons[number].code)

    @rule(number=some.integers(0, 1), is_active=some.booleans())
    def switch_coupon(self, number, is_active):
        Promotion.objects.filter(pk=self.coupons[number].promotion_id).update(is_active=is_active)

    @rule(number=numbers, price=prices)
    def change_price(self, number, price):
        catalog.update_product(self.products[number], changes={"price": price})

    @rule(number=numbers, units=some.integers(-2, 2))
    def count_shelf(self, number, units):
        product = self.products[number]
        with suppress(StockRefused):
            stock.adjust(product, change=units, reason="counted")
            self.delivered[product.pk] += units

    @rule(guest=guests)
    def open_checkout(self, guest):
        quote = self._page(guest).quote
        self.told[guest] = quote.totals.total_amount if quote else None

    # The order

    @rule(target=orders, guest=guests)
    def order(self, guest):
        return self.buy(guest) or multiple()

    def buy(self, guest):
        """Order at what the guest was told last, and click once more; return its pk, or none if refused."""
        expected = self._expected(guest)
        click = {
            "cart": self.carts[guest],
            "email": f"{guest}@example.com",
            "shipping_address": ADDRESS,
            "idempotency_key": f"click {next(self.numbers)}",
            "total_seen": self.told.get(guest),
        }
        answer = answered(lambda: checkout.place_order(**click))
        assert type(answer) in expected
        if not isinstance(answer, Order):
            return None
        assert self.told.get(guest) in {None, answer.total_amount}
        assert checkout.place_order(**click) == answer
        return answer.pk

    def _expected(self, guest):
        """Return as what an order of this guest may end."""
        units = dict(self.carts[guest].items.values_list("product", "quantity"))
        there = dict(Product.objects.values_list("pk", "stock_quantity"))
        page = self._page(guest)
        if not units:
            return {EmptyCart}
        if any(units[pk] > there[pk] for pk in units):
            return {OutOfStock}
        if page.coupon_code and page.quote.coupon is None:
            return {CouponRefused}
        if self.told.get(guest) not in {None, page.quote.totals.total_amount}:
            return {PriceChanged}
        return {Order, CouponRefused} if page.coupon_code == self.coupons[1].code else {Order}

    def _page(self, guest):
        self.carts[guest].refresh_from_db()
        return pages.page(self.carts[guest])

    # After the order

    @rule(pk=orders, kind=some.sampled_from(["captured", "captured", "declined"]), event=some.integers(1, 2))
    def hear_of_money(self, pk, kind, event):
        """The provider may tell the same twice, and somebody may pay twice."""
        order = Order.objects.get(pk=pk)
        payments.apply_event(
            provider="test",
            event_id=f"{pk} {kind} {event}",
            order_number=order.order_number,
            kind=kind,
            amount=order.total_amount,
        )

    @rule(pk=orders)
    def cancel(self, pk):
        with suppress(IllegalTransition, PartlyShipped):
            status.cancel(Order.objects.get(pk=pk), actor=timeline.customer(None))

    @rule(pk=orders, to=some.sampled_from(Order.Status))
    def move(self, pk, to):
        with suppress(IllegalTransition, PartlyShipped, OutOfStock):
            status.move(Order.objects.get(pk=pk), to=to, actor=timeline.SHOP)

    @rule(pk=orders)
    def let_reservation_end(self, pk):
        Order.objects.filter(pk=pk).update(hold_expires_at=timezone.now())

    @rule(pk=orders)
    def let_a_week_pass(self, pk):
        Order.objects.filter(pk=pk).update(created_at=timezone.now() - shop.UNPAID_ORDER_AGE)

    @rule()
    def let_the_clock_come(self):
        holds.release_expired()
        holds.cancel_abandoned()

    @rule()
    def give_money_back(self):
        for event in OutboxEvent.objects.unfinished().filter(task="orders.tasks.refund_order"):
            refunding.settle(**event.payload, event_id=str(event.pk))

    # What holds after each step

    @invariant()
    def the_books_agree(self):
        assert reconciliation.breaks() == []

    @invariant()
    def every_unit_is_on_the_shelf_or_in_an_order(self):
        kept = Q(order__holds_stock=True) | Q(order__status=Order.Status.REFUNDED)
        sold = OrderItem.objects.filter(kept).order_by().values_list("product").annotate(Sum("quantity"))
        there = dict(Product.objects.values_list("pk", "stock_quantity"))
        with_customers = dict(sold)
        assert self.delivered == {pk: there[pk] + with_customers.get(pk, 0) for pk in there}


def test_whatever_happens_in_whatever_order_the_books_agree(db, request):
    request.node.stash[TRIALS] = COURSES
    few = settings(
        max_examples=COURSES,
        stateful_step_count=STEPS,
        phases=[phase for phase in Phase if phase is not Phase.shrink] if IS_MUTANT else Phase,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Shop, settings=few)
