"""Getting orders out of the database: one day, in an order that never changes, some rows at a time."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from dbProject import money
from dbProject.replica import REPLICA
from orders.analytics import facts
from orders.analytics.facts import Line, exact
from orders.models import (
    HistoricLine,
    Order,
    OrderDiscount,
    OrderEvent,
    OrderItem,
    PaymentEvent,
    Refund,
    Return,
    ReturnItem,
)
from users.models import User

S = Order.Status
CHUNK = 2_000
"""Rows that a cursor fetches at a time."""
OVERLAP = timedelta(minutes=15)
"""How far behind the newest change seen one looks again: for transactions that committed late."""
DELIVERY = 0
"""Stands for the delivery where pks of lines stand for lines."""


def database() -> str:
    """Return the name of the database to read from: a replica that answers, else the primary."""
    if REPLICA in settings.DATABASES:
        try:
            with connections[REPLICA].cursor():
                return REPLICA
        except Error:
            return DEFAULT_DB_ALIAS
    return DEFAULT_DB_ALIAS


@contextmanager
def cursors(using: str) -> Iterator[None]:
    """Have what is read in the block come some rows at a time, also where cursors are switched off.

    They are behind a PgBouncer that lends connections for one transaction (DISABLE_SERVER_SIDE_CURSORS in the
    address): a cursor that outlives its transaction would be looked for in somebody else's connection. In the
    one transaction of the block they end with it. Without, all that a query finds is in memory at once.
    """
    connection = connections[using]
    said = connection.settings_dict
    if not said.get("DISABLE_SERVER_SIDE_CURSORS"):
        yield
        return
    with transaction.atomic(using=using):
        connection.settings_dict = {**said, "DISABLE_SERVER_SIDE_CURSORS": False}  # of this thread's alone
        try:
            yield
        finally:
            connection.settings_dict = said


def rows(dataset: str, day: date, *, using: str) -> Iterator[tuple[Any, ...]]:
    """Return what ``orders.analytics.facts`` says of a day; one query for each kind of row."""
    return {"lines": lines, "orders": orders, "customers": customers, "events": events}[dataset](day, using)


def lines(day: date, using: str) -> Iterator[tuple[Any, ...]]:
    """Return what moved money or goods."""
    yield from _sold(day, using)
    yield from _refunded(day, using)
    yield from _closed(day, using)
    yield from _cancelled(day, using)
    yield from _returned(day, using)
    yield from _historic(day, using)


def orders(day: date, using: str) -> Iterator[tuple[Any, ...]]:
    """Return what was ordered."""
    names = ("created_at", "order_number", "user_id", "email", "currency", "status", "shipping_address",
             "language", "is_historic", "subtotal_gross", "discount_gross", "shipping_gross", "total_amount",
             "tax_amount", "confirmed_at", "shipped_at", "delivered_at", "pk")  # fmt: skip
    found = Order.objects.using(using).filter(created_at__range=_range(day)).order_by("created_at", "pk")
    coupons = _coupons(day, using)
    for row in found.values_list(*names).iterator(CHUNK):
        at, number, user, email, currency, status, address, language, is_historic, *more = row
        *amounts, confirmed, shipped, delivered, pk = more
        who = facts.customer(user, email)
        amounts = [exact(amount) for amount in amounts]
        yield (at, number, who, currency, status, _country(address), language, is_historic, *amounts,
               coupons.get(pk, ""), confirmed, shipped, delivered)  # fmt: skip


def customers(day: date, using: str) -> Iterator[tuple[Any, ...]]:
    """Return who made an account."""
    found = User.objects.using(using).filter(is_active=True, date_joined__range=_range(day))
    for at, pk, is_verified in (
        found.order_by("date_joined", "pk").values_list("date_joined", "pk", "is_verified").iterator(CHUNK)
    ):
        yield at, facts.customer(pk, ""), is_verified


def events(day: date, using: str) -> Iterator[tuple[Any, ...]]:
    """Return what happened to orders."""
    found = OrderEvent.objects.using(using).filter(created_at__range=_range(day)).order_by("created_at", "pk")
    yield from found.values_list("created_at", "order__order_number", "kind", "actor").iterator(CHUNK)


def changed_days(since: datetime | None, *, using: str) -> dict[str, set[date]]:
    """Return by dataset the days of which something has changed since ``since``; all days for ``None``.

    A change of an order tells of the day it was placed, and of those on which something of it came back.
    """
    earliest = since - OVERLAP if since else None

    def days(found: "QuerySet[Any]", at: str, *changed: str) -> set[date]:
        if earliest:
            any_of = Q()
            for name in changed:
                any_of |= Q(**{f"{name}__gte": earliest})
            found = found.filter(any_of)
        return set(found.using(using).order_by().values_list(TruncDate(at), flat=True).distinct())

    placed = days(Order.all_objects.all(), "created_at", "updated_at")
    returned = Return.objects.filter(status=Return.Status.RECEIVED)
    back = (
        days(Refund.objects.all(), "created_at", "created_at", "order__updated_at"),
        days(_closing(), "created_at", "created_at", "order__updated_at"),
        days(_cancellations(), "created_at", "created_at", "order__updated_at"),
        days(returned, "received_at", "received_at", "order__updated_at"),
    )
    happened = days(OrderEvent.objects.all(), "created_at", "created_at", "order__updated_at")
    return {"lines": placed.union(*back), "orders": placed, "events": happened, "customers": set()}


def newest_change(using: str) -> datetime | None:
    """Return when what can be seen of orders last changed."""
    stamps = [
        Order.all_objects.using(using).aggregate(at=Max("updated_at"))["at"],
        Refund.objects.using(using).aggregate(at=Max("created_at"))["at"],
        OrderEvent.objects.using(using).aggregate(at=Max("created_at"))["at"],
    ]
    return max((at for at in stamps if at), default=None)


def prints(using: str) -> dict[str, dict[str, list[int]]]:
    """Return for rows that tell no time of change, by day, how many there are and sums that tell a change."""
    past = HistoricLine.objects.using(using).annotate(day=TruncDate("placed_at"))
    people = User.objects.using(using).filter(is_active=True).annotate(day=TruncDate("date_joined"))
    named = Count("pk", filter=Q(is_verified=True))
    known = Count("pk", filter=~Q(customer=""))  # who is forgotten is gone from the files as well
    return {
        "lines": _prints(past, Count("pk"), Sum("pk"), Count("product"), Sum("product"), known),
        "customers": _prints(people, Count("pk"), Sum("pk"), named),
    }


def _prints(found: "QuerySet[Any]", *sums: Any) -> dict[str, list[int]]:
    names = {f"sum_{number}": one for number, one in enumerate(sums)}
    rows = found.order_by().values("day").annotate(**names).values_list("day", *names)
    return {day.isoformat(): [int(value or 0) for value in values] for day, *values in rows.iterator(CHUNK)}


def _sold(day: date, using: str) -> Iterator[Line]:
    """Return the lines of orders placed on ``day``, each order's followed by its delivery."""
    names = {
        "at": "order__created_at", "number": "order__order_number", "user": "order__user_id",
        "email": "order__email", "currency": "order__currency", "address": "order__shipping_address",
        "total_amount": "order__total_amount", "shipping": "order__shipping_gross",
        "shipping_tax": "order__shipping_tax_amount", "includes_tax": "order__prices_include_tax",
    }  # fmt: skip
    own = ("order_id", "product_id", "product_sku", "product__category_id", "product__brand_id", "quantity",
           "total_price", "tax_rate", "tax_amount", "gross_amount")  # fmt: skip
    found = (
        OrderItem.objects.using(using)
        .filter(_live("order"), order__created_at__range=_range(day))
        .order_by("order__created_at", "order_id", "pk")
        .values(*own, **{name: F(path) for name, path in names.items()})
    )
    for _pk, of_order in groupby(found.iterator(CHUNK), key=itemgetter("order_id")):
        left = Decimal()
        for item in of_order:
            left += item["gross_amount"]
            yield _goods(item)
        paid = item["total_amount"] - left
        if paid or item["shipping"]:
            listed = exact(item["shipping"])
            yield _line(item, "delivery", listed=listed, amount=exact(paid), tax=exact(item["shipping_tax"]))


