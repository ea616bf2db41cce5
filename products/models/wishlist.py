"""What customers put aside for later."""

from secrets import token_urlsafe
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


def new_token() -> str:
    """Return an address that nobody guesses: 128 random bits."""
    return token_urlsafe(16)


class Wishlist(TimestampedModel):
    """A named list of one customer; a public one is read by whoever has its link."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishlists")
    name = models.CharField(_("name"), max_length=100, default="My Wishlist")
    is_public = models.BooleanField(_("public"), default=False)
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)

    class Meta:
        db_table = "wishlists"
        verbose_name = _("wishlist")
        verbose_name_plural = _("wishlists")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="wishlist_name_unique_per_user")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return where others read it while it is public; whoever knows it may."""
        return reverse("wishlist_public", args=[self.token])


class WishlistItem(TimestampedModel):
    """One product on one list."""

    wishlist = models.ForeignKey(Wishlist, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="+")
    notes = models.CharField(_("notes"), max_length=500, blank=True)
    price_told = models.DecimalField(
        _("price told"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
        help_text=_("What it cost when its owner was last told: when it was saved, or by a mail."),
    )
    was_sold_out = models.BooleanField(
        _("sold out"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("When the shop last looked; its owner may be told when it is back."),
    )

    class Meta:
        db_table = "wishlist_items"
        verbose_name = _("wishlist item")
        verbose_name_plural = _("wishlist items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wishlist", "product"], name="wishlist_item_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["product"], name="wishlist_item_sold_out", condition=models.Q(was_sold_out=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id} on {self.wishlist_id}"
