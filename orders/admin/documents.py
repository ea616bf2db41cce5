"""Invoices and credit notes for the books: found by number, customer or month, and looked at."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from orders.admin import cells
from orders.models import Document
from orders.services import documents
from orders.views.documents import pdf
from products.admin.cells import amount


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Nothing of a document is typed: it comes with the step that needs it."""

    list_display = ("pdf", "kind", "of_order", "gross", "issued_at")
    list_display_links = None
    list_select_related = ("order",)
    list_filter = (("kind", ChoicesDropdownFilter),)
    date_hierarchy = "issued_at"
    ordering = ("-issued_at", "-pk")
    search_fields = ("number", "order__order_number", "order__email")
    search_help_text = gettext_lazy("Number, order number or e-mail address")
    fields = ("number", "kind", "order", "amount", "reason", "issued_at", "sha256")

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/pdf/", wrap(never_cache(self.pdf_view)), name="orders_document_pdf"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return Document.objects.defer("taxes", "seller")

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one in the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = get_object_or_404(Document.objects.select_related("order"), pk=pk)
        return pdf(documents.read(document), name=document.number, shows=True)

    @display(description=gettext_lazy("number"), ordering="number")
    def pdf(self, document: Document) -> SafeString:
        return format_html('<a href="{}">{}</a>', address(document), document.number)

    @display(description=gettext_lazy("order"), ordering="order__order_number")
    def of_order(self, document: Document) -> SafeString:
        page = reverse("admin:orders_order_change", args=[document.order_id])
        return format_html('<a href="{}">{}</a>', page, document.order.order_number)

    @display(description=gettext_lazy("amount"), ordering="amount")
    def gross(self, document: Document) -> SafeString:
        sign = "" if document.is_invoice else "\N{MINUS SIGN}"
        return cells.number(f"{sign}{amount(document.amount)}")


def address(document: Document) -> str:
    """Return where staff look at a document."""
    return reverse("admin:orders_document_pdf", args=[document.pk])