def _goods(item: Mapping[str, Any]) -> Line:
    """Return a line; a price tag without tax is grown by it, as the order's subtotal was."""
    listed, gross = item["total_price"], item["gross_amount"]
    if not item["includes_tax"]:
        listed = money.with_tax(listed, rate=item["tax_rate"]).gross
    return _line(
        item,
        "goods",
        product=item["product_id"],
        code=item["product_sku"],
        category=item["product__category_id"] or 0,
        brand=item["product__brand_id"] or 0,
        units=item["quantity"],
        listed=exact(listed),
        amount=exact(gross),
        tax=exact(item["tax_amount"]),
    )


def _line(of: Mapping[str, Any], kind: str, *, listed: int = 0, amount: int = 0, **more: Any) -> Line:
    nothing: dict[str, Any] = {"product": 0, "code": "", "category": 0, "brand": 0, "units": 0, "tax": 0}
    return Line(
        **nothing | more,
        at=of["at"],
        currency=of["currency"],
        kind=kind,
        order=of["number"],
        customer=facts.customer(of["user"], of["email"]),
        country=_country(of["address"]),
        listed=listed,
        discount=listed - amount if listed else 0,
        amount=amount,
    )


def _refunded(day: date, using: str) -> Iterator[Line]:
    """Return what staff gave back of orders."""
    found = Refund.objects.using(using).filter(_live("order"), created_at__range=_range(day))
    found = found.select_related("order", "of_return").prefetch_related(
        "order__items__product", "of_return__items__item__product"
    )
    for refund in found.order_by("created_at", "pk").iterator(CHUNK):
        weights = {item.pk: item.gross_amount for item in refund.order.items.all()}
        if refund.of_return:
            weights = {
                one.item_id: one.item.gross_amount * one.quantity / one.item.quantity
                for one in refund.of_return.items.all()
            }
        yield from _back(refund.order, refund.created_at, refund.amount - refund.delivery_amount, weights)
        if refund.delivery_amount:
            only = {DELIVERY: refund.delivery_amount}
            yield from _back(refund.order, refund.created_at, refund.delivery_amount, only)


