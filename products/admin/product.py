"""The product list and the product form of staff."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter
from unfold.decorators import action, display

from dbProject.errors import ShopError
from dbProject.staff import SoftDeleteAdmin, sort_rows
from products.admin import cells, filters, inlines
from products.admin.bulk_prices import BulkPrices
from products.admin.bulk_stock import BulkStock
from products.admin.files import Files
from products.admin.product_forms import AdjustStockForm, ProductForm, VariantForm
from products.models import Product, ProductAttributeValue, ProductImage
from products.services import catalog, stock

ADJUST = "products.add_stockmovement"
"""Who may write a line into the ledger may adjust stock. Asked in a method: a dotted name in ``@action``
makes Unfold ask the database during its checks, before there is one."""


@admin.register(Product)
class ProductAdmin(BulkPrices, BulkStock, Files, SoftDeleteAdmin):
    form = ProductForm
    list_display = (
        "thumbnail", "title", "sku", "price_now", "stock_number", "stock", "category", "is_active",
    )  # fmt: skip
    list_display_links = ("title",)
    list_select_related = ("category", "brand")
    list_filter = (
        filters.CategoryFilter,
        ("brand", AutocompleteSelectFilter),
        filters.StockFilter,
        filters.SaleFilter,
        ("is_active", BooleanRadioFilter),
        ("is_featured", BooleanRadioFilter),
        filters.KindFilter,
        filters.DeletedFilter,
    )
    search_fields = ("name", "sku", "ean", "brand__name")
    search_help_text = gettext_lazy("Name, SKU, EAN or brand")
    ordering = ("-created_at", "-pk")
    autocomplete_fields = ("category", "brand")
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "short_description", ("sku", "ean"), ("category", "brand"))}),
        (
            gettext_lazy("Price"),
            {"fields": (("price", "sale_price"), ("cost_price", "tax_class"), ("measure", "measure_unit"))},
        ),
        (gettext_lazy("Stock"), {"fields": (("stock_quantity", "low_stock_threshold"), "max_per_order")}),
        (gettext_lazy("Shown"), {"fields": (("is_active", "is_featured", "is_digital"),)}),
        (gettext_lazy("Text"), {"fields": ("description",)}),
        (
            gettext_lazy("More"),
            {"fields": ("slug", ("weight", "dimensions"), ("meta_title", "meta_description"))},
        ),
    )
    actions = ("change_prices", "change_stock", "restore_selected", "export_selected")
    actions_list = ("import_file", "export_all")
    actions_detail = ("adjust_stock", "add_variant", "restore")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return Product.all_objects.with_cover().order_by(*self.ordering)

    @display(description="")
    def thumbnail(self, product: Product) -> SafeString:
        return cells.thumbnail(next(iter(product.cover_images), None))

    @display(description=gettext_lazy("name"), ordering="name", header=True)
    def title(self, product: Product) -> list[str]:
        about = [product.brand.name, cells.kind(product)]
        return [product.name, " · ".join(part for part in about if part)]

    @display(description=gettext_lazy("price"), ordering="price_low")
    def price_now(self, product: Product) -> SafeString:
        return cells.price(product)

    @display(description=gettext_lazy("units"), ordering="stock_quantity")
    def stock_number(self, product: Product) -> str:
        return "" if product.has_variants else str(product.stock_quantity)

    @display(description=gettext_lazy("stock"))
    def stock(self, product: Product) -> SafeString:
        if product.is_deleted:
            return cells.badge(_("Deleted"), "plain")
        return cells.stock_word(product)

    # The form

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        if obj is None:
            return ()
        shared = ("category", "brand") if obj.parent_id else ()
        return ("stock_quantity", *shared)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_inlines(self, request: HttpRequest, obj: Product | None) -> Any:
        if obj is None:
            return [inlines.PictureInline, inlines.AttributeValueInline]
        values = inlines.OptionInline if obj.parent_id else inlines.AttributeValueInline
        below = inlines.VariantInline if obj.has_variants else inlines.MovementInline
        return [inlines.PictureInline, values, below]

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        said = form.cleaned_data
        if change:
            changes = {name: said[name] for name in form.changed_data if name in catalog.EDITABLE}
            if changes:
                catalog.update_product(obj, changes=changes)
            return
        created = catalog.create_product(**{name: said[name] for name in form.fields if name in said})
        obj.pk, obj._state.adding = created.pk, False
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        sort_rows(formset)
        if formset.model is ProductImage:
            inlines.save_pictures(form.instance, formset)
        elif formset.model is ProductAttributeValue:
            inlines.save_values(form.instance, formset)

    def delete_model(self, request: HttpRequest, obj: Product) -> None:
        catalog.delete_product(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for product in queryset:
            catalog.delete_product(product)

    # What can be done with one

    def has_adjust_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(ADJUST))

    def has_variant_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.has_add_permission(request))

    @action(
        description=gettext_lazy("Adjust stock"),
        url_path="adjust-stock",
        permissions=["adjust"],
        icon="swap_vert",
    )
    def adjust_stock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        product = get_object_or_404(Product.objects, pk=object_id)
        form = AdjustStockForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                stock.adjust(product, **form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
            except ShopError as refusal:
                form.add_error(None, refusal.detail)
            else:
                product.refresh_from_db()
                text = _("%(name)s: %(change)+d, now %(left)d units.")
                facts = {"change": form.cleaned_data["change"], "left": product.stock_quantity}
                return self._done(request, product, text % {"name": product.name, **facts})
        lead = _("%(name)s has %(left)d units.") % {"name": product.name, "left": product.stock_quantity}
        return self._form_page(request, product, form, title=_("Adjust stock"), lead=lead)

    @action(
        description=gettext_lazy("Add a variant"),
        url_path="add-variant",
        permissions=["variant"],
        icon="library_add",
    )
    def add_variant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        product = get_object_or_404(Product.objects, pk=object_id)
        form = VariantForm(request.POST or None, parent=product)
        if request.method == "POST" and form.is_valid():
            plain = ("sku", "price", "sale_price", "stock_quantity", "ean")
            said = {name: form.cleaned_data[name] for name in plain}
            try:
                variant = catalog.add_variant(product, options=form.chosen(), **said)
            except ShopError as refusal:
                field = "sku" if refusal.code == "sku_taken" else None
                form.add_error(field, refusal.detail)
            else:
                self.log_addition(request, variant, _("Added as a variant."))
                return self._done(request, product, _("%(name)s was added.") % {"name": variant.name})
        lead = _("A variant of %(name)s, told apart by its options.") % {"name": product.name}
        return self._form_page(request, product, form, title=_("Add a variant"), lead=lead)

    @action(
        description=gettext_lazy("Restore"),
        url_path="restore",
        permissions=["change"],
        icon="restore_from_trash",
    )
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        product = get_object_or_404(Product.all_objects, pk=object_id)
        if request.method == "POST":
            catalog.restore_product(product)
            self.log_change(request, product, _("Restored."))
            return self._done(request, product, _("%(name)s is back.") % {"name": product.name})
        lead = _("%(name)s and the variants that went with it will be for sale again.")
        return self._form_page(request, product, None, title=_("Restore"), lead=lead % {"name": product.name})

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> Any:
        product = Product.all_objects.filter(pk=object_id).only("kind", "deleted_at").first()
        hidden = set()
        if product is None or not product.is_deleted:
            hidden.add("restore")
        if product is None or product.is_deleted or product.kind == Product.Kind.VARIANT:
            hidden.add("add_variant")
        if product is None or product.is_deleted or product.has_variants:
            hidden.add("adjust_stock")
        return [
            shown
            for shown in super().get_actions_detail(request, object_id)
            if shown.method.original_function_name not in hidden
        ]

    # What can be done with many

    @admin.action(description=gettext_lazy("Restore"), permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: Any) -> None:
        rows = list(queryset.exclude(deleted_at=None))
        with transaction.atomic():
            for product in rows:
                catalog.restore_product(product)
        text = ngettext("%(count)d product is back.", "%(count)d products are back.", len(rows))
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS)

    def log_many(self, request: HttpRequest, pks: list[int], text: str) -> None:
        """Note in the history of these products what was done to all of them."""
        rows = Product.all_objects.filter(pk__in=pks)
        LogEntry.objects.log_actions(request.user.pk, rows, CHANGE, change_message=text)  # type: ignore[arg-type]

    # Pages

    def _form_page(
        self, request: HttpRequest, product: Product, form: Any, *, title: str, lead: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "lead": lead,
            "form": form or [],
            "button": title,
            "back": reverse("admin:products_product_change", args=[product.pk]),
        }
        return TemplateResponse(request, "admin/shop_form.html", context)

    def _done(self, request: HttpRequest, product: Product, text: str) -> HttpResponse:
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:products_product_change", args=[product.pk]))
