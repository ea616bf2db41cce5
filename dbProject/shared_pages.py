"""Pages that are the same for every visitor without a session: built for nobody, and kept for all of them.

A view says that its page is one, and which parameters of the address it knows:

    @shared("page", "sort")
    def product_list(request): ...

Such a page is built from a request without cookies, without unknown parameters and without headers of the
visitor's, so that nothing of anybody can be in it. Any change of what the shop shows retires it.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from operator import itemgetter
from typing import Any, TypedDict, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.cache import get_conditional_response

from dbProject import caching, observation

Next = Callable[[HttpRequest], HttpResponseBase]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])

FOR_ALL = "public, max-age=0, s-maxage=60"
"""Caches in between may keep a page for a minute; browsers ask each time, and get 304."""
FOR_ONE = "private, no-cache"
POLICY = "Content-Security-Policy"
MOST_BYTES = 250_000
ROUTES_KEPT = 1_024
MOST_PARAMETERS = 12
LONGEST_QUERY = 300
"""Characters of what a page knows. What is more is somebody's script, and built for it alone."""
LONGEST_ADDRESS = 4_000
OF_NO_VISITOR = {"HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REQUEST_ID"}
"""Headers that a shared page is built with."""
BUILT = "shop; fwd=miss; stored"
"""What ``Cache-Status`` says of a page that was not there. Source: RFC 9211."""


class Page(TypedDict):
    """A page as it is kept. The body's bytes are as many characters, which JSON can carry."""

    headers: dict[str, str]
    body: str
    built_at: float


class NotShared(Exception):
    """What was built is for its visitor only, whatever the view said: an error, a redirect, a cookie."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class Sharing:
    """Which parameters of the address a page knows: by name, and by how their names begin."""

    names: frozenset[str]
    prefixes: tuple[str, ...]

    def query(self, text: str) -> str | None:
        """Return what the page knows of a query, in one order; None if that is more than a page asks for."""
        if not text:
            return ""
        if len(text) > LONGEST_ADDRESS:
            return None
        known = [pair for pair in parse_qsl(text) if self._knows(pair[0])]
        query = urlencode(sorted(known, key=itemgetter(0)))
        return query if len(known) <= MOST_PARAMETERS and len(query) <= LONGEST_QUERY else None

    def _knows(self, name: str) -> bool:
        return name in self.names or name.startswith(self.prefixes)


_shared: dict[Callable[..., Any], Sharing] = {}


def shared(*names: str, prefixes: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Declare that a view's page is the same for all without a session; the outermost of its decorators."""

    def declare(view: View) -> View:
        _shared[view] = Sharing(frozenset(names), prefixes)
        return view

    return declare


