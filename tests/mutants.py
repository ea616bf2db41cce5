"""What the races have to notice: the shop broken on purpose, one promise at a time.

``./shop prove --mutants`` makes each of these changes in a copy of the shop and runs the test that has to
fail there. A mutant that survives says that the test proves nothing.
"""

from typing import NamedTuple


class Edit(NamedTuple):
    """One change: ``old``, which occurs once in the file at ``path``, becomes ``new``."""

    path: str
    old: str
    new: str


class Mutant(NamedTuple):
    """Edits that break a promise, and the test that notices."""

    name: str
    test: str
    edits: tuple[Edit, ...]

    @property
    def needs_new_database(self) -> bool:
        """Say whether it changes tables."""
        return any("/migrations/" in edit.path for edit in self.edits)


STOCK, CHECKOUT = "products/services/stock.py", "orders/services/checkout.py"
COUPONS, HOLDS = "orders/services/coupons.py", "orders/services/holds.py"
STATUS, PAYMENTS = "orders/services/status.py", "orders/services/payments.py"

LAST_UNIT = "tests/races/test_last_unit.py::test_the_last_units_are_sold_exactly_once"
FAR_LAST_UNIT = "tests/races/test_far_database.py::test_the_last_units_are_sold_exactly_once"
OPPOSITE_ORDER = "tests/races/test_last_unit.py::test_two_products_in_opposite_order_let_everybody_through"
ONE_CLICK = "tests/races/test_last_unit.py::test_one_click_many_times_is_one_order"
ONE_KEY = "orders/tests/test_checkout.py::test_no_two_orders_have_the_same_key"
ONE_USE = "tests/races/test_promises.py::test_a_coupon_for_one_use_is_used_once"
ONE_USE_EACH = "tests/races/test_promises.py::test_a_coupon_for_one_use_each_is_used_once_by_each"
PRICES = "tests/races/test_promises.py::test_while_prices_move_nobody_is_charged_what_they_did_not_see"
ONE_ORDER = (
    "tests/races/test_one_order.py::test_expiry_cancellation_and_payment_of_one_order_at_the_same_moment"
)
ANY_COURSE = "tests/test_any_course.py::test_whatever_happens_in_whatever_order_the_books_agree"

STOCK_LOCK = Edit(STOCK, 'products = list(rows.select_for_update(of=("self",)))', "products = list(rows)")
STOCK_CHECK = Edit(
    STOCK,
    "short = {p.sku: p.name for p in products if not _can_give(p, units[p.pk])}",
    "short: dict[str, str] = {}",
)
CART_LOCK = Edit(
    CHECKOUT,
    'Cart.objects.filter(**mine).select_for_update(of=("self",)).first()',
    "Cart.objects.filter(**mine).first()",
)
KEY = Edit(
    "orders/migrations/0001_carts_and_orders.py",
    "help_text='Scoped by the owner of the cart.', max_length=255, unique=True)",
    "help_text='Scoped by the owner of the cart.', max_length=255)",
)

MUTANTS = (
    Mutant("stock is not checked", LAST_UNIT, (STOCK_CHECK,)),
    Mutant("stock is not locked", LAST_UNIT, (STOCK_LOCK,)),
    Mutant("stock is not locked, and the database is far", FAR_LAST_UNIT, (STOCK_LOCK,)),
    Mutant(
        "stock is written as it was read",
        LAST_UNIT,
        (
            STOCK_LOCK,
            Edit(
                STOCK,
                'stock_quantity=F("stock_quantity") + change,',
                "stock_quantity=Case("
                "*(When(pk=product.pk, then=Value(product.stock_quantity)) for product in products)),",
            ),
        ),
    ),
    Mutant(
        "stock is locked in the order of the cart",
        OPPOSITE_ORDER,
        (
            Edit(
                STOCK,
                'products = list(rows.select_for_update(of=("self",)))',
                'products = [rows.select_for_update(of=("self",)).get(pk=pk) for pk in units]',
            ),
        ),
    ),
    Mutant("the cart is not locked", ONE_CLICK, (CART_LOCK,)),
    Mutant("neither cart nor key", ONE_CLICK, (CART_LOCK, KEY)),
    Mutant("the key is not unique", ONE_KEY, (KEY,)),
    Mutant(
        "the total seen is not compared",
        PRICES,
        (Edit(CHECKOUT, "if total_seen not in (None, quote.totals.total_amount):", "if False:"),),
    ),
    Mutant(
        "the total comes from the form",
        PRICES,
        (
            Edit(
                CHECKOUT,
                "if total_seen not in (None, quote.totals.total_amount):",
                "if total_seen is not None:\n"
                "        from dataclasses import replace\n"
                "        quote = replace(quote, totals=replace(quote.totals, total_amount=total_seen))\n"
                "    if False:",
            ),
        ),
    ),
    Mutant(
        "a coupon's uses are counted without a condition",
        ONE_USE,
        (
            Edit(
                COUPONS,
                "Coupon.objects.filter(left, pk=coupon.pk, is_active=True)",
                "Coupon.objects.filter(pk=coupon.pk)",
            ),
        ),
    ),
    Mutant(
        "a customer's own uses are not counted",
        ONE_USE_EACH,
        (Edit(COUPONS, "    if most is not None and offers.uses_by", "    if False and offers.uses_by"),),
    ),
    Mutant(
        "an order is not locked",
        ONE_ORDER,
        (
            Edit(
                STATUS,
                'Order.all_objects.select_for_update(of=("self",)).filter(pk=pk).first()',
                "Order.all_objects.filter(pk=pk).first()",
            ),
        ),
    ),
    Mutant(
        "an ended reservation is not looked at again under its lock",
        ONE_ORDER,
        (
            Edit(
                HOLDS,
                'Order.all_objects.expired().filter(pk=pk).select_for_update(of=("self",), skip_locked=True)',
                "Order.all_objects.filter(pk=pk)",
            ),
        ),
    ),
    Mutant(
        "stock is put back whether it is held or not",
        ONE_ORDER,
        (
            Edit(
                STATUS,
                "    if order.holds_stock:\n        stock.put_back",
                "    if True:\n        stock.put_back",
            ),
        ),
    ),
    Mutant(
        "what a provider tells twice counts twice",
        ONE_ORDER,
        (
            Edit(
                PAYMENTS,
                "        event_id=event_id,\n        defaults",
                '        event_id=f"{event_id}:{PaymentEvent.objects.count()}",\n        defaults',
            ),
        ),
    ),
    Mutant(
        "money confirms without taking the stock again",
        ONE_ORDER,
        (Edit(PAYMENTS, "            status.hold_again(order)\n", "            pass\n"),),
    ),
    Mutant(
        "a cancelled order keeps its stock",
        ANY_COURSE,
        (Edit(STATUS, "            release(order)\n", ""),),
    ),
    Mutant(
        "what is paid twice stays",
        ONE_ORDER,
        (Edit(PAYMENTS, "    if too_much > 0:\n", "    if False:\n"),),
    ),
    Mutant(
        "a cancelled order keeps its coupon",
        ANY_COURSE,
        (Edit(STATUS, "            coupons.give_back(order)\n", ""),),
    ),
)
