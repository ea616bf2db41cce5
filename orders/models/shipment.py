"""What has left the house, and when it arrived."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, OrderItem, by_whom


class Shipment(models.Model):
    """What has left the house together, most often one parcel. Only ``delivered_at`` is written later.

    That an order never ships more than was ordered spans rows: services hold it under the order's lock.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    number = models.PositiveSmallIntegerField(_("number"), help_text="Counts from 1 in its order.")
    key = models.CharField(max_length=64, editable=False, help_text="One per intent to ship.")
    carrier = models.CharField(_("carrier"), max_length=100, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=100, blank=True)
    tracking_url = models.URLField(_("tracking link"), max_length=500, blank=True)
    shipped_at = models.DateTimeField(_("shipped at"), default=timezone.now, editable=False)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True, editable=False)
    user = by_whom()

    class Meta:
        db_table = "shipments"
        ordering = ("pk",)
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="shipment_number_once"),
            models.UniqueConstraint(fields=["order", "key"], name="shipment_key_once"),
            models.CheckConstraint(
                condition=Q(tracking_url="") | Q(tracking_url__regex=r"^https?://"),
                name="shipment_tracking_url_is_web",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(delivered_at__gte=F("shipped_at")),
                name="shipment_arrives_after_it_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} shipment {self.number}"

    def units(self) -> dict[int, int]:
        """Return what is in it: pk of the order's line -> units."""
        return {item.item_id: item.quantity for item in self.items.all()}


class ShipmentItem(models.Model):
    """Units of one line of the order in one shipment."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(OrderItem, on_delete=models.PROTECT, related_name="shipment_items")
    quantity = models.PositiveSmallIntegerField(_("quantity"), help_text=_("Units."))

    class Meta:
        db_table = "shipment_items"
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "item"], name="shipment_item_once_per_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_item_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.item_id}"