def _closed(day: date, using: str) -> Iterator[Line]:
    """Return what goes back of orders that are refunded or cancelled: whatever was left of their money."""
    found = _closing().using(using).filter(created_at__range=_range(day)).select_related("order")
    for event in found.prefetch_related("order__items__product").order_by("created_at", "pk").iterator(CHUNK):
        items = {item.pk: item.gross_amount for item in event.order.items.all()}
        delivery = event.order.total_amount - sum(items.values(), Decimal())
        yield from _back(event.order, event.created_at, event.amount, items | {DELIVERY: delivery})


def _closing() -> "QuerySet[PaymentEvent]":
    rest = Q(event_id__endswith=":rest") | Q(event_id__contains=":rest:")
    return PaymentEvent.objects.filter(rest, _live("order"), kind=PaymentEvent.Kind.REFUND_DUE)


def _cancelled(day: date, using: str) -> Iterator[Line]:
    """Return the units that never left because their order was cancelled; their money goes back beside."""
    found = _cancellations().using(using).filter(created_at__range=_range(day)).select_related("order")
    for event in found.prefetch_related("order__items__product").order_by("created_at", "pk").iterator(CHUNK):
        for item in event.order.items.all():
            yield _of_order(event.order, event.created_at, item, units=-item.quantity)


def _cancellations() -> "QuerySet[OrderEvent]":
    return OrderEvent.objects.filter(
        _live("order"), kind=OrderEvent.Kind.CANCELLED, order__status=S.CANCELLED
    )


