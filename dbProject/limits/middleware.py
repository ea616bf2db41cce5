"""The limiter: every request that a view would answer is counted first."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from dbProject import clients
from dbProject.api import problems
from dbProject.limits import rules, services
from dbProject.limits.rules import Visitor
from dbProject.limits.services import Allowance, TooManyRequests

API = "/api/"
SAFE = {"GET", "HEAD", "OPTIONS"}


class RateLimitMiddleware:
    """Refuse with 429 who asks for the same too often, by route, network address and account.

    It stands behind the session and the language, so that it knows whose request it is and in which words to
    answer. Reading a page costs one count in Redis and no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if left := getattr(request, "allowance", None):
            _tell(response, left)
        if (counted := getattr(request, "counted", None)) and _is_undone(request, response):
            services.give_back(*counted)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.RATE_LIMIT_ENABLED or request.resolver_match is None:
            return None
        is_read = request.method in SAFE
        is_api = request.path.startswith(API)
        name = request.resolver_match.view_name
        asked = rules.of_view(name, is_read=is_read, is_api=is_api)
        if not asked:
            return None
        visitor = visitor_of(request, asked)
        try:
            if asked[0].name == "login":
                services.refuse_if_locked("login_failures", visitor)
            left = services.use(asked, visitor)
        except TooManyRequests as refusal:
            request.allowance = refusal.allowance  # type: ignore[attr-defined]
            return _refusal(request, refusal, is_api=is_api)
        if any(rule.given_back for rule in asked):
            request.counted = (asked, visitor)  # type: ignore[attr-defined]
        if is_api or not is_read:  # pages that many share say nothing about one of them
            request.allowance = left  # type: ignore[attr-defined]
        return None


def visitor_of(request: HttpRequest, asked: tuple[rules.Rule, ...]) -> Visitor:
    """Return who asks, as far as the rules ``asked`` want to know: an account may cost a query."""
    address = clients.address_of(request)
    if all(rule.per == ("address",) for rule in asked):
        return Visitor(address)
    if key := getattr(request, "api_key", None):
        return Visitor(address, f"key {key.pk}", is_logged_in=True, factor=settings.RATE_LIMIT_STAFF_FACTOR)
    session = request.session.session_key or "" if any("session" in rule.per for rule in asked) else ""
    if request.user.is_authenticated:
        factor = settings.RATE_LIMIT_STAFF_FACTOR if request.user.is_staff else 1
        account = f"user {request.user.pk}"
        return Visitor(address, account, is_logged_in=True, factor=factor, session=session)
    if any(whose.startswith("account") for rule in asked for whose in rule.per):
        return Visitor(address, import_string(settings.RATE_LIMIT_ACCOUNT)(request))
    return Visitor(address, session=session)


def _is_undone(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether nothing came of it: it has to be corrected first, or the shop could not do it.

    A page with its form is such an answer, too.
    """
    return response.status_code in ({400, 422, 503} if request.path.startswith(API) else {200, 400, 422, 503})


def _refusal(request: HttpRequest, refusal: TooManyRequests, *, is_api: bool) -> HttpResponse:
    if is_api:
        return problems.response(refusal, request_id=request.headers["X-Request-ID"])
    page = render_to_string("429.html", {"minutes": -(-refusal.allowance.seconds // 60)})
    return HttpResponse(page, status=refusal.status)


def _tell(response: HttpResponse, left: Allowance) -> None:
    """Say what is left, in the headers that most use; the reset is in seconds since 1970."""
    response["X-RateLimit-Limit"] = str(left.limit)
    response["X-RateLimit-Remaining"] = str(left.remaining)
    response["X-RateLimit-Reset"] = str(int(time.time()) + left.seconds)
    if response.status_code == TooManyRequests.status:
        response["Retry-After"] = str(left.seconds)
        response["Cache-Control"] = "no-store"
