"""The offers and coupons of staff: what is taken off, when, by which code, and how often it was."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from dbProject.staff import LabeledFormSet, ShopModelAdmin, sort_rows
from orders.admin import cells, filters
from orders.admin.localized import NAMES
from orders.admin.offer_forms import CouponForm, OfferForm
from orders.models import Coupon, CouponUse, Promotion
from orders.services import offers
from products.admin.inlines import ReadOnlyInline


class CouponInline(TabularInline):
    model = Coupon
    form = CouponForm
    formset = LabeledFormSet
    hide_title = True
    extra = 0
    per_page = 20
    fields = ("code", "most_uses", "most_uses_per_customer", "uses", "is_active")
    readonly_fields = ("uses",)
    ordering = ("code",)
    show_change_link = True


class UseInline(ReadOnlyInline):
    """The newest uses of a coupon."""

    model = CouponUse
    verbose_name_plural = gettext_lazy("uses")
    fields = ("used_by", "customer", "at", "given_back")
    readonly_fields = fields
    ordering = ("-pk",)
    per_page = 20

    def get_queryset(self, request: HttpRequest) -> QuerySet[CouponUse]:
        rows: QuerySet[CouponUse] = super().get_queryset(request)
        return rows.select_related("order")

    @display(description=gettext_lazy("order"))
    def used_by(self, use: CouponUse) -> SafeString:
        address = reverse("admin:orders_order_change", args=[use.order_id])
        return format_html('<a href="{}">{}</a>', address, use.order.order_number)

    @display(description=gettext_lazy("customer"))
    def customer(self, use: CouponUse) -> str:
        return use.email

    @display(description=gettext_lazy("at"))
    def at(self, use: CouponUse) -> str:
        return date_format(timezone.localtime(use.created_at), "SHORT_DATETIME_FORMAT")

    @display(description=gettext_lazy("given back"))
    def given_back(self, use: CouponUse) -> str:
        if use.given_back_at is None:
            return "\u2013"
        return date_format(timezone.localtime(use.given_back_at), "SHORT_DATETIME_FORMAT")


class BooksAdmin(ShopModelAdmin):
    """What orders have used stays: the service says so, in words, where Django would list rows."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        lacking = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return [str(obj) for obj in objs], {self.opts.verbose_name_plural: len(objs)}, lacking, []


@admin.register(Promotion)
class OfferAdmin(BooksAdmin):
    form = OfferForm
    list_display = ("title", "state", "code", "uses_so_far", "until", "priority")
    list_filter = (
        filters.OfferStateFilter,
        ("kind", ChoicesDropdownFilter),
        ("needs_coupon", BooleanRadioFilter),
    )
    search_fields = ("name", "coupons__code")
    search_help_text = gettext_lazy("Name or code")
    autocomplete_fields = ("categories",)
    inlines = (CouponInline,)
    fieldsets = (
        (None, {"fields": (("name", *NAMES),)}),
        (
            gettext_lazy("What is taken off"),
            {"fields": ("kind", "value", ("buy", "get"), "tiers", ("minimum", "categories"))},
        ),
        (
            gettext_lazy("When"),
            {
                "fields": ("is_active", "starts_at", "ends_at"),
                "description": gettext_lazy(
                    "Times are UTC. Without them it is on for as long as it is active."
                ),
            },
        ),
        (
            gettext_lazy("For whom, and beside which others"),
            {"fields": ("needs_coupon", ("priority", "is_exclusive"))},
        ),
    )
    conditional_fields = {
        "value": "kind == 'percent' || kind == 'amount'",
        "buy": "kind == 'buy_x_get_y'",
        "get": "kind == 'buy_x_get_y'",
        "tiers": "kind == 'tiers'",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        rows: QuerySet[Promotion] = super().get_queryset(request)
        return rows.with_state(timezone.now()).prefetch_related("categories")  # type: ignore[attr-defined,no-any-return]

    @display(description=gettext_lazy("offer"), ordering="name", header=True)
    def title(self, offer: Promotion) -> list[str]:
        return [offer.name, cells.taken_off(offer)]

    @display(description=gettext_lazy("state"))
    def state(self, offer: Promotion) -> SafeString:
        return cells.offer_state(offer)

    @display(description=gettext_lazy("code"))
    def code(self, offer: Promotion) -> str:
        count = getattr(offer, "code_count", 0)
        if count > 1:
            return ngettext("%(count)d code", "%(count)d codes", count) % {"count": count}
        return getattr(offer, "first_code", None) or (_("automatic") if not offer.needs_coupon else "\u2013")

    @display(description=gettext_lazy("used"))
    def uses_so_far(self, offer: Promotion) -> SafeString:
        return cells.uses(offer) if getattr(offer, "code_count", 0) else cells.number("\u2013")

    @display(description=gettext_lazy("until"), ordering="ends_at")
    def until(self, offer: Promotion) -> str:
        if offer.ends_at is None:
            return "\u2013"
        return date_format(timezone.localtime(offer.ends_at), "SHORT_DATE_FORMAT")

    def save_model(self, request: HttpRequest, obj: Promotion, form: Any, change: bool) -> None:
        offers.save_offer(obj, categories=form.cleaned_data.get("categories"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:  # the categories are stored already
            self.save_formset(request, form, formset, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        sort_rows(formset)
        for coupon in formset.deleted_objects:
            offers.delete_coupon(coupon)
        for coupon in [*formset.new_objects, *(row for row, _changed in formset.changed_objects)]:
            offers.save_coupon(coupon)

    def delete_model(self, request: HttpRequest, obj: Promotion) -> None:
        offers.delete_offer(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for offer in queryset:
            offers.delete_offer(offer)


@admin.register(Coupon)
class CouponAdmin(BooksAdmin):
    """All codes in one list, and who has used one."""

    form = CouponForm
    list_display = ("code", "offer", "state", "uses_so_far", "most_uses_per_customer")
    list_filter = (filters.OfferStateFilter,)
    list_select_related = ("promotion",)
    search_fields = ("code", "promotion__name")
    search_help_text = gettext_lazy("Code or offer")
    autocomplete_fields = ("promotion",)
    readonly_fields = ("uses",)
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {"fields": (("code", "promotion"), ("most_uses", "most_uses_per_customer"), "uses", "is_active")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Coupon]:
        rows: QuerySet[Coupon] = super().get_queryset(request)
        return rows.with_state(timezone.now())  # type: ignore[attr-defined,no-any-return]

    def get_inlines(self, request: HttpRequest, obj: Coupon | None) -> Any:
        return [UseInline] if obj else []

    @display(description=gettext_lazy("offer"), ordering="promotion__name")
    def offer(self, coupon: Coupon) -> SafeString:
        address = reverse("admin:orders_promotion_change", args=[coupon.promotion_id])
        return format_html('<a href="{}">{}</a>', address, coupon.promotion.name)

    @display(description=gettext_lazy("state"))
    def state(self, coupon: Coupon) -> SafeString:
        return cells.offer_state(coupon)

    @display(description=gettext_lazy("used"), ordering="uses")
    def uses_so_far(self, coupon: Coupon) -> SafeString:
        return cells.uses(coupon)

    def save_model(self, request: HttpRequest, obj: Coupon, form: Any, change: bool) -> None:
        offers.save_coupon(obj)

    def delete_model(self, request: HttpRequest, obj: Coupon) -> None:
        offers.delete_coupon(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for coupon in queryset:
            offers.delete_coupon(coupon)
