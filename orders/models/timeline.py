"""What happened to an order, when, and by whom."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class OrderEventQuerySet(models.QuerySet["OrderEvent"]):
    """The vocabulary of questions about steps."""

    def for_customers(self) -> Self:
        """Keep what customers may read: all but the notes that staff leave for each other."""
        return self.exclude(kind=OrderEvent.Kind.NOTE, actor=OrderEvent.Actor.STAFF)


class OrderEvent(models.Model):
    """One step of an order. Rows are appended, never changed."""

    class Kind(models.TextChoices):
        PLACED = "placed", _("Ordered")
        CONFIRMED = "confirmed", _("Confirmed")
        PROCESSING = "processing", _("Being packed")
        PART_SHIPPED = "part_shipped", _("Part of it is on its way")
        SHIPPED = "shipped", _("On its way")
        PART_DELIVERED = "part_delivered", _("Part of it is delivered")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")
        REFUNDED = "refunded", _("Refunded")
        HOLD_EXPIRED = "hold_expired", _("Reservation ended")
        HELD_AGAIN = "held_again", _("Reserved again")
        PAYMENT = "payment", _("Payment received")
        PAYMENT_DECLINED = "payment_declined", _("Payment declined")
        REFUND_DUE = "refund_due", _("Money goes back")
        REFUND_SENT = "refund_sent", _("Money has gone back")
        RETURN_REQUESTED = "return_requested", _("Return requested")
        RETURN_ACCEPTED = "return_accepted", _("Return accepted")
        RETURN_DECLINED = "return_declined", _("Return declined")
        RETURN_RECEIVED = "return_received", _("Return arrived")
        WITHDRAWN = "withdrawn", _("Withdrawal declared")
        NOTE = "note", _("Note")

    class Actor(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        STAFF = "staff", _("Staff")
        PROVIDER = "provider", _("Payment provider")
        SHOP = "shop", _("The shop")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    actor = models.CharField(_("by"), max_length=10, choices=Actor)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    objects = OrderEventQuerySet.as_manager()

    class Meta:
        db_table = "order_events"
        ordering = ("pk",)
        verbose_name = _("step")
        verbose_name_plural = _("timeline")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(kind="placed"), name="order_placed_once"
            ),
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(kind="cancelled"), name="order_cancelled_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
