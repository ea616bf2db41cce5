"""What holds below /api/ before a view is asked, and when something else than a view has answered."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dbProject.api import problems
from dbProject.api.errors import TooLarge

logger = logging.getLogger(__name__)
API = "/api/"
CLIENT_ERROR = 400


class ProblemMiddleware:
    """Refuse bodies that are too large, and answer in JSON also where Django itself has to.

    What nobody foresaw gets an ``error_id`` that stands in the log too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = "json" not in response.get("Content-Type", "")
        if not request.path_info.startswith(API) or response.status_code < CLIENT_ERROR or not is_page:
            return response
        error_id = getattr(request, "error_id", None)
        facts = {"error_id": error_id} if error_id else {}
        return problems.instead_of(response, request_id=request.headers["X-Request-ID"], **facts)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.path_info.startswith(API):
            return None
        most = getattr(getattr(view, "cls", None), "most_bytes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        length = request.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > most:
            return problems.response(TooLarge(most), request_id=request.headers["X-Request-ID"])
        return None

    def process_exception(self, request: HttpRequest, exc: Exception) -> None:
        """Give what nobody foresaw a name; how it came to it, Django writes down."""
        if request.path_info.startswith(API):
            request.error_id = uuid4().hex  # type: ignore[attr-defined]
            facts = {"error_id": request.error_id, "error": type(exc).__name__}  # type: ignore[attr-defined]
            logger.error("unexpected_error", extra={"facts": facts})