class SharedPagesMiddleware:
    """Answer with a kept page whoever has no session; say of every other page that it is one person's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with caching.asked_once():
            sharing = _sharing(request)
            query = sharing.query(request.META.get("QUERY_STRING", "")) if sharing else None
            if query is None:
                return _kept_by_its_reader(self.get_response(request))
            return self._shared(request, query)

    def _shared(self, request: HttpRequest, query: str) -> HttpResponseBase:
        request.get_host()  # refuses hosts that are not ours, as for any other page
        language = translation.get_language_from_request(request)
        is_new = False

        def build() -> Page:
            nonlocal is_new
            is_new = True
            return _page(self.get_response(_for_nobody(request, query=query, language=language)))

        address = sha256(f"{request.path}?{query}".encode()).hexdigest()[:32]
        try:
            page = caching.remember(
                caching.EVERYTHING, f"page:{language}:{address}", build, seconds=settings.SHARED_PAGE_SECONDS
            )
        except NotShared as built:
            if 300 <= built.response.status_code < 400:  # leads on, with all that the address says
                return _kept_by_its_reader(self.get_response(request))
            return _kept_by_its_reader(built.response)
        response = HttpResponse(page["body"].encode("latin-1"), headers=page["headers"])
        response["Age"] = str(max(0, int(time.time() - page["built_at"])))
        response["Cache-Status"] = BUILT if is_new else "shop; hit"
        if (seen := observation.current()) is not None:
            seen.is_shared = not is_new
        answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
        answer.headers.setdefault(POLICY, response[POLICY])  # a 304 changes the headers of what is kept
        if request.method == "HEAD":
            answer.content = b""  # its length stays what it would be
        return answer


def keep(paths: Iterable[str]) -> int:
    """Ask for these pages in every language, as anybody might; return how many were not there yet."""
    shop, site = WSGIHandler(), urlsplit(settings.SITE_URL)
    built = 0
    for path in paths:
        for language, _name in settings.LANGUAGES:
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path,
                "QUERY_STRING": "",
                "HTTP_HOST": site.netloc,
                "HTTP_ACCEPT_LANGUAGE": language,
                "wsgi.url_scheme": site.scheme,
                "wsgi.input": BytesIO(),
            }
            response = shop.get_response(WSGIRequest(environ))
            built += response.get("Cache-Status") == BUILT
    return built


def _sharing(request: HttpRequest) -> Sharing | None:
    """Return what is known of the page, if this visitor gets the shared one."""
    if request.method not in ("GET", "HEAD") or not settings.SHARED_PAGE_SECONDS:
        return None
    if "HTTP_AUTHORIZATION" in request.META:
        return None
    if "HTTP_COOKIE" in request.META and not {
        settings.SESSION_COOKIE_NAME,
        CookieStorage.cookie_name,
    }.isdisjoint(request.COOKIES):
        return None
    try:
        # Whoever counts requests knows the route.
        request.resolver_match = _match(request.path_info, settings.ROOT_URLCONF)
    except Resolver404:
        return None
    return _shared.get(request.resolver_match.func)


@lru_cache(ROUTES_KEPT)
def _match(path: str, urlconf: str) -> ResolverMatch:
    """Return where a path leads: looking through all routes takes a tenth of what a kept page does."""
    return resolve(path, urlconf)


def _for_nobody(request: HttpRequest, *, query: str, language: str) -> HttpRequest:
    """Return the request as somebody would send it of whom nothing is known but the language."""
    nobody = request.__class__.__new__(request.__class__)
    nobody.__dict__.update(request.__dict__)
    for name in ("headers", "environ"):
        nobody.__dict__.pop(name, None)
    nobody.META = {
        name: value
        for name, value in request.META.items()
        if not name.startswith("HTTP_") or name in OF_NO_VISITOR
    }
    nobody.META |= {"QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    if hasattr(request, "environ"):
        nobody.__dict__["environ"] = nobody.META
    nobody.method = "GET"
    nobody.GET = QueryDict(query)
    nobody.COOKIES = {settings.LANGUAGE_COOKIE_NAME: language}
    return nobody


def _page(response: HttpResponseBase) -> Page:
    """Return the page that a response is.

    Raises:
        NotShared: It is none for all.
    """
    is_for_all = (
        response.status_code == 200
        and isinstance(response, HttpResponse)
        and not response.cookies
        and not response.has_header("Cache-Control")
        and len(response.content) <= MOST_BYTES
    )
    if not is_for_all or not isinstance(response, HttpResponse):
        raise NotShared(response)
    body = response.content
    headers = dict(response.items()) | {
        "Cache-Control": FOR_ALL,
        "ETag": f'"{sha256(body).hexdigest()[:32]}"',
        "Content-Length": str(len(body)),
    }
    return {"headers": headers, "body": body.decode("latin-1"), "built_at": time.time()}


def _kept_by_its_reader(response: HttpResponseBase) -> HttpResponseBase:
    """Let no cache in between keep a page that says nothing of it."""
    if response.get("Content-Type", "").startswith("text/html"):
        response.headers.setdefault("Cache-Control", FOR_ONE)
    return response
