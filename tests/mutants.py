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
CHARGING, REFUNDING = "orders/services/charging.py", "orders/services/refunding.py"
CALLS, STRIPE = "orders/gateways/calls.py", "orders/gateways/stripe_checkout.py"
OUTBOX, CONSUMER = "dbProject/outbox/services.py", "dbProject/outbox/tasks.py"
ERASING = "orders/services/privacy.py"
MAIL, WEBHOOKS = "dbProject/mail.py", "orders/services/webhooks.py"

LAST_UNIT = "tests/races/test_last_unit.py::test_the_last_units_are_sold_exactly_once"
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
COUPON_COMES_BACK = (
    "orders/tests/test_checkout_sums.py::test_a_coupon_is_counted_once_and_given_back_when_the_order_goes"
)
MANY_CLICKS = "tests/races/test_payments.py::test_of_many_clicks_at_once_one_pays"
ONE_MESSAGE = "orders/tests/test_payment_webhooks.py::test_a_message_is_thanked_for_each_time_and_kept_once"
ALL_ORDERS = (
    "orders/tests/test_payment_webhooks.py::test_webhooks_lead_to_the_same_state_in_any_order_and_any_number"
)
ERASED_WHILE_ORDERING = (
    "tests/races/test_erasing.py::test_whoever_is_erased_while_they_order_leaves_an_order_without_a_name"
)
STRIPE_START = (
    "orders/tests/test_stripe.py::test_a_call_that_goes_wrong_once_is_made_again_under_the_same_key"
)
STRIPE_REFUND = "orders/tests/test_stripe.py::test_a_refund_whose_answer_is_lost_is_made_once"
TIME_FOR_TRIES = (
    "orders/tests/test_gateway_calls.py::test_an_unanswered_question_is_asked_again_while_there_is_time"
)
KILLED_AT_A_MAIL = "tests/faults/test_workers.py::test_a_worker_killed_while_it_sends_a_mail_repeats_it_once"
LOST_QUEUE = "tests/faults/test_workers.py::test_a_queue_that_is_lost_with_200_events_costs_none_of_them"
KILLED_RELAY = (
    "tests/faults/test_workers.py"
    "::test_a_relay_killed_before_and_after_it_hands_out_costs_nothing_and_repeats_nothing"
)
KILLED_AT_A_REFUND = (
    "tests/faults/test_workers.py::test_a_refund_that_was_made_in_the_moment_of_a_kill_is_not_made_again"
)
POISON = "tests/faults/test_workers.py::test_a_task_that_kills_its_process_is_begun_once_for_each_attempt"
HANGING_PROVIDER = (
    "tests/faults/test_providers.py"
    "::test_a_provider_that_hangs_takes_no_other_page_with_it_and_is_asked_again_later"
)

CANCELLED_KEEPS = Edit(STATUS, "            release(order)\n", "")
STOCK_LOCK = Edit(STOCK, 'return rows.select_for_update(of=("self",))', "return rows")
STOCK_CHECK = Edit(
    STOCK,
    "short = {p.sku: p.name for p in products if not _can_give(p, units[p.pk])}",
    "short: dict[str, str] = {}",
)
CART_LOCK = Edit(
    CHECKOUT,
    'Cart.objects.filter(**{field: pk}).select_for_update(of=("self",))',
    "Cart.objects.filter(**{field: pk})",
)
KEY = Edit(
    "orders/migrations/0001_carts_and_orders.py",
    "help_text='Scoped by the owner of the cart.', max_length=255, unique=True)",
    "help_text='Scoped by the owner of the cart.', max_length=255)",
)
COMES_BACK = Edit(CONSUMER, "reject_on_worker_lost=False", "reject_on_worker_lost=True")
KEPT_EACH_TIME = Edit(
    WEBHOOKS,
    "            event_id=message.event_id,\n",
    '            event_id=f"{message.event_id}:{PaymentWebhook.objects.count()}",\n',
)
BOOKED_EACH_TIME = Edit(
    PAYMENTS,
    "        event_id=event_id,\n        defaults",
    '        event_id=f"{event_id}:{PaymentEvent.objects.count()}",\n        defaults',
)
ANOTHER = "__import__('uuid').uuid4().hex"

