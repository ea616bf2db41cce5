"""What the product list can be narrowed to."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from products.models import Category, Product

Rows = QuerySet[Product]


class CategoryFilter(DropdownFilter):
    """A category with everything below it."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        tree = Category.all_objects.with_tree_fields().filter(deleted_at=None).only("name", "parent")
        return [(str(row.pk), "\u2003" * row.tree_depth + row.name) for row in tree]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if not value or not value.isdecimal():
            return queryset
        inside = Category.all_objects.descendants(int(value), include_self=True)
        return queryset.filter(category__in=[row.pk for row in inside])


class StockFilter(DropdownFilter):
    """The stock word; variants are looked at, not their parents."""

    title = _("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("in", _("In stock")), ("low", _("Low")), ("out", _("Sold out"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "in":
            return queryset.in_stock().buyable()
        if self.value() == "low":
            return queryset.low_stock()
        if self.value() == "out":
            return queryset.buyable().filter(stock_quantity=0)
        return queryset


class SaleFilter(DropdownFilter):
    title = _("sale")
    parameter_name = "sale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("On sale")), ("no", _("At full price"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(sale_price__isnull=False)
        return queryset.filter(sale_price=None) if self.value() == "no" else queryset


class KindFilter(DropdownFilter):
    """Without a choice the list shows parents in place of their variants, unless something is looked for."""

    title = _("kind")
    parameter_name = "kind"
    all_option = None
    LOOKS_FOR_UNITS = {"q", "stock", "sale"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.is_looking = any(request.GET.get(name) for name in self.LOOKS_FOR_UNITS)
        return [("", _("Automatic")), ("all", _("Everything")), *Product.Kind.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in Product.Kind.values:
            return queryset.filter(kind=self.value())
        if self.value() == "all" or self.is_looking:
            return queryset
        return queryset.listed()


class DeletedFilter(DropdownFilter):
    title = _("state")
    parameter_name = "deleted"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("", _("In the shop")), ("yes", _("Deleted"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(deleted_at__isnull=self.value() != "yes")


class WaitingFilter(DropdownFilter):
    """Reviews that somebody has to read first; rejected ones only when asked for."""

    title = _("state")
    parameter_name = "state"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("", _("Waiting first")),
            ("waiting", _("Waiting")),
            ("shown", _("Shown")),
            ("rejected", _("Rejected")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "rejected":
            return queryset.exclude(deleted_at=None)
        queryset = queryset.filter(deleted_at=None)
        if self.value() in {"waiting", "shown"}:
            return queryset.filter(is_approved=self.value() == "shown")
        return queryset
