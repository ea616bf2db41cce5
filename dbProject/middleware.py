"""Middleware that belongs to no app."""

from collections.abc import Callable
from uuid import uuid4

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from dbProject import clients, locks
from dbProject.errors import ShopError

Next = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Give each request an id for its logs, errors and answer, and note where it comes from."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["HTTP_X_REQUEST_ID"] = uuid4().hex  # never the client's own: it ends up in our logs
        clients.address_of(request)
        response = self.get_response(request)
        response["X-Request-ID"] = request.headers["X-Request-ID"]
        return response


class AdminPolicyMiddleware:
    """Relax the content policy for staff screens only: Unfold's scripts evaluate and style inline."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response


class LanguageMiddleware:
    """Answer in the language of the visitor's cookie, else the one the browser wishes for, else the shop's.

    Addresses are the same in every language, so answers say what they depend on. Django's own middleware
    knows ``Accept-Language`` only, and leaves the thread in the last visitor's language.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        if "immutable" not in response.get("Cache-Control", ""):  # a picture has no language
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response


class ShopErrorMiddleware:
    """Show any :class:`ShopError` that a page did not handle itself, and too long a wait for a lock."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        error = locks.Busy() if locks.is_timeout(exc) else exc
        if not isinstance(error, ShopError):
            return None
        response = TemplateResponse(request, "errors/shop_error.html", {"error": error}, status=error.status)
        return response.render()
