"""The catalog for other systems to read as a whole."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import condition, require_safe

from products.services import merchant_feed

XML = "application/xml; charset=utf-8"


def _etag(_request: HttpRequest) -> str | None:
    now = merchant_feed.version()
    return f'"{now}"' if now else None


@require_safe
@condition(etag_func=_etag)
def merchant(request: HttpRequest) -> HttpResponseBase:
    """Stream all that is for sale for shopping services; 304 while nothing has changed."""
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(content_type=XML)
    else:
        response = StreamingHttpResponse(merchant_feed.stream(), content_type=XML)
    response["Cache-Control"] = "public, max-age=300"
    return response
