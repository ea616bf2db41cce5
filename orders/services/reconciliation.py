"""Proof that the books of orders agree: what no constraint can hold because it spans rows."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Coalesce
from django.utils import timezone

from dbProject.metrics import services as metrics
from dbProject.models import HALF_CENT, to_the_cent
from dbProject.outbox import services as outbox
from orders.models import (
    Coupon,
    CouponUse,
    Order,
    OrderDiscount,
    OrderEvent,
    OrderItem,
    Payment,
    PaymentEvent,
    Refund,
    Return,
    ReturnItem,
    ShipmentItem,
)
from orders.selectors import documents as papers
from orders.selectors import past
from orders.selectors.fulfillment import units_of
from orders.services import documents, provider_books
from products.models import StockMovement
from products.services import reconciliation as catalog
from products.services.reconciliation import Break

logger = logging.getLogger(__name__)

CENT = Decimal("0.01")
LATE = timedelta(minutes=10)
"""How long the schedule may be late before an order counts as stuck."""


def breaks() -> list[Break]:
    """Return every disagreement of catalog and orders; none, or something is broken."""
    return [*catalog.breaks(), *(found for rule in RULES for found in rule())]


def mend() -> int:
    """Bring what follows from other rows up to date again; return how many rows that were.

    The ledgers decide over the counters. What a person has to decide stays.
    """
    return _mend_counters() + documents.mend()


@transaction.atomic
def _mend_counters() -> int:
    mended = catalog.mend()
    for coupon in _coupon_counters().select_for_update(of=("self",)):
        coupon.uses = CouponUse.objects.filter(coupon=coupon, given_back_at=None).count()
        coupon.save(update_fields=["uses", "updated_at"])
        mended += 1
    return mended


def look() -> list[Break]:
    """Return what :func:`breaks` finds, and note how many there are: that is what alerts go by."""
    found = breaks()
    metrics.note("reconcile_breaks", len(found))
    return found


def log_breaks() -> int:
    """Log every disagreement at ERROR; return how many there are."""
    found = look()
    for one in found:
        logger.error("The books disagree: %s %s: %s", one.rule, one.subject, one.detail)
    return len(found)


def _amounts() -> Iterable[Break]:
    """Lines sum to the order's totals, to the cent."""
    of_order = OrderItem.objects.filter(order=OuterRef("pk")).order_by().values("order")
    zero = Decimal()
    rows = Order.all_objects.annotate(
        net=Coalesce(Subquery(of_order.annotate(s=Sum("net_amount")).values("s")), zero),
        tax=Coalesce(Subquery(of_order.annotate(s=Sum("tax_amount")).values("s")), zero),
        gross=Coalesce(Subquery(of_order.annotate(s=Sum("gross_amount")).values("s")), zero),
    ).exclude(
        to_the_cent("net", F("subtotal") - F("discount_amount")),
        to_the_cent("tax", F("tax_amount") - F("shipping_tax_amount")),
        to_the_cent("gross", F("total_amount") - F("shipping_gross")),
    )
    for order in rows.only("order_number", "total_amount"):
        yield Break("amounts", order.order_number, f"lines do not sum to {order.total_amount}")


def _lines() -> Iterable[Break]:
    """A line is charged what its discount leaves of its price, with the tax of its rate, to the cent."""
    left = F("total_price") - F("discount_amount")
    charged = Q(to_the_cent("gross_amount", left), order__prices_include_tax=True) | Q(
        to_the_cent("net_amount", left), order__prices_include_tax=False
    )
    rows = OrderItem.objects.filter(order__is_historic=False).annotate(
        tax_off=Abs(F("tax_amount") - F("net_amount") * F("tax_rate"))
    )
    wrong = rows.exclude(charged) | rows.filter(tax_off__gte=CENT)
    figures = (
        "order__order_number",
        "product_sku",
        "total_price",
        "discount_amount",
        "net_amount",
        "tax_amount",
    )
    for number, sku, price, discount, net, tax in wrong.values_list(*figures):
        yield Break("lines", number, f"{sku}: {price} less {discount} is not {net} and {tax} tax")


def _discounts() -> Iterable[Break]:
    """What the discounts of an order come to is off its lines; where delivery is free, off that as well."""
    of_order = OrderItem.objects.filter(order=OuterRef("pk")).order_by().values("order")
    reasons = OrderDiscount.objects.filter(order=OuterRef("pk")).order_by().values("order")
    zero = Decimal()
    rows = Order.all_objects.filter(is_historic=False).annotate(
        off=Coalesce(Subquery(of_order.annotate(s=Sum("discount_amount")).values("s")), zero),
        told=Coalesce(Subquery(reasons.annotate(s=Sum("amount")).values("s")), zero),
    )
    wrong = rows.exclude(to_the_cent("told", F("off"))).exclude(shipping_gross=0, told__gt=F("off"))
    for number, off, told in wrong.values_list("order_number", "off", "told"):
        yield Break("discounts", number, f"lines have {off} less, discounts tell of {told}")


