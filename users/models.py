"""Accounts and where their owners live."""

from typing import Any, ClassVar

from django.contrib.auth import models as auth
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


class UserManager(auth.UserManager["User"]):
    """Django's own contract for creating accounts; everything else is in ``users.services``."""

    def create_user(
        self,
        username: str | None = None,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Create an account; without a ``username`` the address is one."""
        email = (email or "").lower()
        return super().create_user(username or email, email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find who logs in with this address, whatever its case."""
        return super().get_by_natural_key((username or "").lower())

    def create_superuser(
        self,
        username: str | None = None,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        email = (email or "").lower()
        return super().create_superuser(username or email, email, password, **fields)


class User(auth.AbstractUser, TimestampedModel):
    """A person with an account, known by e-mail address."""

    username = models.CharField(_("user name"), max_length=254, unique=True)
    email = models.EmailField(_("e-mail address"), unique=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    avatar = models.ImageField(_("picture"), upload_to="avatars/", blank=True)
    is_verified = models.BooleanField(
        _("verified"), default=False, help_text=_("Has answered a mail to this address.")
    )
    last_login_ip = models.GenericIPAddressField(_("last login from"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username", "first_name", "last_name"]

    class Meta:
        db_table = "users"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower")
        ]

    def __str__(self) -> str:
        return self.email


class MailConsent(models.Model):
    """One decision about one kind of mail; the newest is in force. Rows are appended, never changed."""

    class Kind(models.TextChoices):
        REVIEWS = "reviews", _("A request for your opinion of what you bought")
        PRICE_DROP = "price_drop", _("When something on your wishlists costs less")
        BACK_IN_STOCK = "back_in_stock", _("When something you wait for is back in stock")
        ABANDONED_CART = "abandoned_cart", _("A reminder of what still lies in your cart")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mail_consents")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    is_given = models.BooleanField(_("wanted"))
    source = models.CharField(_("said at"), max_length=50, help_text=_("Name of the page or link."))
    text_version = models.PositiveSmallIntegerField(
        _("version of the text"), help_text=_("Which words stood beside it.")
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=_("In which it was said, and mails of this kind are written."),
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        db_table = "mail_consents"
        verbose_name = _("consent to mails")
        verbose_name_plural = _("consents to mails")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}: {self.is_given}"


class Address(TimestampedModel):
    """A postal address of an account."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(_("name"), max_length=150)
    company = models.CharField(_("company"), max_length=150, blank=True)
    street = models.CharField(_("street and number"), max_length=200)
    street2 = models.CharField(_("address line 2"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100)
    state = models.CharField(_("state or region"), max_length=100, blank=True)
    zip_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1 alpha-2, for example DE."))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_default_shipping = models.BooleanField(_("default for deliveries"), default=False)
    is_default_billing = models.BooleanField(_("default for invoices"), default=False)

    class Meta:
        db_table = "addresses"
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="address_country_iso"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default_shipping=True), name="address_one_default_shipping"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default_billing=True), name="address_one_default_billing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.street}, {self.zip_code} {self.city}, {self.country}"

    @property
    def fields(self) -> dict[str, str]:
        """What is written on a parcel, by the names that addresses have everywhere."""
        names = ("name", "company", "street", "street2", "zip_code", "city", "state", "country")
        return {name: getattr(self, name) for name in names}
