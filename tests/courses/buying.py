"""Steps before an order: carts, coupons, prices, and the click itself."""

from contextlib import suppress
from decimal import Decimal

from hypothesis import strategies as some
from hypothesis.stateful import multiple, rule

from orders.errors import CouponRefused, EmptyCart, LimitReached, PriceChanged
from orders.models import Order, Promotion
from orders.selectors import carts as pages
from orders.services import cart as carts
from orders.services import checkout, coupons
from orders.tests.factories import ADDRESS
from products.errors import OutOfStock, StockRefused
from products.models import Product
from products.services import catalog, stock
from tests.courses.world import World, guests, numbers, orders
from tests.races.crowd import answered

prices = some.decimals(Decimal("0.01"), 60, places=2)


class Buying(World):
    """Guests fill carts and order; staff change prices, coupons and the shelf under them."""

    def first_order(self):
        """Let Anna order two things with the coupon for one use, and Ben fill a cart; return her order."""
        for guest in ("anna", "ben"):
            for product in self.products[1:]:
                carts.add(self.carts[guest], product_id=product.pk, quantity=1)
        coupons.put_in_cart(self.carts["anna"], code=self.coupons[0].code)
        return self.buy("anna")

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
