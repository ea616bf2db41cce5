"""Pages that compose what several apps offer, and the answers that operators ask for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve

from dbProject import health as dependencies

IMMUTABLE = "public, max-age=31536000, immutable"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "home.html", {})


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while pages can be served, else 503; see ``dbProject.health``."""
    found = dependencies.look()
    return JsonResponse(found, status=503 if found["status"] == "unhealthy" else 200)


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up, touching nothing."""
    return JsonResponse({"status": "alive"})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an upload where no nginx stands in front; names carry a content hash."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = IMMUTABLE
    return response
