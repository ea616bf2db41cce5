"""Orders: promises to deliver, with everything frozen that the catalog may change."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Prefetch, Q, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dbProject.models import (
    SoftDeleteManager,
    SoftDeleteModel,
    SoftDeleteQuerySet,
    TimestampedModel,
    to_the_cent,
)
from orders.models.delivery import ShippingMethod
from orders.models.promotion import Promotion
from products.models import Product


def amount(help_text: Any = "", **options: Any) -> "models.DecimalField[Any, Any]":
    """Return a field for an amount in the order's currency."""
    return models.DecimalField(max_digits=12, decimal_places=2, help_text=help_text, **options)


def by_whom() -> "models.ForeignKey[Any, Any]":
    """Return a field for whom of staff did it; whoever is deleted is forgotten, and what they did stays."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )


class OrderQuerySet(SoftDeleteQuerySet["Order"]):
    """The vocabulary of questions about orders."""

    def of(self, user: Any) -> Self:
        """Keep what ``user`` has ordered. Every customer's read starts here."""
        return self.filter(user=user)

    def for_page(self) -> Self:
        """Load what its customer sees: lines with pictures, discounts, timeline, parcels, and what went back.

        Ten queries for any number, eight where nothing has left. What staff noted for each other is left out.
        """
        steps = apps.get_model("orders", "OrderEvent").objects.for_customers()
        shipped, returned = (
            apps.get_model("orders", name).objects.select_related("item")
            for name in ("ShipmentItem", "ReturnItem")
        )
        return self.prefetch_related(
            "items__product__images",
            "discounts",
            "refunds",
            Prefetch("events", steps),
            Prefetch("shipments__items", shipped),
            Prefetch("returns__items", returned),
        )

    def expired(self) -> Self:
        """Keep what still holds stock after its time is over."""
        return self.filter(status=Order.Status.PENDING, holds_stock=True, hold_expires_at__lte=timezone.now())

    def abandoned(self) -> Self:
        """Keep what nobody has paid in time: it is cancelled."""
        return self.filter(
            status=Order.Status.PENDING, created_at__lte=timezone.now() - settings.UNPAID_ORDER_AGE
        )

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def needing_hands(self) -> Self:
        """Keep what is paid and not yet on its way: somebody has to pack it."""
        return self.filter(status__in=Order.NEEDING_HANDS)

    def hands_first(self) -> Self:
        """Put what somebody has to pack first, the oldest on top; then the rest, the newest on top."""
        waiting = Case(When(status__in=Order.NEEDING_HANDS, then="created_at"))
        return self.order_by(waiting.asc(nulls_last=True), "-created_at", "-pk")


OrderManager = SoftDeleteManager.from_queryset(OrderQuerySet)


