"""What customers send back."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, OrderItem, by_whom


class Return(models.Model):
    """A wish to send something back, and what became of it.

    It moves neither money nor stock by itself: staff say at its arrival what goes back on the shelf, and
    refund an amount by a decision of its own. That no more is returned than was shipped spans rows:
    services hold it under the order's lock.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        RECEIVED = "received", _("Arrived")

    NEXT: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.REQUESTED: frozenset({Status.ACCEPTED, Status.DECLINED}),
        Status.ACCEPTED: frozenset({Status.RECEIVED, Status.DECLINED}),
        Status.DECLINED: frozenset(),
        Status.RECEIVED: frozenset(),
    }
    """Which status may follow which. What was accepted and never came is declined in the end."""

    class Reason(models.TextChoices):
        UNSAID = "unsaid", _("I would rather not say")
        DISLIKED = "disliked", _("I do not like it")
        UNFITTING = "unfitting", _("It does not fit")
        UNLIKE = "unlike", _("It is not as described")
        DAMAGED = "damaged", _("It arrived damaged")
        WRONG = "wrong", _("It is not what I ordered")
        LATE = "late", _("It came too late")
        WITHDRAWN = "withdrawn", _("I have withdrawn from the contract")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    number = models.PositiveSmallIntegerField(_("number"), help_text="Counts from 1 in its order.")
    key = models.CharField(max_length=64, editable=False, help_text="One per intent to return.")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.REQUESTED)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    words = models.TextField(_("in the customer's words"), blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    requested_at = models.DateTimeField(_("requested at"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    received_at = models.DateTimeField(_("arrived at"), null=True, blank=True, editable=False)
    user = by_whom()

    class Meta:
        db_table = "returns"
        ordering = ("pk",)
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        permissions = [("receive_return", "Can receive returns")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="return_number_once"),
            models.UniqueConstraint(fields=["order", "key"], name="return_key_once"),
            models.CheckConstraint(
                condition=Q(status="requested", decided_at=None)
                | (~Q(status="requested") & Q(decided_at__isnull=False)),
                name="return_decided_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status="received", received_at__isnull=False)
                | (~Q(status="received") & Q(received_at=None)),
                name="return_received_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["order"],
                condition=Q(status__in=["requested", "accepted"]),
                name="return_needs_hands",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} return {self.number}"

    def may_become(self, status: str) -> bool:
        return status in self.NEXT[self.status]

    @property
    def counts(self) -> bool:
        """Say whether its units are coming back, or have."""
        return self.status != self.Status.DECLINED

    def units(self) -> dict[int, int]:
        """Return what it is about: pk of the order's line -> units."""
        return {item.item_id: item.quantity for item in self.items.all()}


class ReturnItem(models.Model):
    """Units of one line of the order in one return. ``restocked_quantity`` of them went back on the shelf."""

    parent = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="return_items")
    quantity = models.PositiveSmallIntegerField(_("quantity"), help_text=_("Units."))
    restocked_quantity = models.PositiveSmallIntegerField(
        _("back on the shelf"), default=0, help_text=_("Units.")
    )

    class Meta:
        db_table = "return_items"
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent", "item"], name="return_item_once_per_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="return_item_quantity_positive"),
            models.CheckConstraint(
                condition=Q(restocked_quantity__lte=F("quantity")), name="return_item_restocked_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.item_id}"
