"""What an address of the API is: who may use it, which query it knows, which version of a row it shows."""

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.http import QueryDict
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from dbProject.api import cursors
from dbProject.api.access import Rule
from dbProject.api.bodies import nested
from dbProject.api.errors import Invalid, UnknownParameter
from dbProject.api.pages import Pages
from dbProject.api.problems import invalid_of
from dbProject.api.shapes import Shape
from dbProject.errors import ErrorCategory, ShopError

NOTHING: re.Pattern[str] = re.compile(r"(?!)")


class ChangedMeanwhile(ShopError):
    """The row is no longer as the client has seen it (``If-Match``); nothing was changed."""

    code = "precondition_failed"
    status = 412
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        super().__init__(_("This has changed since you looked. Nothing was done: please look again."))


class Query(serializers.Serializer[Any]):
    """The parameters of a query."""


class FieldsQuery(Query):
    """Of what is shown whole unless somebody wants less."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        wanted = serializers.CharField(required=False, help_text="Only these, for example `id,name,price`.")
        return {**super().get_fields(), "fields": wanted}  # a class cannot call an attribute so


class PagesQuery(FieldsQuery):
    """Of a list in pages."""

    page = serializers.IntegerField(required=False, min_value=1, help_text="From 1 on.")
    page_size = serializers.IntegerField(
        required=False, min_value=1, help_text="How many at once; 24 unless given, 100 at most."
    )


class CursorQuery(FieldsQuery):
    """Of a list that grows while it is read."""

    cursor = serializers.CharField(required=False, max_length=100, help_text="Of `next`.")
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=Pages.max_page_size, help_text="24 unless given, 100 at most."
    )


class Endpoint(APIView):
    """An address of the API.

    ``rules`` say who may use which method (:mod:`dbProject.api.access`), ``shapes`` what it takes and gives.
    ``query_class`` says which parameters a GET knows, and ``more_parameters`` which others by pattern; any
    other is refused by name. What is read has an ETag, and a client that has it already is told so (304).
    """

    rules: ClassVar[Mapping[str, Rule]] = {}
    shapes: ClassVar[Mapping[str, Shape]] = {}
    query_class: ClassVar[type[Query]] = Query
    more_parameters: ClassVar[re.Pattern[str]] = NOTHING
    has_versions: ClassVar[bool] = True
    most_bytes: ClassVar[int] = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in {*self.rules, "HEAD", "OPTIONS"}:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        is_read = request.method in {"GET", "HEAD"}
        known = list(self.query_class().fields) if is_read else []
        unknown = [
            name
            for name in request.query_params
            if name not in known and not (is_read and self.more_parameters.fullmatch(name))
        ]
        if unknown:
            raise UnknownParameter(unknown, known=known)

    def asked(self) -> dict[str, Any]:
        """Return the parameters of the query, checked.

        Raises:
            Invalid: One of them means nothing.
        """
        query = self.query_class(data=self.request.query_params.dict())
        if not query.is_valid():
            wrong = invalid_of(serializers.ValidationError(query.errors))
            raise Invalid([{**one, "pointer": "", "parameter": one["pointer"][1:]} for one in wrong])
        found: dict[str, Any] = query.validated_data
        return found

    def body(self, serializer_class: type[Any], *, partial: bool = False, **context: Any) -> dict[str, Any]:
        """Return what was sent, checked; ``context`` is what the serializer wants to know besides.

        Raises:
            serializers.ValidationError: Something of it is missing or wrong.
        """
        data = self.request.data
        if isinstance(data, QueryDict):  # Django has read it already, looking for the token of a session
            data = nested(data)
        serializer = serializer_class(data=data, context=self.context() | context, partial=partial)
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        return found

    def context(self) -> dict[str, Any]:
        return {"request": self.request, "view": self}

    def shown(self, serializer_class: type[Any], row: Any) -> dict[str, Any]:
        """Return ``row`` as the API shows it."""
        found: dict[str, Any] = serializer_class(row, context=self.context()).data
        return found

    def page_of(self, rows: Any, serializer_class: type[Any]) -> Response:
        """Answer with the page of ``rows`` that was asked for, and of each only the fields asked for."""
        wanted = self.wanted_fields(serializer_class)
        pages = Pages()
        found: Any = pages.paginate_queryset(rows, self.request, view=self)
        items = serializer_class(found, many=True, context=self.context()).data
        return pages.get_paginated_response([_narrowed(item, wanted) for item in items])

    def stretch_of(self, rows: Any, serializer_class: type[Any]) -> Response:
        """Answer with the newest of ``rows``, or what follows the ``cursor``, and where it goes on."""
        wanted, asked = self.wanted_fields(serializer_class), self.asked()
        size = asked.get("page_size", Pages.page_size)
        if last := cursors.behind(asked.get("cursor", "")):
            rows = rows.filter(pk__lt=last)
        found = list(rows.order_by("-pk")[: size + 1])
        items = serializer_class(found[:size], many=True, context=self.context()).data
        address = self.request.build_absolute_uri()
        has_more = len(found) > size
        after = (
            replace_query_param(address, "cursor", cursors.cursor(found[size - 1].pk)) if has_more else None
        )
        return Response({"next": after, "results": [_narrowed(item, wanted) for item in items]})

    def one(self, row: Any, serializer_class: type[Any]) -> Response:
        """Answer with ``row``, and only the fields of it asked for."""
        wanted = self.wanted_fields(serializer_class)
        return Response(_narrowed(self.shown(serializer_class, row), wanted))

    def wanted_fields(self, serializer_class: type[Any]) -> set[str] | None:
        """Return which fields were asked for; None means all.

        Raises:
            Invalid: One of them is none.
        """
        said = self.request.query_params.get("fields")
        if said is None:
            return None
        wanted, known = set(said.split(",")), set(serializer_class().fields)
        if unknown := sorted(wanted - known):
            detail = _("There is no field %(name)s.") % {"name": ", ".join(unknown)}
            wrong = {"pointer": "", "parameter": "fields", "code": "unknown_field", "detail": detail}
            raise Invalid([wrong])
        return wanted

    def guard(self, now: Callable[[], Any]) -> None:
        """Refuse if the client has seen another version of what ``now`` returns; without ``If-Match``, never.

        Call it once the row is locked.

        Raises:
            ChangedMeanwhile: It has.
        """
        seen = _versions_in(self.request.headers.get("If-Match", ""))
        if seen and seen != ["*"] and etag_of(now()) not in seen:
            raise ChangedMeanwhile

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        patch_cache_control(response, private=True, no_cache=True)
        is_read = request.method in {"GET", "HEAD"} and response.status_code == 200
        if is_read and self.has_versions and isinstance(response, Response):
            response["ETag"] = etag_of(response.data)
            if response["ETag"] in _versions_in(request.headers.get("If-None-Match", "")):
                response.status_code, response.data = 304, None
        return response


def _versions_in(header: str) -> list[str]:
    """Return the ETags of a header. A proxy that compresses marks ours as weak; the version is the same."""
    return [tag.removeprefix("W/") for tag in parse_etags(header)]


def etag_of(data: Any) -> str:
    """Return what stands for this version of what the API shows."""
    text = JSONEncoder(sort_keys=True, ensure_ascii=True).encode(data)
    return f'"{sha256(text.encode()).hexdigest()[:32]}"'


def _narrowed(item: Mapping[str, Any], wanted: set[str] | None) -> Mapping[str, Any]:
    return item if wanted is None else {name: value for name, value in item.items() if name in wanted}
