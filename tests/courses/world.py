"""The shop in which every course is run: few products, two guests, a bank, and what holds after each step."""

import shutil
from collections import Counter
from decimal import Decimal
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from hypothesis import strategies as some
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant

from orders.gateways.test_bank import ledger
from orders.models import Order, OrderItem, ReturnItem
from orders.services import reconciliation
from orders.tests.factories import CartFactory, CouponFactory, MethodFactory, PromotionFactory
from products.models import Product
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory

ON_SALE = (("9.99", 1, "standard"), ("20.00", 3, "reduced"), ("0.35", 12, "standard"))
"""What one unit costs, how many there are, and how they are taxed."""
orders = Bundle("orders")
"""Primary keys of the orders of a course."""
guests, numbers = some.sampled_from(["anna", "ben"]), some.integers(0, len(ON_SALE) - 1)


class World(RuleBasedStateMachine):
    """Three products of which there are few, two guests, two coupons, and a bank that opened today.

    Beside the shop's books the machine keeps what no book shows: how many units were ever delivered to it,
    and what each guest was told last.
    """

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world._from_testcase = (
            True  # as those of Django's own tests: what must be outermost still may be
        )
        self.world.__enter__()
        shutil.rmtree(Path(settings.TEST_BANK_LEDGER).parent, ignore_errors=True)
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

    @invariant()
    def the_books_agree(self):
        assert reconciliation.breaks() == []

    @invariant()
    def every_unit_is_on_the_shelf_or_with_an_order(self):
        kept = Q(order__holds_stock=True) | Q(order__status=Order.Status.REFUNDED)
        sold = dict(
            OrderItem.objects.filter(kept).order_by().values_list("product").annotate(Sum("quantity"))
        )
        back = dict(
            ReturnItem.objects.order_by().values_list("item__product").annotate(Sum("restocked_quantity"))
        )
        there = dict(Product.objects.values_list("pk", "stock_quantity"))
        assert self.delivered == {pk: there[pk] + sold.get(pk, 0) - back.get(pk, 0) for pk in there}

    @invariant()
    def the_bank_gives_back_no_more_than_it_took(self):
        cents = Counter()
        for movement in ledger.movements():
            cents[movement.reference, movement.kind] += movement.cents
        assert all(cents[payment, "refunded"] <= cents[payment, "captured"] for payment, _kind in list(cents))
