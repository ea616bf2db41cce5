"""Who asks with a token or a key, known before requests are counted."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from dbProject.access import services
from dbProject.access.models import ApiKey, LoginToken

API = "/api/"
SCHEMES = {"bearer", "token"}


class System(AnonymousUser):
    """Another system, let in by its key. It is no person: nothing is its own."""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True


class Bearer(NamedTuple):
    """What came in ``Authorization``; ``holder`` is none where nobody knows it."""

    holder: LoginToken | ApiKey | None

    @property
    def user(self) -> Any:
        if isinstance(self.holder, LoginToken):
            return self.holder.user
        return System() if self.holder else AnonymousUser()


class BearerMiddleware:
    """Let the token or key of a request to the API stand for its session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if request.path_info.startswith(API) and scheme.lower() in SCHEMES:
            bearer = Bearer(services.holder_of(secret.strip()))
            request.bearer = bearer  # type: ignore[attr-defined]
            request.user = bearer.user
            if isinstance(bearer.holder, ApiKey):
                request.api_key = bearer.holder  # type: ignore[attr-defined]
        return None
