"""Invoices and credit notes as their buyers take them away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.services import documents
from orders.views import visitor


@require_safe
@never_cache
def order_document(request: HttpRequest, order_number: str, document_number: str) -> HttpResponse:
    """Hand a document of an order to whoever may see the order."""
    order = visitor.order(request, order_number)
    document = get_object_or_404(order.documents, number=document_number)
    return pdf(documents.read(document), name=document.number, shows=False)


def pdf(content: bytes, *, name: str, shows: bool) -> HttpResponse:
    """Return a PDF, to be shown in the browser or to be kept."""
    how = "inline" if shows else "attachment"
    headers = {"Content-Disposition": f'{how}; filename="{name}.pdf"', "X-Robots-Tag": "noindex"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
