"""Staff-edited pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dbProject.pages.models import Page
from dbProject.shared_pages import shared


@shared()
@require_safe
def page_detail(request: HttpRequest, slug: str) -> HttpResponse:
    page = next(iter(Page.objects.filter(slug=slug).readable()), None)
    if page is None:
        raise Http404(f"no page {slug}")
    return TemplateResponse(request, "pages/page_detail.html", {"page": page})
