"""Bulk change of prices: the rule, what it would do, and the confirmation."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold import widgets

from dbProject.errors import ShopError
from dbProject.staff import pks_of
from products.admin import cells
from products.admin.bulk_pages import BulkPages, PksField, Row
from products.services import prices


class PriceForm(forms.Form):
    """A rule for many prices, and the products that it is for."""

    pks = PksField()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    target = forms.ChoiceField(
        label=gettext_lazy("Change"),
        choices=[
            ("price", gettext_lazy("The price")),
            ("sale_price", gettext_lazy("The sale price, worked out from the price")),
            ("no_sale", gettext_lazy("End the sale")),
        ],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    value = forms.DecimalField(
        label=gettext_lazy("By"),
        required=False,
        max_digits=10,
        decimal_places=2,
        help_text=gettext_lazy("Negative to go down, for example -20."),
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("In"),
        choices=[("percent", gettext_lazy("Percent")), ("amount", gettext_lazy("Money per unit"))],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    ending = forms.ChoiceField(
        label=gettext_lazy("Last digit"),
        choices=[("", gettext_lazy("As it falls")), ("0", "0"), ("9", "9")],
        required=False,
        help_text=gettext_lazy("12.34 becomes 12.30 or 12.39."),
        widget=widgets.UnfoldAdminSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("target") != "no_sale" and not cleaned.get("value") and "value" not in self.errors:
            self.add_error("value", _("Say by how much."))
        return cleaned

    def rule(self) -> prices.PriceRule:
        said = self.cleaned_data
        value = said["value"] or Decimal(0)
        if said["target"] == "no_sale":
            return prices.PriceRule(target="no_sale")
        unit = {said["unit"]: value}
        return prices.PriceRule(target=said["target"], ending=said["ending"], **unit)


class BulkPrices(BulkPages):
    """Mixed into the product screen."""

    TITLE = gettext_lazy("Change prices")

    def get_urls(self) -> Any:
        screen = self.admin_site.admin_view(self.prices_view)
        return [path("prices/", screen, name="products_product_prices"), *super().get_urls()]  # type: ignore[misc]

    @admin.action(description=TITLE, permissions=["change"])
    def change_prices(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        pks = pks_of(queryset)
        return self._price_form(request, PriceForm(initial={"pks": ",".join(map(str, pks))}), len(pks))

    def prices_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = PriceForm(request.POST)
        if "pks" in form.errors:
            return HttpResponseRedirect(reverse("admin:products_product_changelist"))
        if request.POST.get("step") == "edit" or not form.is_valid():
            return self._price_form(request, form, len(form.cleaned_data["pks"]))
        pks, rule = form.cleaned_data["pks"], form.rule()
        try:
            if request.POST.get("step") == "confirm":
                seen = form.cleaned_data["seen"]
                count = prices.change_prices(pks, rule, seen=seen, actor=request.user)  # type: ignore[arg-type]
                return self._prices_changed(request, pks, count)
        except ShopError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)  # type: ignore[attr-defined]
        try:
            shown = prices.preview(pks, rule)
        except ShopError as refusal:
            form.add_error(None, refusal.detail)
            return self._price_form(request, form, len(pks))
        rows = [
            Row(
                change.product.sku,
                change.product.name,
                [
                    cells.amount(change.product.price),
                    cells.amount(change.price),
                    cells.amount(change.product.sale_price),
                    cells.amount(change.sale_price),
                ],
                change.refusal or ("" if change.changes else _("Stays as it is.")),
            )
            for change in shown.changes
        ]
        return self._price_preview(request, form, rows, shown)

    def _price_preview(
        self, request: HttpRequest, form: PriceForm, rows: list[Row], shown: prices.Preview
    ) -> HttpResponse:
        count = sum(change.changes for change in shown.changes)
        text = ngettext(
            "%(count)d price would change. Nothing has happened yet.",
            "%(count)d prices would change. Nothing has happened yet.",
            count,
        )
        return self.preview_page(
            request,
            form,
            rows,
            seen=shown.seen,
            title=self.TITLE,
            lead=text % {"count": count},
            headings=[_("SKU"), _("Name"), _("Price"), _("New price"), _("Sale price"), _("New sale price")],
            button=_("Change these prices"),
        )

    def _price_form(self, request: HttpRequest, form: PriceForm, count: int) -> HttpResponse:
        text = ngettext(
            "For %(count)d product. A product with variants stands for all of them.",
            "For %(count)d products. A product with variants stands for all of them.",
            count,
        )
        return self.form_page(
            request,
            form,
            title=self.TITLE,
            lead=text % {"count": count},
            button=_("Look at it first"),
            action=reverse("admin:products_product_prices"),
        )

    def _prices_changed(self, request: HttpRequest, pks: list[int], count: int) -> HttpResponse:
        text = ngettext("%(count)d price was changed.", "%(count)d prices were changed.", count)
        said = text % {"count": count}
        self.log_many(request, pks, said)  # type: ignore[attr-defined]
        self.message_user(request, said, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:products_product_changelist"))
