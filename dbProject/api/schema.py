"""The description of the API (OpenAPI 3.1), made from what the endpoints say of themselves.

``manage.py spectacular`` alone loads this; the shop shows what it has written (``dbProject.api.views``).
"""

import re
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_field
from rest_framework import serializers

from dbProject.access.models import Scope
from dbProject.api.access import ANY
from dbProject.api.endpoints import NOTHING
from dbProject.api.shapes import DESCRIBED, Shape

PROBLEM = "application/problem+json"
SECURED: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
TAGS = {
    "auth": "Accounts",
    "users": "Accounts",
    "products": "Catalog",
    "categories": "Catalog",
    "brands": "Catalog",
    "cart": "Cart",
    "orders": "Orders",
    "payments": "Payments",
    "tasks": "Tasks",
    "webhooks": "Webhooks",
}
WHO = {
    "anyone": "Anyone.",
    "customer": "Whoever is logged in.",
    "staff": "Staff.",
    "role": "Staff with a role for it.",
}
CAPITAL = re.compile(r"(?<!^)([A-Z])")
ENDING = re.compile(r"(?:In|Out)(Request)?$")
OF_DATABASES = {2**15 - 1, 2**31 - 1, 2**63 - 1}
UUID4 = "9f1b2c34-5d6e-4f70-8a91-b2c3d4e5f607"


