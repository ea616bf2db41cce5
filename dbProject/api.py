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
    if isinstance(exc, ShopError):
        response = Response(status=exc.status)
        problem = {"code": exc.code, "detail": exc.detail, "errors": [], **exc.facts}
    elif (answer := views.exception_handler(exc, context)) is None:
        return None
    elif isinstance(exc, ValidationError):
        response = answer
        detail = "Some of what you sent is missing or wrong."
        problem = {"code": "invalid", "detail": detail, "errors": list(_field_errors(answer.data))}
    else:
        response = answer
        problem = {"code": answer.data["detail"].code, "detail": answer.data["detail"], "errors": []}
    response.data = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
        "request_id": context["request"].headers["X-Request-ID"],
        **problem,
    }
    response.content_type = "application/problem+json"
    return response


def _field_errors(data: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Flatten DRF's nested errors into JSON pointers (RFC 6901)."""
    if isinstance(data, ErrorDetail):
        yield {"pointer": pointer, "code": data.code or "invalid", "detail": str(data)}
        return
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        of_the_whole = key == "non_field_errors" or isinstance(value, ErrorDetail)
        yield from _field_errors(value, pointer if of_the_whole else f"{pointer}/{key}")
