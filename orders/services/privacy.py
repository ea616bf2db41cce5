"""What customers left in carts and orders, told and erased (see ``dbProject.personal_data``).

The books stay: order, lines, taxes, payments, and documents by number and amount. What names their customer
goes, from the documents too, whose files alone still say it: the law wants them kept as they were issued.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject.mail import NOBODY
from dbProject.personal_data import Section, Unsettled, section
from orders.errors import OrderOnItsWay
from orders.models import (
    Cart,
    CartItem,
    CouponUse,
    Document,
    HistoricLine,
    Order,
    OrderEvent,
    OrderItem,
    Payment,
    PaymentWebhook,
    Return,
    SavedItem,
    SavedView,
    Withdrawal,
)
from orders.services import documents, status, timeline
from users.models import User

SHORTEST_TRACE = 4
"""Characters; shorter names would be found in any text."""


def export_of(user: User) -> Sequence[Section]:
    """Return what somebody has ordered, returned and withdrawn from, and what lies in the cart."""
    order = {
        "order_number": _("Order number"),
        "created_at": _("Ordered"),
        "status": _("Status"),
        "total_amount": _("Total"),
        "currency": _("Currency"),
        "email": _("E-mail address"),
        "phone": _("Phone"),
        "billing_address": _("Billing address"),
        "shipping_address": _("Shipping address"),
        "shipping_name": _("Delivery"),
        "vat_number": _("VAT number"),
        "notes": _("Notes"),
    }
    line = {
        "order__order_number": _("Order number"),
        "product_name": _("Product"),
        "product_sku": _("SKU"),
        "quantity": _("Quantity"),
        "gross_amount": _("Amount"),
    }
    step = {
        "order__order_number": _("Order number"),
        "created_at": _("When"),
        "kind": _("What"),
        "detail": _("Detail"),
    }
    returned = {
        "order__order_number": _("Order number"),
        "requested_at": _("Requested at"),
        "reason": _("Reason"),
        "words": _("Your words"),
        "answer": _("Our answer"),
        "status": _("Status"),
    }
    withdrawal = {
        "order_number": _("Order number"),
        "declared_at": _("Declared"),
        "name": _("Name"),
        "email": _("E-mail address"),
        "what": _("What it is about"),
    }
    item = {"product__name": _("Product"), "quantity": _("Quantity"), "created_at": _("Since")}
    past = {
        "invoice": _("Invoice"),
        "placed_at": _("Ordered"),
        "code": _("SKU"),
        "description": _("Product"),
        "quantity": _("Quantity"),
        "unit_price": _("Unit price"),
        "currency": _("Currency"),
    }
    view = {"name": _("Name"), "report": _("Report"), "by_mail": _("By mail"), "created_at": _("Since")}
    orders = Order.all_objects.filter(user=user)
    steps = OrderEvent.objects.for_customers().filter(order__in=orders)
    withdrawals = Withdrawal.objects.filter(Q(order__in=orders) | _sent_by(user))
    return [
        section("orders", _("Orders"), orders, order),
        section("order_items", _("What you ordered"), OrderItem.objects.filter(order__in=orders), line),
        section("order_steps", _("What happened to your orders"), steps, step),
        section("returns", _("Returns"), Return.objects.filter(order__in=orders), returned),
        section("withdrawals", _("Withdrawals"), withdrawals, withdrawal),
        section("cart", _("Cart"), CartItem.objects.filter(cart__user=user), item),
        section("saved_items", _("Saved for later"), SavedItem.objects.filter(cart__user=user), item),
        section("past_orders", _("Past orders"), _past_lines(user, orders), past),
        section("saved_views", _("Saved views"), SavedView.objects.filter(user=user), view),
    ]


def _past_lines(user: User, orders: "QuerySet[Order]") -> "QuerySet[HistoricLine]":
    own = Q(customer__in=_spellings(user.email)) if user.is_verified else Q(pk=None)
    return HistoricLine.objects.filter(own | Q(order__in=orders))


def settle(user: User | None, email: str) -> None:
    """Cancel what has not left the house, and have every document drawn while its order knows the address.

    What was paid for it goes back. Drawing takes long, and no lock is held meanwhile.

    Raises:
        OrderOnItsWay: A part of an order has left and the rest has not: its address is needed still.
    """
    orders = Order.all_objects.filter(_placed_by(user, email)).order_by("pk")
    open_ones = [order for order in orders if order.may_become(Order.Status.CANCELLED)]
    for order in open_ones:
        _refuse_on_its_way(order)
    for order in open_ones:
        _cancel(order.pk)
    for document in Document.objects.filter(order__in=orders, sha256="").select_related("order"):
        documents.keep(document)


def erase(user: User) -> None:
    """Take the customer out of their orders, and delete the cart.

    Raises:
        OrderOnItsWay: As :func:`settle`.
        Unsettled: An order has come since, or a document.
    """
    list(Cart.objects.filter(user=user).select_for_update(of=("self",)))  # first, as whoever orders does
    list(User.objects.filter(pk=user.pk).select_for_update(of=("self",)))  # nobody orders without the cart
    names = (user.first_name, user.last_name, user.get_full_name())
    _erase(Order.all_objects.filter(_placed_by(user, "")), names=names)
    if user.is_verified:
        _forget_customer(user.email)
    OrderEvent.objects.filter(user=user, actor=OrderEvent.Actor.CUSTOMER).update(detail="")
    Cart.objects.filter(user=user).delete()
    SavedView.objects.filter(user=user).delete()


def forget_address(email: str) -> int:
    """Take guests who ordered, or declared something, with ``email`` out of the books."""
    _forget_customer(email)
    return _erase(Order.all_objects.filter(_placed_by(None, email))) + _erase_withdrawals(Q(email=email))


def _spellings(email: str) -> set[str]:
    """Return how a file may write ``email``; an index finds these."""
    return {email, email.lower()}


def _forget_customer(email: str) -> None:
    """Make lines of past orders a guest's whose customer is ``email``; what was sold stays."""
    if email:
        HistoricLine.objects.filter(customer__in=_spellings(email)).update(customer="")