class FieldErrorOut(serializers.Serializer[Any]):
    """One thing that is wrong, and where: a JSON pointer (RFC 6901) into what was sent."""

    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemOut(serializers.Serializer[Any]):
    """An error (RFC 9457). ``code`` is for programs and never changes; there may be more facts beside."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    errors = FieldErrorOut(many=True)  # type: ignore[assignment]
    error_id = serializers.CharField(required=False, help_text="Of what nobody foresaw; tell it to us.")
    retry_after = serializers.IntegerField(required=False, help_text="Seconds.")


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "dbProject.api.access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A customer's token (`POST /api/auth/login/`), or the key of another system with"
            f" its scopes: {', '.join(f'`{scope}`' for scope in Scope.values)}.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "dbProject.api.access.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-session",
            "description": "The session of the pages. What changes something needs `X-CSRFToken`, too.",
        }


class EndpointSchema(AutoSchema):
    """Reads ``rules``, ``shapes`` and ``query_class`` of an :class:`~dbProject.api.endpoints.Endpoint`."""

    view: Any

    @property
    def shape(self) -> Shape:
        found: Shape = getattr(self.view, "shapes", {}).get(self.method, Shape())
        return found

    def get_operation_id(self) -> str:
        verb = {"GET": "get", "POST": "post", "PATCH": "change", "DELETE": "delete"}[self.method]
        words = CAPITAL.sub(r"_\1", type(self.view).__name__).lower().strip("_")
        return f"{words}_{verb}"

    def get_tags(self) -> list[str]:
        parts = self.path.removeprefix("/api/").split("/")
        return [TAGS.get(parts[0], "Other")]

    def get_description(self) -> str:  # type: ignore[override]
        said = self._said().split("\n\n    Raises:")[0]
        text = "\n".join(line.strip() for line in said.strip().splitlines())
        rule = getattr(self.view, "rules", {}).get(self.method)
        if rule is None:
            return text
        key = "Any key." if rule.scope == ANY else f"Keys: `{rule.scope}`." if rule.scope else "No keys."
        return f"{text}\n\n*{WHO[rule.who]} {key}*"

    def get_summary(self) -> str:
        return self._said().strip().split(".")[0].split("\n")[0].split(":")[0]

    def _said(self) -> str:
        """Return what the method says of itself, or else the endpoint."""
        return getattr(self.view, self.method.lower()).__doc__ or self.view.__doc__ or ""

    def get_auth(self) -> list[dict[str, Any]]:
        super().get_auth()  # says in the description what `token` and `session` are
        rule = getattr(self.view, "rules", {}).get(self.method)
        if rule is None:
            return [{}]
        return [{}, *SECURED] if rule.who == "anyone" else SECURED

    def get_override_parameters(self) -> list[Any]:
        found: list[Any] = []
        if self.method == "GET":
            query = self.view.query_class() if hasattr(self.view, "query_class") else None
            if query is not None and query.fields:
                found.append(type(query))
            if self.view.more_parameters is not NOTHING:
                text = "Any `attr_` and an attribute's slug: only what has this option."
                found.append(_header("attr_color", OpenApiParameter.QUERY, text))
            if self.view.has_versions:
                found.append(
                    _header("If-None-Match", OpenApiParameter.HEADER, "An `ETag`: 304 if it still holds.")
                )
        if self.shape.is_costly:
            text = "One per intent, for example a UUID; sent again, it gets the same answer."
            found.append(_header("Idempotency-Key", OpenApiParameter.HEADER, text))
        if self.shape.of_a_version:
            found.append(
                _header("If-Match", OpenApiParameter.HEADER, "An `ETag`: 412 if it no longer holds.")
            )
        if "/cart" in self.path or self.shape.is_costly or "quotes" in self.path:
            found.append(
                _header("X-Cart-Token", OpenApiParameter.HEADER, "A guest's cart, without a cookie.")
            )
        return [*found, *self._answered_headers()]

    def _answered_headers(self) -> list[OpenApiParameter]:
        """Return what stands in the headers of an answer and not in its body."""
        said = {
            ("Retry-After", 429): "Seconds.",
            ("X-RateLimit-Reset", 429): "When to come again, in seconds since 1970.",
        }
        if self.method == "GET" and self.view.has_versions and self.shape.status == 200:
            said["ETag", 200] = "Of this version: for `If-None-Match` and `If-Match`."
        if self.shape.is_costly:
            said["Idempotent-Replayed", self.shape.status] = (
                "`true` where this is the answer of the first time."
            )
        if self.shape.status == HTTPStatus.ACCEPTED:
            said["Location", self.shape.status] = "Where to ask what becomes of it."
        return [
            _header(name, OpenApiParameter.HEADER, text, response=[code])
            for (name, code), text in said.items()
        ]

    def get_request_serializer(self) -> Any:
        return self.shape.sent

    def map_parsers(self) -> list[str]:
        """Name JSON alone: forms mean the same, and three kinds of each body confuse what writes clients."""
        return ["multipart/form-data" if self.shape.is_upload else "application/json"]

    def get_response_serializers(self) -> Any:
        shape = self.shape
        if shape.status == 204:
            answer: Any = OpenApiResponse(description="Done.")
        elif shape.media:
            answer = OpenApiResponse(response=bytes, description="A file or a stream.")
            return {(shape.status, shape.media): answer, **self._problems()}
        elif shape.in_pages or shape.by_cursor:
            pages = _pages_of(shape.answer, by_cursor=shape.by_cursor)
            answer = OpenApiResponse(response=pages, description="A page of the list.")
        else:
            answer = OpenApiResponse(response=shape.answer or serializers.JSONField, description="Done.")
        return {shape.status: answer, **self._problems()}

    def get_examples(self) -> list[OpenApiExample]:
        if not self.shape.example:
            return []
        return [OpenApiExample("Example", value=self.shape.example, request_only=True)]

    def get_filter_backends(self) -> list[Any]:
        return []

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        """Call a thing the same wherever it goes: ``Product`` comes out, ``ProductRequest`` goes in."""
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return ENDING.sub(r"\1", name)

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def _problems(self) -> dict[Any, Any]:
        """Return the errors that may come, each once; what holds everywhere stands there, too."""
        codes = {
            "400": "Something of it is missing, wrong or unknown; `errors` say where.",
            "401": "A token that is unknown or has ended, or somebody who has to log in first.",
            "403": "Somebody who is known and may not, or a key that is not for this.",
            "404": "There is no such thing, or it is somebody else's.",
            "429": "That was too often; `retry_after` says when to come again.",
            "500": "Nobody foresaw this; `error_id` is its name.",
            "503": "Too many want the same at this moment. Nothing was done: try again.",
        }
        if self.method == "GET" and self.view.has_versions:
            codes["304"] = "As it was: see `If-None-Match`."
        if self.method in {"POST", "PATCH"}:
            codes |= {
                "409": "It cannot be done as things are; `code` says why.",
                "413": "More bytes than this address reads.",
                "415": "A kind of body that nobody reads here.",
            }
        if self.method == "DELETE":
            codes["409"] = "It cannot be done as things are; `code` says why."
        if self.shape.of_a_version:
            codes["412"] = "It has changed since: see `If-Match`."
        if self.shape.is_costly:
            codes["422"] = "The `Idempotency-Key` was used for something else."
        return {
            (code, PROBLEM) if code != "304" else code: OpenApiResponse(
                response=ProblemOut if code != "304" else None, description=text, examples=_examples(code)
            )
            for code, text in sorted(codes.items())
        }


def with_shapes(endpoints: list[Any]) -> list[Any]:
    """Hand on what fields say of themselves; all of them are loaded once the endpoints are known."""
    while DESCRIBED:
        target, shape = DESCRIBED.pop()
        extend_schema_field(shape)(target)
    return endpoints


def without_limits_of_databases(result: Any, **_more: Any) -> Any:
    """Drop from what is shown how large a whole number may get in the database that is at hand."""

    def drop(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("maximum") in OF_DATABASES:
                for name in ("maximum", "minimum", "format"):
                    part.pop(name, None)
            for inner in part.values():
                drop(inner)
        elif isinstance(part, list):
            for inner in part:
                drop(inner)

    for name, schema in result["components"]["schemas"].items():
        if not name.endswith("Request"):
            drop(schema)
    return result


def _header(name: str, location: Any, description: str, *, response: Any = False) -> OpenApiParameter:
    return OpenApiParameter(name, str, location, description=description, response=response)


def _pages_of(serializer_class: Any, *, by_cursor: bool) -> Any:
    name = f"{'Newest' if by_cursor else 'Paginated'}{serializer_class.__name__.removesuffix('Out')}"
    fields: dict[str, Any] = {
        "count": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": serializer_class(many=True),
    }
    if by_cursor:
        fields = {part: fields[part] for part in ("next", "results")}
    if name not in _PAGES:
        _PAGES[name] = type(name, (serializers.Serializer,), fields)
    return _PAGES[name]


_PAGES: dict[str, Any] = {}
EXAMPLES = {
    "400": ("invalid", "Some of what you sent is missing or wrong.",
            [{"pointer": "/items/0/quantity", "code": "min_value", "detail": "Not less than 1."}]),
    "401": ("not_authenticated", "Authentication credentials were not provided.", []),
    "403": ("missing_scope", "This key was not made for that.", []),
    "409": ("out_of_stock", "Not enough left of: Mug.", []),
    "429": ("rate_limited", "That was too often. Please wait and try again.", []),
}  # fmt: skip
TITLES = {"400": "Bad Request", "401": "Unauthorized", "403": "Forbidden", "409": "Conflict",
          "429": "Too Many Requests"}  # fmt: skip


def _examples(code: str) -> list[OpenApiExample]:
    if code not in EXAMPLES:
        return []
    name, detail, errors = EXAMPLES[code]
    value = {
        "type": "about:blank",
        "title": TITLES[code],
        "status": int(code),
        "code": name,
        "detail": detail,
        "request_id": UUID4.replace("-", ""),
        "errors": errors,
        **({"retry_after": 42} if code == "429" else {}),
    }
    return [OpenApiExample(name, value=value, response_only=True, status_codes=[code], media_type=PROBLEM)]
