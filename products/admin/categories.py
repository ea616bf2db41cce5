"""The category tree of staff."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from dbProject.staff import ShopModelForm, SoftDeleteAdmin
from products.admin import translated
from products.admin.product_forms import ShelfPictureField
from products.models import Category
from products.services import categories


class CategoryForm(ShopModelForm):
    fields_of = {"slug_taken": "slug", "category_inside_itself": "parent"}
    image = ShelfPictureField(label=_("picture"), required=False)

    def clean_translations(self) -> dict[str, Any]:
        return translated.checked(
            self.cleaned_data["translations"],
            {"name": str, "description": str},
            example='{"de": {"name": "…", "description": "…"}}',
        )


class InTreeOrder(ChangeList):
    """A list in the order of the tree, depth first: any other would tear it apart."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str]:
        return ["tree_ordering"]


@admin.register(Category)
class CategoryAdmin(SoftDeleteAdmin):
    """Indented as the tree is; a category is moved by its form."""

    form = CategoryForm
    list_display = ("indented", "product_count", "sort_order", "is_active")
    search_fields = ("name", "slug")
    list_per_page = 500
    sortable_by = ()
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("parent", "sort_order"), "is_active", "description", "image")}),
        (_("In other languages"), {"fields": ("translations",), "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        """Return the tree depth first, with how much stands directly on each shelf."""
        shown = Q(products__deleted_at=None) & ~Q(products__kind="variant")
        rows: QuerySet[Category] = Category.all_objects.with_tree_fields().filter(deleted_at=None)
        return rows.annotate(product_count=Count("products", filter=shown))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return InTreeOrder

    @display(description=_("name"))
    def indented(self, category: Category) -> SafeString:
        depth = getattr(category, "tree_depth", 0)
        return format_html('<span class="shop-depth-{}">{}</span>', min(depth, 6), category.name)

    @display(description=_("products"))
    def product_count(self, category: Category) -> SafeString:
        address = f"{reverse('admin:products_product_changelist')}?category={category.pk}"
        count = getattr(category, "product_count", 0)
        return format_html('<a class="shop-number" href="{}">{}</a>', address, count)

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        if change:
            categories.save_category(obj)
            return
        said = {name: value for name, value in form.cleaned_data.items() if name in form.fields}
        created = categories.create_category(**said)
        obj.pk, obj._state.adding = created.pk, False

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        categories.delete_category(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for category in sorted(queryset, key=lambda row: -getattr(row, "tree_depth", 0)):
            categories.delete_category(category)
