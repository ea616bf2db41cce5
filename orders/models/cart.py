"""What somebody means to buy."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel
from products.models import Product

MOST_UNITS = 99
"""Of one product in one cart."""


class Cart(TimestampedModel):
    """What a customer means to buy: an account's is made with it, a guest's with the first product.

    Prices are read live from the products. Its row is the lock that every change of the cart and every
    order from it takes first.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="cart"
    )
    session_key = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text="A guest's: a random key kept inside the session, which outlives the session's own.",
    )
    coupon_code = models.CharField(_("coupon"), max_length=40, blank=True)
    reminded_at = models.DateTimeField(
        _("reminded at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When a mail last told its owner what lies in it."),
    )

    class Meta:
        db_table = "carts"
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, session_key__isnull=True)
                | Q(user__isnull=True, session_key__isnull=False),
                name="cart_of_an_account_or_of_a_guest",
            )
        ]
        indexes = [
            models.Index(fields=["updated_at"], condition=Q(user__isnull=True), name="cart_guests_by_age")
        ]

    def __str__(self) -> str:
        return f"cart of {self.user or 'a guest'}"

    @property
    def owner(self) -> str:
        """Whose it is, in a form that scopes keys: one owner's keys never meet another's."""
        return f"user:{self.user_id}" if self.user_id else f"cart:{self.pk}"


class CartItem(TimestampedModel):
    """One product of a cart. ``price_seen`` is what one unit cost when its owner last looked."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(_("quantity"), help_text=_("Units."))
    price_seen = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        db_table = "cart_items"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cart", "product"], name="cart_item_once_per_product"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MOST_UNITS)), name="cart_item_quantity_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"

    @property
    def total_price(self) -> Decimal:
        """What the line costs today, on the basis of the price tags."""
        return self.product.effective_price * self.quantity


class SavedItem(TimestampedModel):
    """A product put aside for later: in no total, in no order."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="saved_items")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(_("quantity"), help_text=_("Units."))

    class Meta:
        db_table = "saved_items"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cart", "product"], name="saved_item_once_per_product"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MOST_UNITS)), name="saved_item_quantity_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"