def _held_stock() -> Iterable[Break]:
    """The ledger of stock has taken for each order what it holds and has not come back, and nothing else."""
    moved = StockMovement.objects.filter(reference=OuterRef("order_number"))
    taken = moved.order_by().values("reference").annotate(units=-Sum("change")).values("units")
    ordered = OrderItem.objects.filter(order=OuterRef("pk")).order_by().values("order")
    items = ReturnItem.objects.filter(parent__order=OuterRef("pk")).order_by().values("parent__order")
    back = items.annotate(units=Sum("restocked_quantity")).values("units")
    rows = Order.all_objects.filter(deleted_at=None).annotate(
        taken=Coalesce(Subquery(taken, output_field=IntegerField()), 0),
        ordered=Coalesce(Subquery(ordered.annotate(units=Sum("quantity")).values("units")), 0)
        - Coalesce(Subquery(back, output_field=IntegerField()), 0),
    )
    gone = Q(status__in=[Order.Status.REFUNDED])  # what was delivered is not back on the shelf
    right = Q(holds_stock=True, taken=F("ordered")) | Q(holds_stock=False, taken=0)
    wrong = rows.exclude(right).exclude(gone & Q(taken=F("ordered")))
    for number, ordered_units, taken_units, status in wrong.values_list(
        "order_number", "ordered", "taken", "status"
    ):
        yield Break("held", number, f"keeps {ordered_units}, taken {taken_units}, {status}")


def _fulfillment() -> Iterable[Break]:
    """No more has left than was ordered, or came back than had left; what is shipped has left entirely."""
    status = Order.Status
    rows = OrderItem.objects.filter(order__is_historic=False).annotate(
        shipped=units_of(ShipmentItem.objects.all()),
        returned=units_of(ReturnItem.objects.exclude(parent__status=Return.Status.DECLINED)),
    )
    wrong = (
        Q(shipped__gt=F("quantity"))
        | Q(returned__gt=F("shipped"))
        | Q(order__status__in=[status.PENDING, status.CONFIRMED, status.CANCELLED], shipped__gt=0)
        | Q(order__status__in=[status.SHIPPED, status.DELIVERED], shipped__lt=F("quantity"))
    )
    figures = ("order__order_number", "product_sku", "order__status", "quantity", "shipped", "returned")
    for number, sku, state, ordered, shipped, returned in rows.filter(wrong).values_list(*figures):
        text = f"{state}: {sku}: ordered {ordered}, shipped {shipped}, returned {returned}"
        yield Break("fulfillment", number, text)


def _money() -> Iterable[Break]:
    """An order is confirmed when it is paid; what it does not keep goes back, or staff gave it back."""
    kinds = PaymentEvent.Kind
    zero = Decimal()
    given = Refund.objects.filter(order=OuterRef("pk")).order_by().values("order")
    rows = Order.all_objects.filter(is_historic=False).annotate(
        captured=Coalesce(Sum("payment_events__amount", filter=Q(payment_events__kind=kinds.CAPTURED)), zero),
        due=Coalesce(Sum("payment_events__amount", filter=Q(payment_events__kind=kinds.REFUND_DUE)), zero),
        refunded=Coalesce(Sum("payment_events__amount", filter=Q(payment_events__kind=kinds.REFUNDED)), zero),
        given=Coalesce(Subquery(given.annotate(s=Sum("amount")).values("s")), zero),
    )
    status = Order.Status
    unpaid = Q(status=status.PENDING)
    ended = Q(status__in=[status.CANCELLED, status.REFUNDED])
    right = (
        (unpaid & Q(due=0, captured__lt=F("total_amount")))
        | (ended & to_the_cent("captured", F("due")))
        | (~unpaid & ~ended & to_the_cent("captured", F("total_amount") + F("due") - F("given")))
    )
    figures = ("order_number", "status", "total_amount", "captured", "due", "refunded")
    too_much = Q(refunded__gt=F("due") + HALF_CENT) | Q(due__gt=F("captured") + HALF_CENT)
    wrong = rows.exclude(right) | rows.filter(too_much)
    for number, state, total, captured, due, refunded in wrong.values_list(*figures):
        yield Break(
            "money",
            number,
            f"{state}: total {total}, captured {captured}, going back {due}, refunded {refunded}",
        )


