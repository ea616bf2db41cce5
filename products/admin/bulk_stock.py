"""Bulk change of stock: to a number or by one, with a reason, looked at before it is booked."""

import json
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
from products.admin.bulk_pages import BulkPages, PksField, Row
from products.models import Product
from products.services import stock

MOST_AT_ONCE = 10_000
"""Products; so many are booked within a few seconds."""


class StockForm(forms.Form):
    """A change of many stocks, and the products that it is for."""

    pks = PksField()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    mode = forms.ChoiceField(
        label=gettext_lazy("Change"),
        choices=[("to", gettext_lazy("Set to")), ("by", gettext_lazy("Change by"))],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    units = forms.IntegerField(
        label=gettext_lazy("Units"),
        min_value=-1_000_000,
        max_value=1_000_000,
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("For the ledger: counted, damaged, found ..."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )

    def change_from(self, before: int) -> int:
        """Return by how many units a stock of ``before`` would change."""
        units: int = self.cleaned_data["units"]
        return units - before if self.cleaned_data["mode"] == "to" else units

    def clean_seen(self) -> dict[int, int]:
        try:
            return {
                int(pk): int(units) for pk, units in json.loads(self.cleaned_data["seen"] or "{}").items()
            }
        except (ValueError, AttributeError, TypeError):
            return {}


class BulkStock(BulkPages):
    """Mixed into the product screen."""

    STOCK_TITLE = gettext_lazy("Change stock")

    def get_urls(self) -> Any:
        screen = self.admin_site.admin_view(self.stock_view)
        return [path("stock/", screen, name="products_product_stock"), *super().get_urls()]  # type: ignore[misc]

    @admin.action(description=STOCK_TITLE, permissions=["adjust"])
    def change_stock(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        pks = pks_of(queryset)
        return self._stock_form(request, StockForm(initial={"pks": ",".join(map(str, pks))}), len(pks))

    def stock_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_adjust_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = StockForm(request.POST)
        if "pks" in form.errors:
            return HttpResponseRedirect(reverse("admin:products_product_changelist"))
        if request.POST.get("step") == "edit" or not form.is_valid():
            return self._stock_form(request, form, len(form.cleaned_data["pks"]))
        if len(form.cleaned_data["pks"]) > MOST_AT_ONCE:
            form.add_error(None, _("Change at most %(limit)d stocks at once.") % {"limit": MOST_AT_ONCE})
            return self._stock_form(request, form, len(form.cleaned_data["pks"]))
        seen = form.cleaned_data["seen"]
        chosen = Product.objects.filter(pk__in=form.cleaned_data["pks"]).buyable()
        products = list((chosen | Product.objects.filter(parent__in=form.cleaned_data["pks"])).order_by("pk"))
        if request.POST.get("step") == "confirm":
            try:
                changes = {pk: form.change_from(before) for pk, before in seen.items()}
                reason, actor = form.cleaned_data["reason"], request.user
                count = stock.adjust_many(changes, seen=seen, reason=reason, actor=actor)  # type: ignore[arg-type]
            except ShopError as refusal:
                self.message_user(request, refusal.detail, messages.ERROR)  # type: ignore[attr-defined]
            else:
                return self._stock_changed(request, count)
        return self._stock_preview(request, form, products)

    def _stock_preview(self, request: HttpRequest, form: StockForm, products: list[Product]) -> HttpResponse:
        rows, count = [], 0
        for product in products:
            change = form.change_from(product.stock_quantity)
            after = product.stock_quantity + change
            count += bool(change)
            refusal = _("There are not that many.") if after < 0 else ""
            rows.append(
                Row(
                    product.sku,
                    product.name,
                    [str(product.stock_quantity), f"{change:+d}", str(after)],
                    refusal,
                )
            )
        text = ngettext(
            "The stock of %(count)d product would change. Nothing has happened yet.",
            "The stock of %(count)d products would change. Nothing has happened yet.",
            count,
        )
        return self.preview_page(
            request,
            form,
            rows,
            seen=json.dumps({product.pk: product.stock_quantity for product in products}),
            title=self.STOCK_TITLE,
            lead=text % {"count": count},
            headings=[_("SKU"), _("Name"), _("Units"), _("Change"), _("Units then")],
            button=_("Book these changes"),
        )

    def _stock_form(self, request: HttpRequest, form: StockForm, count: int) -> HttpResponse:
        text = ngettext(
            "For %(count)d product. A product with variants stands for all of them.",
            "For %(count)d products. A product with variants stands for all of them.",
            count,
        )
        return self.form_page(
            request,
            form,
            title=self.STOCK_TITLE,
            lead=text % {"count": count},
            button=_("Look at it first"),
            action=reverse("admin:products_product_stock"),
        )

    def _stock_changed(self, request: HttpRequest, count: int) -> HttpResponse:
        text = ngettext(
            "The stock of %(count)d product was changed.",
            "The stock of %(count)d products was changed.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:products_product_changelist"))
