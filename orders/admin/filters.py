"""What the order list can be narrowed to."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from orders.models import OfferState, Order, PaymentEvent, Return
from orders.services.status import MANUAL

HANDS, UNREFUNDED = "hands", "unrefunded"


class StatusFilter(DropdownFilter):
    """One status, or all that wait for somebody."""

    title = _("status")
    parameter_name = "status"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("", _("All, what needs hands first")), (HANDS, _("Needs hands")), *Order.Status.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == HANDS:
            return queryset.needing_hands()
        return queryset.filter(status=self.value()) if self.value() in Order.Status.values else queryset


class PaymentFilter(DropdownFilter):
    """What the money ledger says."""

    title = _("payment")
    parameter_name = "payment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("paid", _("Paid")),
            ("manual", _("Paid, recorded by hand")),
            ("unpaid", _("Not paid")),
            ("declined", _("Declined, and not paid")),
            ("refund", _("Refund under way")),
            ("refunded", _("Refunded")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        kinds = PaymentEvent.Kind
        ledger = PaymentEvent.objects.filter(order=OuterRef("pk")).order_by()
        paid = Exists(ledger.filter(kind=kinds.CAPTURED))
        value = self.value()
        if value == "paid":
            return queryset.filter(paid)
        if value == "manual":
            return queryset.filter(Exists(ledger.filter(kind=kinds.CAPTURED, provider=MANUAL)))
        if value == "unpaid":
            return queryset.exclude(paid).filter(total_amount__gt=0, is_historic=False)
        if value == "declined":
            return queryset.exclude(paid).filter(Exists(ledger.filter(kind=kinds.DECLINED)))
        if value == "refunded":
            return queryset.filter(Exists(ledger.filter(kind=kinds.REFUNDED)))
        if value == "refund":
            return queryset.filter(pk__in=_owed())
        return queryset


class PastFilter(DropdownFilter):
    """Orders of before the shop, or those of the shop."""

    title = _("where from")
    parameter_name = "past"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Ordered here")), ("yes", _("From before the shop"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wanted = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(is_historic=wanted)


class ReturnsFilter(DropdownFilter):
    """What customers send back."""

    title = _("returns")
    parameter_name = "returns"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        states = Return.Status
        return [
            (states.REQUESTED, _("Waits for our answer")),
            (states.ACCEPTED, _("On its way back")),
            (UNREFUNDED, _("Arrived, no money back yet")),
            (states.RECEIVED, _("Arrived")),
            (states.DECLINED, _("Declined")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        rows = Return.objects.filter(order=OuterRef("pk"))
        if self.value() == UNREFUNDED:
            return queryset.filter(Exists(rows.filter(status=Return.Status.RECEIVED, refunds=None)))
        if self.value() in Return.Status.values:
            return queryset.filter(Exists(rows.filter(status=self.value())))
        return queryset


class PlacedFilter(DropdownFilter):
    """When it was ordered."""

    title = _("ordered")
    parameter_name = "placed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("7", _("In the last 7 days")),
            ("30", _("In the last 30 days")),
            ("older", _("Before that")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.localtime()
        if self.value() == "today":
            return queryset.filter(created_at__gte=now.replace(hour=0, minute=0, second=0, microsecond=0))
        if self.value() in {"7", "30"}:
            return queryset.filter(created_at__gte=now - timedelta(days=int(self.value())))
        if self.value() == "older":
            return queryset.filter(created_at__lt=now - timedelta(days=30))
        return queryset


class OfferStateFilter(DropdownFilter):
    """Whether it counts just now, for rows that were loaded with their state."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return OfferState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(state=self.value()) if self.value() in OfferState.values else queryset


def _owed() -> Any:
    """Return the orders that are owed money: more is due than went back."""
    kinds = PaymentEvent.Kind
    due = PaymentEvent.objects.filter(kind=kinds.REFUND_DUE).order_by().values("order")
    back = PaymentEvent.objects.filter(kind=kinds.REFUNDED, order=OuterRef("order")).order_by()
    gone = back.values("order").annotate(gone=Sum("amount")).values("gone")
    rows = due.annotate(due=Sum("amount"), gone=Coalesce(Subquery(gone), Decimal()))
    return rows.filter(due__gt=F("gone")).values("order")