MUTANTS = (
    Mutant("stock is not checked", LAST_UNIT, (STOCK_CHECK,)),
    Mutant("stock is not locked", LAST_UNIT, (STOCK_LOCK,)),
    Mutant("stock is not locked, and the database is far", f"{LAST_UNIT}[far-1]", (STOCK_LOCK,)),
    Mutant(
        "stock is written as it was read",
        LAST_UNIT,
        (
            STOCK_LOCK,
            Edit(
                STOCK,
                "    _write(changes)\n",
                "    for one in products:\n"
                "        Product.objects.filter(pk=one.pk).update(stock_quantity=one.stock_quantity)\n",
            ),
        ),
    ),
    Mutant(
        "stock is locked in the order of the cart",
        OPPOSITE_ORDER,
        (
            Edit(
                STOCK,
                'products = statements.rows("locked", _for_update, tuple(sorted(units)))',
                "products = [_for_update((pk,)).get() for pk in units]",
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
    Mutant("what a provider tells twice counts twice", ONE_ORDER, (BOOKED_EACH_TIME,)),
    Mutant(
        "money confirms without taking the stock again",
        ONE_ORDER,
        (Edit(PAYMENTS, "            status.hold_again(order)\n", "            pass\n"),),
    ),
    Mutant("a cancelled order keeps its stock", ONE_ORDER, (CANCELLED_KEEPS,)),
    Mutant("a cancelled order keeps its stock, in any course", ANY_COURSE, (CANCELLED_KEEPS,)),
    Mutant(
        "what is paid twice stays",
        ONE_ORDER,
        (Edit(PAYMENTS, "    if too_much > 0:\n", "    if False:\n"),),
    ),
    Mutant(
        "a cancelled order keeps its coupon",
        COUPON_COMES_BACK,
        (Edit(STATUS, "            coupons.give_back(order)\n", ""),),
    ),
    Mutant(
        "the outbox is bypassed: tasks are sent on commit",
        LOST_QUEUE,
        (
            Edit(
                OUTBOX,
                "    event = OutboxEvent.objects.create("
                "task=task, payload=payload, private=private, **observation.origin())\n"
                '    observation.count_step("outbox", began, task=task)\n'
                "    _poke_after_commit()\n",
                "    late = timezone.now() + timedelta(days=365)\n"
                "    event = OutboxEvent.objects.create("
                "task=task, payload=payload, private=private, due_at=late)\n"
                '    message = {**payload, "event_id": str(event.pk)}\n'
                "    transaction.on_commit(lambda: current_app.send_task(task, kwargs=message))\n",
            ),
        ),
    ),
    Mutant(
        "late acknowledgment only: the outbox hands nothing out again",
        KILLED_AT_A_MAIL,
        (
            COMES_BACK,
            Edit(
                OUTBOX,
                "due_at=timezone.now() + batch[0].patience())",
                "due_at=timezone.now() + timedelta(days=365))",
            ),
        ),
    ),
    Mutant("what kills its process comes back at once", POISON, (COMES_BACK,)),
    Mutant(
        "a mail is finished before it is sent",
        KILLED_AT_A_MAIL,
        (
            Edit(
                MAIL,
                "    letter.send()\n",
                "    outbox.finish(event_id)\n    letter.send()\n",
            ),
        ),
    ),
    Mutant(
        "a mail has another Message-ID each time",
        KILLED_AT_A_MAIL,
        (Edit(MAIL, 'f"<{event_id}@', f'f"<{{{ANOTHER}}}@'),),
    ),
    Mutant(
        "a mail is sent without being claimed",
        KILLED_RELAY,
        (Edit(MAIL, "    if not outbox.claim(event_id):\n", "    if False:\n"),),
    ),
    Mutant("a provider's message is kept as often as it comes", ONE_MESSAGE, (KEPT_EACH_TIME,)),
    Mutant("webhook deduplication is off", ALL_ORDERS, (KEPT_EACH_TIME, BOOKED_EACH_TIME)),
    Mutant(
        "a payment is started without a key",
        MANY_CLICKS,
        (Edit(CHARGING, "        key=payment.key,\n", f"        key={ANOTHER},\n"),),
    ),
    Mutant(
        "Stripe is asked for a payment without a key",
        STRIPE_START,
        (Edit(STRIPE, "sessions.create(asked, _once(charge.key))", "sessions.create(asked)"),),
    ),
    Mutant(
        "a refund has no key",
        KILLED_AT_A_REFUND,
        (Edit(REFUNDING, "            key=status.refund_key(due),\n", f"            key={ANOTHER},\n"),),
    ),
    Mutant(
        "Stripe is asked for a refund without a key",
        STRIPE_REFUND,
        (Edit(STRIPE, "refunds.create(asked, _once(key))", "refunds.create(asked)"),),
    ),
    Mutant(
        "a provider that hangs may take every thread",
        HANGING_PROVIDER,
        (
            Edit(
                CALLS,
                "    with resilience.bulkhead(name, places=settings.PAYMENT_CALLS_AT_ONCE).enter():\n",
                "    if True:\n",
            ),
        ),
    ),
    Mutant(
        "a provider is asked again when nobody waits any more",
        TIME_FOR_TRIES,
        (
            Edit(CALLS, "within_seconds=time_for_tries", "within_seconds=60"),
            Edit(CALLS, "        if deadline.left() < SHORTEST_TRY_SECONDS:\n", "        if False:\n"),
        ),
    ),
    Mutant(
        "erasing does not look again for an order that has just come",
        ERASED_WHILE_ORDERING,
        (
            Edit(
                ERASING,
                "            raise Unsettled\n        if order.documents",
                "            pass\n        if order.documents",
            ),
        ),
    ),
    Mutant(
        "erasing leaves the cart to whoever orders",
        ERASED_WHILE_ORDERING,
        (
            Edit(
                ERASING,
                '    list(Cart.objects.filter(user=user).select_for_update(of=("self",)))',
                "    pass",
            ),
        ),
    ),
)
