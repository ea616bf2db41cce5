"""What every API endpoint shares: error bodies (RFC 9457), and pages."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from rest_framework import views
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from dbProject import locks
from dbProject.errors import ShopError


class Pages(PageNumberPagination):
    """``?page=`` and ``?page_size=`` up to 100."""

    page_size = 24
    page_size_query_param = "page_size"
    max_page_size = 100


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a :class:`ShopError` or one of DRF's own errors; leave bugs to the error tracker."""
    if locks.is_timeout(exc):
        exc = locks.Busy()
    request_id = context["request"].headers["X-Request-ID"]
    if isinstance(exc, ShopError):
        return Response(
            body_of(exc, request_id=request_id), status=exc.status, content_type="application/problem+json"
        )
    if (answer := views.exception_handler(exc, context)) is None:
        return None
    if isinstance(exc, ValidationError):
        detail = "Some of what you sent is missing or wrong."
        problem = {"code": "invalid", "detail": detail, "errors": list(_field_errors(answer.data))}
    else:
        problem = {"code": answer.data["detail"].code, "detail": answer.data["detail"], "errors": []}
    answer.data = _body(answer.status_code, request_id=request_id, **problem)
    answer.content_type = "application/problem+json"
    return answer


def body_of(error: ShopError, *, request_id: str) -> dict[str, Any]:
    """Return what a program reads of ``error``."""
    facts = {"code": error.code, "detail": error.detail, "errors": [], **error.facts}
    return _body(error.status, request_id=request_id, **facts)


def _body(status: int, *, request_id: str, **facts: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "request_id": request_id,
        **facts,
    }


def _field_errors(data: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested errors into JSON pointers (RFC 6901)."""
    if isinstance(data, ErrorDetail):
        yield {"pointer": pointer, "code": data.code or "invalid", "detail": str(data)}
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        of_the_whole = key == "non_field_errors" or isinstance(value, ErrorDetail)
        yield from _field_errors(value, pointer if of_the_whole else f"{pointer}/{key}")
