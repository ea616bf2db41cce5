"""The link in a mail that brings a report, which ends these mails without logging in."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from orders.services.analytics import saved_views


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the weekly mail of one view; mail programs post without a cookie (RFC 8058)."""
    is_done = request.method == "POST"
    try:
        view = saved_views.stop(token) if is_done else saved_views.of_token(token)
    except BadSignature as unknown:
        raise Http404("no link of ours") from unknown
    context = {"is_done": is_done or view is None, "name": view.name if view else ""}
    return TemplateResponse(request, "orders/saved_view_stop.html", context)
