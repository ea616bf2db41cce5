"""A guard for forms on pages that many visitors share, where a token of one's own cannot stand.

Browsers say where a request comes from (``Sec-Fetch-Site``, ``Origin``) and no page can make them lie. A
client that says nothing is no browser, and carries nobody's cookies but its own.

Source: Fetch Metadata Request Headers, W3C; RFC 6454.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OURS = {"same-origin", "none"}


def own_pages_only(view: View[P]) -> View[P]:
    """Take POSTs of this shop's own pages only, by where the browser says they come from: 403 for others."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "POST" and not is_own(request):
            raise PermissionDenied("sent from another site")
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def is_own(request: HttpRequest) -> bool:
    """Say whether a request comes from a page of ours, or from no browser."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in OURS
    if origin is None:
        return True
    return origin in settings.CSRF_TRUSTED_ORIGINS or urlsplit(origin).netloc == request.get_host()
