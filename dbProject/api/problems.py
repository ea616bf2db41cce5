"""Errors as programs read them: RFC 9457, for ours, for DRF's and for Django's own."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, views
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject import locks, outages
from dbProject.access.errors import AccountGone
from dbProject.api.errors import escaped
from dbProject.errors import ShopError

MEDIA_TYPE = "application/problem+json"
CODES = {400: "bad_request", 403: "permission_denied", 404: "not_found", 405: "method_not_allowed",
         413: "too_large", 500: "internal_error", 503: "unavailable"}  # fmt: skip
"""What Django answers by itself says no more than its status."""


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a :class:`ShopError` or one of DRF's own errors; leave bugs to the error tracker."""
    if locks.is_timeout(exc):
        exc = locks.Busy()
    elif isinstance(exc, IntegrityError) and _has_gone(context["request"]):
        exc = AccountGone()
    elif outages.is_outage(exc):
        exc = outages.DatabaseAway()
    request_id = context["request"].headers["X-Request-ID"]
    if isinstance(exc, ShopError):
        views.set_rollback()
        body = body_of(exc, request_id=request_id)
        answer = Response(body, status=exc.status, content_type=MEDIA_TYPE)
    elif (found := views.exception_handler(exc, context)) is None:
        return None
    else:
        answer = found
        answer.data = _body(answer.status_code, request_id=request_id, **_of_drf(exc, answer))
        answer.content_type = MEDIA_TYPE
    if isinstance(exc, outages.DatabaseAway):
        answer["Retry-After"] = str(outages.RETRY_AFTER_SECONDS)
    if "WWW-Authenticate" not in answer.headers and answer.status_code == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="api"'
    return answer


def body_of(error: ShopError, *, request_id: str) -> dict[str, Any]:
    """Return what a program reads of ``error``."""
    facts = {"code": error.code, "detail": error.detail, "errors": [], **error.facts}
    return _body(error.status, request_id=request_id, **facts)


def response(error: ShopError, *, request_id: str) -> HttpResponse:
    """Answer ``error`` where no view does."""
    body = body_of(error, request_id=request_id)
    return JsonResponse(body, status=error.status, content_type=MEDIA_TYPE)


def instead_of(page: HttpResponse, *, request_id: str, **facts: Any) -> HttpResponse:
    """Return what stands for an error ``page`` of Django's, with its headers."""
    status = HTTPStatus(page.status_code)
    facts = {
        "code": CODES.get(status, "error"),
        "detail": str(status.description or status.phrase),
        "errors": [],
        **facts,
    }
    answer = JsonResponse(
        _body(status, request_id=request_id, **facts), status=status, content_type=MEDIA_TYPE
    )
    for name, value in page.headers.items():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers.setdefault(name, value)
    answer.cookies = page.cookies
    return answer


def invalid_of(error: exceptions.ValidationError, pointer: str = "") -> list[dict[str, str]]:
    """Return what a serializer found wrong, each with its place below ``pointer``."""
    return list(_field_errors(error.detail, pointer))


def _has_gone(request: Request) -> bool:
    """Say whether the account that asks was erased since: what was to be its own then has no owner."""
    user = request.user
    return user.pk is not None and not type(user)._default_manager.filter(pk=user.pk).exists()


def _of_drf(exc: Exception, answer: Response) -> dict[str, Any]:
    if isinstance(exc, exceptions.ValidationError):
        detail = _("Some of what you sent is missing or wrong.")
        return {"code": "invalid", "detail": detail, "errors": invalid_of(exc)}
    return {"code": answer.data["detail"].code, "detail": answer.data["detail"], "errors": []}


def _body(status: int, *, request_id: str, **facts: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "request_id": request_id,
        **facts,
    }


def _field_errors(data: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested errors into JSON pointers (RFC 6901)."""
    if isinstance(data, exceptions.ErrorDetail):
        yield {"pointer": pointer, "code": data.code or "invalid", "detail": str(data)}
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        of_the_whole = key == "non_field_errors" or isinstance(value, exceptions.ErrorDetail)
        yield from _field_errors(value, pointer if of_the_whole else f"{pointer}/{escaped(key)}")