def _back(order: Order, at: datetime, amount: Decimal, weights: Mapping[int, Decimal]) -> Iterator[Line]:
    """Spread what goes back over lines and delivery, in proportion, to the cent."""
    if not sum(weights.values(), Decimal()):
        weights = {DELIVERY: Decimal(1)}
    items = {item.pk: item for item in order.items.all()}
    for pk, part in sorted(money.shared(amount, among=weights).items()):
        if part:
            item = items.get(pk)
            rate = item.tax_rate if item else order.shipping_tax_rate
            tax = exact(money.split(part, rate=rate).tax)
            yield _of_order(order, at, item, amount=-exact(part), tax=-tax)


def _returned(day: date, using: str) -> Iterator[Line]:
    """Return what arrived back, without the money: that goes back by a refund."""
    found = ReturnItem.objects.using(using).filter(
        _live("parent__order"), parent__status=Return.Status.RECEIVED, parent__received_at__range=_range(day)
    )
    found = found.select_related("parent__order", "item__product").order_by("parent__received_at", "pk")
    for one in found.iterator(CHUNK):
        yield _of_order(one.parent.order, one.parent.received_at, one.item, units=-one.quantity)


def _of_order(order: Order, at: Any, item: OrderItem | None, **moved: int) -> Line:
    of = {
        "at": at,
        "currency": order.currency,
        "number": order.order_number,
        "user": order.user_id,
        "email": order.email,
        "address": order.shipping_address,
    }
    if item is None:
        return _line(of, "back", **moved)
    category, brand = item.product.category_id or 0, item.product.brand_id or 0
    what: dict[str, Any] = {
        "product": item.product_id,
        "code": item.product_sku,
        "category": category,
        "brand": brand,
    }
    return _line(of, "back", **what, **moved)


def _historic(day: date, using: str) -> Iterator[Line]:
    """Return the lines of files of past orders."""
    found = HistoricLine.objects.using(using).filter(placed_at__range=_range(day))
    names = ("placed_at", "source", "invoice", "is_fee", "is_cancellation", "code", "quantity", "unit_price",
             "currency", "customer", "country", "product_id", "product__category_id",
             "product__brand_id")  # fmt: skip
    for row in found.order_by("placed_at", "pk").values_list(*names).iterator(CHUNK):
        at, source, invoice, is_fee, is_cancellation, code, quantity, price, currency, *more = row
        reference, country, product, category, brand = more
        kind = facts.historic_kind(
            is_fee=is_fee, is_cancellation=is_cancellation, quantity=quantity, unit_price=price
        )
        amount = exact(price * quantity)
        yield Line(
            at=at,
            currency=currency,
            kind=kind,
            order=f"{source}:{invoice}",
            customer=facts.past_customer(reference),
            product=product or 0,
            code=code,
            category=category or 0,
            brand=brand or 0,
            country=country,
            units=quantity,
            listed=amount if kind == "goods" else 0,
            discount=0,
            amount=amount,
            tax=0,
        )


def _live(order: str) -> Q:
    """Keep what is of an order that was placed here and paid, whatever became of it since."""
    is_here = Q(**{f"{order}__is_historic": False, f"{order}__deleted_at": None})
    return Order.was_paid(f"{order}__") & is_here


def _coupons(day: date, using: str) -> dict[int, str]:
    found = OrderDiscount.objects.using(using).filter(order__created_at__range=_range(day)).exclude(code="")
    codes: Iterable[tuple[int, str]] = found.order_by("order_id", "pk").values_list("order_id", "code")
    return {pk: ",".join(code for _pk, code in of_order) for pk, of_order in groupby(codes, itemgetter(0))}


def _range(day: date) -> tuple[datetime, datetime]:
    """Return the first and the last instant of a day in the store's time zone."""
    here = timezone.get_default_timezone()
    first = datetime.combine(day, datetime.min.time(), here)
    return first, datetime.combine(day + timedelta(days=1), datetime.min.time(), here) - timedelta.resolution


def _country(address: Mapping[str, Any]) -> str:
    return str(address.get("country") or "")
