"""The description of the API, for programs and for people."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from dbProject.api.schema import description

MEDIA_TYPE = "application/vnd.oai.openapi+json"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Return the description (OpenAPI 3.1)."""
    response = HttpResponse(description(), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show it with a form for every call."""
    return TemplateResponse(request, "api/docs.html")
