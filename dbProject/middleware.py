"""Middleware that belongs to no app."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from dbProject import caching, locks, outages, replica
from dbProject.errors import ShopError

Next = Callable[[HttpRequest], HttpResponse]


class ProbeMiddleware:
    """Let probes and Prometheus call a process by its network address, which no list of hosts can name."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.host = urlsplit(settings.SITE_URL).netloc

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in settings.PROBES:
            request.META["HTTP_HOST"] = self.host
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """Say on every answer, errors, files and redirects included, what browsers shall refuse.

    Django's own middleware adds HSTS, ``nosniff``, the referrer policy and the opener policy. A page has its
    content policy already; whatever has none gets one that allows nothing.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.open_paths = (settings.STATIC_URL, settings.MEDIA_URL)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", settings.CSP_OF_FILES)
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        # The filters of old browsers could be used to switch off a page's own scripts, or to read from it.
        headers.setdefault("X-XSS-Protection", "0")
        # Pictures are shown in mails, which people read on other sites.
        is_open = request.path_info.startswith(self.open_paths)
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        return response


class CorsMiddleware:
    """Let scripts of the sites in ``CORS_ALLOWED_ORIGINS`` use the API, with a token and never with cookies.

    Source: Fetch Standard, WHATWG, CORS protocol.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (settings.CORS_ALLOWED_ORIGINS and request.path_info.startswith("/api/")):
            return self.get_response(request)
        is_known = request.headers.get("Origin") in settings.CORS_ALLOWED_ORIGINS
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if is_known and is_preflight else self.get_response(request)
        patch_vary_headers(response, ("Origin",))
        if is_known:
            response["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        if is_known and is_preflight:
            response["Access-Control-Allow-Methods"] = ", ".join(settings.CORS_ALLOWED_METHODS)
            response["Access-Control-Allow-Headers"] = ", ".join(settings.CORS_ALLOWED_HEADERS)
            response["Access-Control-Max-Age"] = str(settings.CORS_PREFLIGHT_MAX_AGE)
        return response


class AdminPolicyMiddleware:
    """Relax the content policy for staff screens only: Unfold's scripts evaluate and style inline."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.CSP_CONFIG_ADMIN  # type: ignore[attr-defined]
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


class ReplicaMiddleware:
    """Choose the database that a page of the catalog is read from; not there without a replica.

    Who has just written reads the primary, by a signed cookie with a short life, and so does everybody while
    the catalog has just changed.
    """

    COOKIE = "wrote"
    SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

    def __init__(self, get_response: Next) -> None:
        if replica.REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with replica.passed_by():
            response = self.get_response(request)
        if request.method not in self.SAFE:
            response.set_signed_cookie(
                self.COOKIE,
                "1",
                max_age=settings.REPLICA_LAG_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        seconds, match = settings.REPLICA_LAG_SECONDS, request.resolver_match
        if (
            request.method in self.SAFE
            and match is not None
            and match.view_name in settings.REPLICA_VIEWS
            and not request.get_signed_cookie(self.COOKIE, "", max_age=seconds)
            and not caching.changed_within("catalog", seconds)
        ):
            replica.use()
        return None


class ShopErrorMiddleware:
    """Show any :class:`ShopError` that no page handled, a database that is away, and too long a wait."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if outages.is_outage(exc):
            return outages.page()
        error = locks.Busy() if locks.is_timeout(exc) else exc
        if not isinstance(error, ShopError):
            return None
        response = TemplateResponse(request, "errors/shop_error.html", {"error": error}, status=error.status)
        return response.render()