def _coupon_counters() -> QuerySet[Coupon]:
    used = CouponUse.objects.filter(coupon=OuterRef("pk"), given_back_at=None).order_by().values("coupon")
    counted = Coalesce(Subquery(used.annotate(n=Count("pk")).values("n")), 0)
    return Coupon.objects.exclude(uses=counted)


def _coupons() -> Iterable[Break]:
    for coupon in _coupon_counters():
        yield Break("coupons", coupon.code, f"counter {coupon.uses}, ledger says otherwise")
    for use in CouponUse.objects.filter(order__status=Order.Status.CANCELLED, given_back_at=None):
        yield Break("coupons", str(use.order_id), "cancelled, but keeps its coupon")
    of_order = OrderDiscount.objects.filter(order=OuterRef("pk"), code=OuterRef("coupon_use__coupon__code"))
    coded = Exists(OrderDiscount.objects.filter(order=OuterRef("pk")).exclude(code=""))
    orders = Order.all_objects.filter(is_historic=False)
    unused = orders.filter(coded, coupon_use=None)
    unexplained = orders.exclude(coupon_use=None).exclude(Exists(of_order))
    for order in (unused | unexplained).only("order_number"):
        yield Break("coupons", order.order_number, "its discounts and its use of a coupon do not agree")


def _timeline() -> Iterable[Break]:
    """Each order has come to where it stands by a step of its timeline, at the time that it says."""
    status = Order.Status
    steps = OrderEvent.objects.filter(order=OuterRef("pk"))
    arrived = Q(Exists(steps.filter(kind=OuterRef("status")))) | Q(status=status.PENDING)
    placed = Q(Exists(steps.filter(kind=OrderEvent.Kind.PLACED)))
    sent, there = [status.SHIPPED, status.DELIVERED], [status.DELIVERED]
    confirmed = [status.CONFIRMED, status.PROCESSING, *sent]
    unstamped = (
        Q(status__in=confirmed, confirmed_at=None)
        | Q(status__in=sent, shipped_at=None)
        | Q(status__in=there, delivered_at=None)
        | Q(status=status.CANCELLED, cancelled_at=None)
        | Q(status__in=[status.PENDING, *confirmed], cancelled_at__isnull=False)
    )
    rows = Order.all_objects.filter(is_historic=False)
    for number, state in (rows.exclude(arrived & placed) | rows.filter(unstamped)).values_list(
        "order_number", "status"
    ):
        yield Break("timeline", number, f"{state}, and no step of its timeline, or no time, says so")


def _stuck() -> Iterable[Break]:
    """Nothing waits longer than the schedule lets it."""
    now = timezone.now()
    held = Order.all_objects.expired().filter(hold_expires_at__lt=now - LATE)
    unpaid = Order.all_objects.abandoned().filter(created_at__lt=now - settings.UNPAID_ORDER_AGE - LATE)
    for order in held | unpaid:
        yield Break("stuck", order.order_number, "its time is over, and it still waits")


def _unasked() -> Iterable[Break]:
    """Every open payment is asked about in time."""
    for payment in Payment.objects.filter(state=Payment.State.OPEN, next_check_at__lt=timezone.now() - LATE):
        yield Break("payment", payment.key, "nobody asks the provider about it")


def _documents() -> Iterable[Break]:
    """Every confirmed order has its invoice, numbers have no gaps, and files are those that were stored."""
    for text in papers.gaps():
        yield Break("numbers", "documents", text)
    for order in papers.without_invoice():
        yield Break("documents", order.order_number, "confirmed, and without an invoice")
    for order in papers.misstated():
        yield Break("documents", order.order_number, "invoice and credit notes are not what the shop keeps")
    for document in documents.damaged():
        yield Break("files", document.number, "the file is gone, or is not the one that was stored")


def _past() -> Iterable[Break]:
    """An order of before the shop says what its lines say, to the cent."""
    for number, total, lines in past.disagreeing():
        yield Break("past", number, f"total {total}, its lines come to {lines}")


def _outbox() -> Iterable[Break]:
    for event in outbox.parked():
        yield Break("outbox", str(event.pk), f"given up after {event.attempts} attempts: {event.task}")
    for event in outbox.overdue():
        yield Break("outbox", str(event.pk), f"due since {event.due_at:%Y-%m-%d %H:%M}: {event.task}")


RULES: tuple[Callable[[], Iterable[Break]], ...] = (
    _amounts,
    _lines,
    _discounts,
    _held_stock,
    _fulfillment,
    _money,
    _coupons,
    _timeline,
    _stuck,
    _unasked,
    _documents,
    _past,
    _outbox,
    provider_books.disagreements,
)