def _sent_by(user: User) -> Q:
    return Q(email=user.email) if user.is_verified else Q(pk=None)


def _placed_by(user: User | None, email: str) -> Q:
    own = Q(user=user) if user is not None else Q(pk=None)
    return own | Q(user=None, email=email) if email else own


@transaction.atomic
def _cancel(pk: int) -> None:
    order = status.lock(pk)
    if order.may_become(Order.Status.CANCELLED):
        _refuse_on_its_way(order)
        status.cancel(order, actor=timeline.SHOP, detail=_("The customer's data was erased."))


def _erase(orders: "QuerySet[Order]", *, names: Iterable[str] = ()) -> int:
    pks = sorted(orders.values_list("pk", flat=True))
    for pk in pks:
        order = status.lock(pk)
        if order.may_become(Order.Status.CANCELLED):
            _refuse_on_its_way(order)
            raise Unsettled
        if order.documents.filter(sha256="").exists():
            raise Unsettled
        _empty(order, names)
    return len(pks)


def _refuse_on_its_way(order: Order) -> None:
    if order.shipments.exists():
        raise OrderOnItsWay(order.order_number)


def _empty(order: Order, names: Iterable[str]) -> None:
    traces = _traces(order, names)
    _forget_messages(order)
    _forget_words(order, traces)
    order.shipments.update(tracking_number="", tracking_url="")
    _erase_withdrawals(Q(order=order) | Q(order_number=order.order_number))
    HistoricLine.objects.filter(order=order).update(customer="")
    CouponUse.objects.filter(order=order).update(user=None, email=NOBODY)
    Order.all_objects.filter(pk=order.pk).update(
        user=None,
        email=NOBODY,
        phone="",
        notes="",
        vat_number="",
        billing_address=_country_of(order.billing_address),
        shipping_address=_country_of(order.shipping_address),
        idempotency_key=f"erased:{order.pk}",
        updated_at=timezone.now(),  # so that what was exported of it is written anew
    )
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Order), object_id=str(order.pk)
    ).update(change_message="")


def _country_of(address: dict[str, Any]) -> dict[str, Any]:
    """Keep of an address what the tax was counted by."""
    return {**dict.fromkeys(address, ""), "country": address.get("country", "")}


def _traces(order: Order, names: Iterable[str]) -> set[str]:
    """Return what in a text would tell who the customer was, in lower case."""
    told = [order.email, order.phone, order.vat_number, *names]
    for address in (order.billing_address, order.shipping_address):
        told += [address.get(part, "") for part in ("name", "company", "street", "street2", "phone")]
        told += str(address.get("name", "")).split()
    return {text.lower() for text in map(str, told) if len(text) >= SHORTEST_TRACE}


def _forget_words(order: Order, traces: set[str]) -> None:
    """Empty what the customer wrote, what staff noted, and whatever else names the customer."""
    own = Q(actor=OrderEvent.Actor.CUSTOMER) | Q(kind=OrderEvent.Kind.NOTE)
    order.events.filter(own).update(detail="")
    order.returns.update(words="", answer="")
    for rows, field, instead in (
        (order.events, "detail", ""),
        (order.refunds, "reason", "-"),
        (order.documents, "reason", ""),
    ):
        for pk, text in rows.values_list("pk", field):
            if any(trace in text.lower() for trace in traces):
                rows.filter(pk=pk).update(**{field: instead})


def _forget_messages(order: Order) -> None:
    """Empty what payment providers told in full, of whom too; what was booked of it stays."""
    address = rf"(^|[^\w.+%-]){re.escape(order.email)}($|[^\w-])"  # the whole of it: others end like it
    about = Q(body__contains=order.order_number) | Q(body__iregex=address)
    for key, reference in order.payments.values_list("key", "reference"):
        about |= Q(body__contains=key)
        if reference:
            about |= Q(body__contains=reference)
    PaymentWebhook.objects.exclude(body="").filter(about).update(body="")
    order.payments.update(url="", visitor="", network="")


def _erase_withdrawals(whose: Q) -> int:
    rows = Withdrawal.objects.filter(whose).exclude(email=NOBODY)
    return rows.update(email=NOBODY, name="-", what="")


def forget_old_messages() -> int:
    """Empty what payment providers told in full ``PAYMENT_MESSAGE_AGE`` ago; return how many. Repeatable."""
    oldest = timezone.now() - settings.PAYMENT_MESSAGE_AGE
    return PaymentWebhook.objects.filter(received_at__lt=oldest).exclude(body="").update(body="")


def forget_old_payers() -> int:
    """Forget whose browser and network began a payment ``PAYER_AGE`` ago; return how many. Repeatable."""
    rows = Payment.objects.filter(created_at__lt=timezone.now() - settings.PAYER_AGE)
    return rows.exclude(visitor="", network="").update(visitor="", network="")
