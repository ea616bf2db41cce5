"""Offers: reductions that come by themselves, and coupons that a customer types."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel
from products.models import Category


class OfferState(models.TextChoices):
    """Whether an offer or a coupon counts just now, and if not, why."""

    RUNNING = "running", _("Running")
    PLANNED = "planned", _("Planned")
    OVER = "over", _("Over")
    USED_UP = "used_up", _("Used up")
    NO_CODE = "no_code", _("Without a code")
    OFF = "off", _("Switched off")


def _state(now: datetime, *last: When, first: When | None = None, of: str = "") -> Case:
    """Return the state of an offer, or of what belongs to it under ``of``."""
    return Case(
        *([first] if first else []),
        When(**{f"{of}is_active": False}, then=Value(OfferState.OFF)),
        When(**{f"{of}ends_at__lte": now}, then=Value(OfferState.OVER)),
        When(**{f"{of}starts_at__gt": now}, then=Value(OfferState.PLANNED)),
        *last,
        default=Value(OfferState.RUNNING),
        output_field=models.CharField(),
    )


class PromotionQuerySet(models.QuerySet["Promotion"]):
    """The vocabulary of questions about offers."""

    def running(self, now: datetime) -> Self:
        """Keep what is on at ``now``."""
        begun = Q(starts_at=None) | Q(starts_at__lte=now)
        not_over = Q(ends_at=None) | Q(ends_at__gt=now)
        return self.filter(begun & not_over, is_active=True)

    def with_state(self, now: datetime) -> Self:
        """Add ``state``, and of its coupons ``code_count``, ``first_code``, ``uses`` and ``most_uses``.

        ``most_uses`` is none where one of them has none.
        """
        coupons = Coupon.objects.filter(promotion=OuterRef("pk")).order_by()
        of_offer = coupons.values("promotion")
        endless = Exists(coupons.filter(most_uses=None))
        return self.annotate(
            code_count=Coalesce(Subquery(of_offer.annotate(n=Count("pk")).values("n")), 0),
            first_code=Subquery(of_offer.annotate(code=Min("code")).values("code")),
            uses=Coalesce(Subquery(of_offer.annotate(n=Sum("uses")).values("n")), 0),
            most_uses=Case(
                When(~endless, then=Subquery(of_offer.annotate(n=Sum("most_uses")).values("n"))),
                output_field=models.IntegerField(),
            ),
            state=_state(
                now,
                When(Q(needs_coupon=True, code_count=0), then=Value(OfferState.NO_CODE)),
                When(
                    Q(needs_coupon=True) & ~Exists(coupons.filter(is_active=True)), then=Value(OfferState.OFF)
                ),
                When(Q(needs_coupon=True) & ~Exists(coupons.usable()), then=Value(OfferState.USED_UP)),
            ),
        )


class CouponQuerySet(models.QuerySet["Coupon"]):
    """The vocabulary of questions about coupons."""

    def usable(self) -> Self:
        """Keep what has uses left, whether or not its offer is on."""
        return self.filter(Q(most_uses=None) | Q(uses__lt=F("most_uses")), is_active=True)

    def with_state(self, now: datetime) -> Self:
        """Add ``state``: its own, or that of its offer."""
        used_up = When(uses__gte=F("most_uses"), then=Value(OfferState.USED_UP))
        off = When(is_active=False, then=Value(OfferState.OFF))
        return self.annotate(state=_state(now, used_up, first=off, of="promotion__"))


class Promotion(TimestampedModel):
    """One offer. Amounts are in the store's currency, on the basis of its price tags."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("Percent off")
        AMOUNT = "amount", _("Amount off")
        FREE_SHIPPING = "free_shipping", _("Free delivery")
        BUY_X_GET_Y = "buy_x_get_y", _("Buy some, get some free")
        TIERS = "tiers", _("The more, the cheaper")

    name = models.CharField(_("name"), max_length=200, help_text=_("Customers read it beside the reduction."))
    translations = models.JSONField(
        _("in other languages"), default=dict, blank=True, help_text='{"de": {"name": "…"}}'
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    needs_coupon = models.BooleanField(_("needs a coupon"), default=False)
    value = models.DecimalField(
        _("value"),
        max_digits=10,
        decimal_places=2,
        default=Decimal(),
        help_text=_("Percent, or the amount off."),
    )
    minimum = models.DecimalField(
        _("from"),
        max_digits=10,
        decimal_places=2,
        default=Decimal(),
        help_text=_("Goods value from which it counts."),
    )
    buy = models.PositiveSmallIntegerField(_("buy"), default=0, help_text=_("Units to pay for."))
    get = models.PositiveSmallIntegerField(_("get"), default=0, help_text=_("Units free on top."))
    tiers = models.JSONField(
        _("steps"), default=list, blank=True, help_text=_("Goods value and percent: [[50, 5], [100, 10]]")
    )
    categories: Any = models.ManyToManyField(
        Category,
        blank=True,
        related_name="+",
        verbose_name=_("categories"),
        help_text=_("And all that is inside them. None: everything."),
    )
    priority = models.SmallIntegerField(_("priority"), default=0, help_text=_("Higher is applied first."))
    is_exclusive = models.BooleanField(
        _("exclusive"), default=False, help_text=_("Stands alone: no other offer is given with it.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        db_table = "promotions"
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ("-priority", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(value__gte=0, minimum__gte=0), name="promotion_not_negative"),
            models.CheckConstraint(
                condition=~Q(kind="percent") | Q(value__gt=0, value__lte=100), name="promotion_percent_range"
            ),
            models.CheckConstraint(
                condition=~Q(kind="amount") | Q(value__gt=0), name="promotion_amount_positive"
            ),
            models.CheckConstraint(
                condition=~Q(kind="buy_x_get_y") | Q(buy__gt=0, get__gt=0), name="promotion_buy_and_get"
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="promotion_starts_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_running(self, now: datetime) -> bool:
        """Say whether it is on at ``now``; as ``running()`` says it of rows."""
        begun = self.starts_at is None or self.starts_at <= now
        return self.is_active and begun and (self.ends_at is None or self.ends_at > now)

    def localized_name(self, language: str | None) -> str:
        """Return its name in ``language``, or as it was written."""
        return str(self.translations.get(language or "", {}).get("name") or self.name)


class Coupon(TimestampedModel):
    """A code that opens an offer. ``uses`` moves by conditional UPDATE; ``CouponUse`` is its ledger."""

    code = models.CharField(_("code"), max_length=40, unique=True, help_text=_("Capitals and digits."))
    promotion = models.ForeignKey(
        Promotion, on_delete=models.PROTECT, related_name="coupons", verbose_name=_("offer")
    )
    most_uses = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, help_text=_("Empty: as many as come.")
    )
    most_uses_per_customer = models.PositiveIntegerField(
        _("uses per customer"), null=True, blank=True, help_text=_("Empty: as many as come.")
    )
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = CouponQuerySet.as_manager()

    class Meta:
        db_table = "coupons"
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9-]+$"), name="coupon_code_capitals"),
            models.CheckConstraint(
                condition=Q(most_uses=None) | Q(uses__lte=F("most_uses")), name="coupon_uses_bounded"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponUse(models.Model):
    """One use of a coupon by one order; given back when the order is cancelled."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="ledger")
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="coupon_use")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(help_text="Lower case: what a guest is counted by.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    given_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "coupon_uses"
        indexes = [
            models.Index(
                fields=["coupon", "email"], condition=Q(given_back_at=None), name="coupon_use_by_email"
            )
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} in {self.order_id}"
