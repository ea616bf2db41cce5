"""What holds below /api/ before a view is asked, and when something else than a view has answered."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dbProject.api import problems
from dbProject.api.errors import TooLarge

API = "/api/"
CLIENT_ERROR = 400


class ProblemMiddleware:
    """Refuse bodies that are too large, and answer in JSON also where Django itself has to.

    Of what nobody foresaw it tells the ``error_id`` by which the log and staff know it.
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
