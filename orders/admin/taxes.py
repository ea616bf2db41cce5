"""The tax rates of staff, and what counts today."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from dbProject.staff import ShopModelAdmin, ShopModelForm
from orders.admin import cells
from orders.models import TaxRate
from orders.pricing import vat
from orders.selectors import taxes as selectors
from orders.services import taxes
from products.admin.cells import badge
from products.models import Product
from users import countries

SHOWN = [
    Product.TaxClass.STANDARD,
    Product.TaxClass.REDUCED,
    Product.TaxClass.SUPER_REDUCED,
]


def taxed() -> countries.Choices:
    """Return the countries in which rates matter, with their names: of the union, and the store's own."""
    codes = [code for code in countries.NAMES if vat.member_state(code) or code == settings.STORE_COUNTRY]
    return countries.choices(codes)


class RateForm(ShopModelForm):
    """A rate, typed as people say it: 19 for 19 %."""

    country = forms.ChoiceField(
        label=gettext_lazy("Country"), choices=taxed, widget=widgets.UnfoldAdminSelectWidget()
    )
    percent = forms.DecimalField(
        label=gettext_lazy("Percent"),
        min_value=0,
        max_value=Decimal("99.99"),
        decimal_places=2,
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
        help_text=gettext_lazy("Of the net price: 19 for 19 %."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["percent"] = f"{(self.instance.rate * 100).normalize():f}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("percent") is not None:
            self.instance.rate = cleaned["percent"] / 100
        start, end = cleaned.get("valid_from"), cleaned.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("It has to be later than the first day."))
        return cleaned


@admin.register(TaxRate)
class TaxRateAdmin(ShopModelAdmin):
    """What staff have set, and below it what counts today in every country of the union."""

    form = RateForm
    list_display = ("where", "tax_class", "percent", "valid_from", "valid_to", "state")
    list_filter = (("tax_class", ChoicesDropdownFilter),)
    search_fields = ("country",)
    search_help_text = gettext_lazy("Country code, for example DE")
    list_after_template = "admin/orders/taxrate/today.html"
    fieldsets = (
        (
            None,
            {
                "fields": (("country", "tax_class"), "percent", ("valid_from", "valid_to")),
                "description": gettext_lazy(
                    "It takes the place of the rate in the law from its first day on. "
                    "Orders that are placed already keep theirs."
                ),
            },
        ),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        names = dict(taxed())
        rows = [
            (names[one.country], [(cells.rate(one.rates[name]), name in one.own) for name in SHOWN])
            for one in selectors.today(names, timezone.localdate())
        ]
        context = {"classes": [tax_class.label for tax_class in SHOWN], "rows": rows}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @display(description=gettext_lazy("country"), ordering="country")
    def where(self, rate: TaxRate) -> str:
        return str(countries.NAMES.get(rate.country, rate.country))

    @display(description=gettext_lazy("rate"), ordering="rate")
    def percent(self, rate: TaxRate) -> SafeString:
        return cells.number(cells.rate(rate.rate))

    @display(description=gettext_lazy("state"))
    def state(self, rate: TaxRate) -> SafeString:
        today = timezone.localdate()
        if rate.valid_from > today:
            return badge(_("Planned"), "info")
        if rate.valid_to is not None and rate.valid_to <= today:
            return badge(_("Over"), "plain")
        return badge(_("In force"), "good")

    def save_model(self, request: HttpRequest, obj: TaxRate, form: Any, change: bool) -> None:
        taxes.save_rate(obj)

    def delete_model(self, request: HttpRequest, obj: TaxRate) -> None:
        taxes.delete_rate(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for rate in queryset:
            taxes.delete_rate(rate)