class Order(SoftDeleteModel, TimestampedModel):
    """A promise to deliver. Amounts are frozen here and never follow the catalog again.

    ``subtotal``, ``discount_amount`` and ``shipping_amount`` are net, ``tax_amount`` is the sum of the
    frozen taxes of lines and delivery, ``total_amount`` what is charged; ``*_gross`` stand beside for
    people. ``holds_stock`` says whether the units of its lines are off the shelf for it: what makes the
    return of stock happen once, whoever asks for it how often.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting for payment")
        CONFIRMED = "confirmed", _("Confirmed")
        PROCESSING = "processing", _("Being packed")
        SHIPPED = "shipped", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")
        REFUNDED = "refunded", _("Refunded")

    NEXT: ClassVar[Mapping[str, frozenset[str]]] = {
        Status.PENDING: frozenset({Status.CONFIRMED, Status.CANCELLED}),
        Status.CONFIRMED: frozenset({Status.PROCESSING, Status.CANCELLED, Status.REFUNDED}),
        Status.PROCESSING: frozenset({Status.SHIPPED, Status.CANCELLED}),
        Status.SHIPPED: frozenset({Status.DELIVERED, Status.REFUNDED}),
        Status.DELIVERED: frozenset({Status.REFUNDED}),
        Status.CANCELLED: frozenset(),
        Status.REFUNDED: frozenset(),
    }
    """Which status may follow which. ``orders.services.status`` obeys it; the admin shows it."""
    NEEDING_HANDS: ClassVar = (Status.CONFIRMED, Status.PROCESSING)
    SENT: ClassVar = (Status.PROCESSING, Status.SHIPPED, Status.DELIVERED)
    """In which something of it may have left the house and can come back."""
    PAID: ClassVar = (*SENT, Status.CONFIRMED, Status.REFUNDED)

    order_number = models.CharField(_("order number"), max_length=19, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
    )
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(max_length=10, default="en")
    idempotency_key = models.CharField(
        max_length=255, unique=True, editable=False, help_text="Scoped by the owner of the cart."
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    currency = models.CharField(max_length=3, help_text="ISO 4217.")
    prices_include_tax = models.BooleanField(help_text="Whether unit prices of its lines are gross.")
    subtotal = amount(_("Net."))
    discount_amount = amount(_("Net."), default=Decimal())
    shipping_amount = amount(_("Net."), default=Decimal())
    tax_amount = amount(_("Sum of the taxes of lines and delivery."))
    total_amount = amount(_("Gross: what is charged."))
    subtotal_gross = amount()
    discount_gross = amount(default=Decimal())
    shipping_gross = amount(default=Decimal())
    shipping_tax_rate = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal())
    shipping_tax_amount = amount(default=Decimal())
    tax_note = models.CharField(max_length=200, blank=True, help_text="Why no tax is due, if none is.")
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    billing_address = models.JSONField(_("billing address"))
    shipping_address = models.JSONField(_("shipping address"))
    shipping_method = models.ForeignKey(
        ShippingMethod, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    shipping_name = models.CharField(_("delivery"), max_length=100, blank=True)
    days_min = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Working days to deliver.")
    days_max = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Working days to deliver.")
    holds_stock = models.BooleanField(default=False, editable=False)
    hold_expires_at = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    shipped_at = models.DateTimeField(null=True, blank=True, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    notes = models.TextField(_("notes"), blank=True)
    is_historic = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="From before the shop: it has moved no stock and no money here.",
    )
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When it was placed: for orders of the past, then."
    )

    objects: ClassVar = OrderManager()
    all_objects: ClassVar = OrderQuerySet.as_manager()

    class Meta(SoftDeleteModel.Meta):
        abstract = False
        db_table = "orders"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("fulfill_order", "Can pack, ship and deliver orders"),
            ("cancel_order", "Can cancel orders"),
            ("settle_order", "Can record payments of orders and refund them"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=to_the_cent(
                    "total_amount",
                    F("subtotal") - F("discount_amount") + F("shipping_amount") + F("tax_amount"),
                )
                & Q(
                    subtotal__gte=0,
                    discount_amount__gte=0,
                    shipping_amount__gte=0,
                    tax_amount__gte=0,
                    total_amount__gte=0,
                ),
                name="order_totals_add_up",
            ),
            models.CheckConstraint(
                condition=to_the_cent(
                    "total_amount", F("subtotal_gross") - F("discount_gross") + F("shipping_gross")
                )
                & Q(
                    subtotal_gross__gte=0,
                    discount_gross__gte=0,
                    shipping_gross__gte=0,
                    shipping_tax_amount__gte=0,
                ),
                name="order_gross_totals_add_up",
            ),
            models.CheckConstraint(
                condition=~Q(holds_stock=True) | ~Q(status__in=["cancelled", "refunded"]),
                name="order_gone_holds_no_stock",
            ),
            models.CheckConstraint(
                condition=Q(holds_stock=True)
                | Q(is_historic=True)
                | ~Q(status__in=["confirmed", "processing", "shipped", "delivered"]),
                name="order_confirmed_has_its_stock",
            ),
            models.CheckConstraint(
                condition=Q(is_historic=False) | Q(holds_stock=False), name="order_historic_holds_no_stock"
            ),
        ]
        indexes = [
            models.Index(F("user"), F("created_at").desc(), name="order_user_newest"),
            models.Index(F("created_at").desc(), name="order_newest"),
            models.Index(fields=["email"], name="order_email"),
            models.Index(
                fields=["hold_expires_at"],
                condition=Q(status="pending", holds_stock=True),
                name="order_hold_ends",
            ),
            models.Index(fields=["created_at"], condition=Q(status="pending"), name="order_pending_by_age"),
        ]

    def __str__(self) -> str:
        return self.order_number

    def get_absolute_url(self) -> str:
        return reverse("order_detail", args=[self.order_number])

    def may_become(self, status: str) -> bool:
        """Say whether the table lets it; of an order of before the shop nothing follows any more."""
        return not self.is_historic and status in self.NEXT[self.status]

    @classmethod
    def was_paid(cls, path: str = "") -> Q:
        """Return what keeps orders that were paid, whatever became of them since; ``path`` leads to them.

        A cancelled one was if it had been confirmed: what it brought in stays on its day.
        """
        ended = {f"{path}status": cls.Status.CANCELLED, f"{path}confirmed_at__isnull": False}
        return Q(**{f"{path}status__in": cls.PAID}) | Q(**ended)

    def amount_captured(self) -> Decimal:
        """Return what has been paid, whatever went back since; one query."""
        return self._moved("captured")

    def amount_going_back(self) -> Decimal:
        """Return what has to be refunded or is; one query."""
        return self._moved("refund_due")

    def amount_kept(self) -> Decimal:
        """Return what was paid and does not go back; one query."""
        paid, back = (
            Coalesce(Sum("amount", filter=Q(kind=kind)), Decimal()) for kind in ("captured", "refund_due")
        )
        total: Decimal = self.payment_events.aggregate(total=paid - back)["total"]
        return total

    def amount_given_back(self) -> Decimal:
        """Return what of it staff decided to give back, of an order that goes on; one query."""
        total: Decimal = self.refunds.aggregate(total=Coalesce(Sum("amount"), Decimal()))["total"]
        return total

    def _moved(self, kind: str) -> Decimal:
        rows = self.payment_events.filter(kind=kind)
        total: Decimal = rows.aggregate(total=Coalesce(Sum("amount"), Decimal()))["total"]
        return total

    @property
    def is_payable(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def is_open(self) -> bool:
        """Say whether it can still be cancelled: nothing has left the house; one query unless loaded."""
        return self.may_become(self.Status.CANCELLED) and not self.shipments.all()

    def unsent(self) -> list[tuple["OrderItem", int]]:
        """Return what has not left the house: lines and units; no query where it is loaded for its page."""
        sent: dict[int, int] = {}
        for one in (item for parcel in self.shipments.all() for item in parcel.items.all()):
            sent[one.item_id] = sent.get(one.item_id, 0) + one.quantity
        left = [(item, item.quantity - sent.get(item.pk, 0)) for item in self.items.all()]
        return [(item, units) for item, units in left if units]

    @property
    def is_returnable(self) -> bool:
        """Say whether something of it may come back; no query where it is loaded for its page."""
        sent = [item.quantity for parcel in self.shipments.all() for item in parcel.items.all()]
        back = [item.quantity for one in self.returns.all() if one.counts for item in one.items.all()]
        return self.status in self.SENT and sum(sent) > sum(back)


class OrderItem(TimestampedModel):
    """One product in one order, with the name, price and tax it had on that day.

    ``unit_price``, ``total_price`` and ``discount_amount`` are on the order's basis (see
    ``Order.prices_include_tax``); net, tax and gross are what the line comes to after discounts.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="order_items", related_query_name="orderitem"
    )
    product_name = models.CharField(max_length=300)
    product_sku = models.CharField(max_length=100)
    quantity = models.PositiveSmallIntegerField(help_text=_("Units."))
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    total_price = amount()
    discount_amount = amount(default=Decimal())
    tax_rate = models.DecimalField(
        max_digits=5, decimal_places=4, default=Decimal(), help_text=_("Share of the net amount.")
    )
    net_amount = amount(_("After discounts."))
    tax_amount = amount(_("After discounts."))
    gross_amount = amount(_("After discounts."))

    class Meta:
        db_table = "order_items"
        ordering = ("pk",)  # as they stood in the cart
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "product"], name="order_item_once_per_product"),
            models.CheckConstraint(
                condition=to_the_cent("total_price", F("unit_price") * F("quantity")) & Q(quantity__gt=0),
                name="order_item_adds_up",
            ),
            models.CheckConstraint(
                condition=to_the_cent("gross_amount", F("net_amount") + F("tax_amount"))
                & Q(
                    net_amount__gte=0,
                    tax_amount__gte=0,
                    discount_amount__gte=0,
                    discount_amount__lte=F("total_price"),
                ),
                name="order_item_taxes_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_name}"


class OrderDiscount(models.Model):
    """One discount of one order, with its reason and its arithmetic in words.

    ``amount`` is on the order's basis; what it takes off delivery is part of it.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="discounts")
    promotion = models.ForeignKey(
        Promotion, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    code = models.CharField(max_length=40, blank=True, help_text="The coupon's, if there was one.")
    name = models.CharField(max_length=200)
    reason = models.TextField()
    """As long as its arithmetic is: free units may be of as many prices as an order has lines."""
    amount = amount()

    class Meta:
        db_table = "order_discounts"
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="order_discount_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"
