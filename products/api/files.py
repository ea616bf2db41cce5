"""Files of products: taken in and written by jobs, or streamed line by line."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api import cursors, streams
from dbProject.api.access import account_of, key_of, staff
from dbProject.api.bodies import Body
from dbProject.api.endpoints import Endpoint
from dbProject.api.shapes import Shape
from dbProject.jobs import services as jobs
from dbProject.jobs.api import TaskSerializer, started
from products.api.products import is_for_staff
from products.api.shown import ProductDetailOut, ProductOfStaffOut
from products.selectors import products
from products.services.exports import FORMATS

EXTENSIONS = ("csv", "tsv", "txt", "json", "jsonl", "zip")
SOURCES = ("auto", "csv", "jsonl", "shopify", "woocommerce", "icecat")


class ImportIn(Body):
    file = serializers.FileField(help_text="CSV, JSON lines, or what another shop has exported.")
    format = serializers.ChoiceField(choices=SOURCES, default="auto")

    def validate_file(self, file: Any) -> Any:
        if Path(str(file.name)).suffix.lower().removeprefix(".") not in EXTENSIONS:
            raise serializers.ValidationError(_("Products cannot be read from a file of this kind."))
        return file


class ExportIn(Body):
    format = serializers.ChoiceField(choices=FORMATS, default="jsonl")


class Imports(Endpoint):
    """Start an import: products are made and changed by SKU. The task says which rows were refused."""

    rules = {"POST": staff("products.add_product", "products.change_product", scope="catalog:write")}
    shapes = {"POST": Shape(TaskSerializer, ImportIn, status=202, is_upload=True)}
    most_bytes = settings.IMPORT_MAX_BYTES

    def post(self, request: Request) -> Response:
        sent = self.body(ImportIn)
        params = {"format": sent["format"], "name": sent["file"].name}
        job = jobs.start(
            "import_products",
            params=params,
            by=account_of(request),
            api_key=key_of(request),
            file=sent["file"],
        )
        return started(job)


class Exports(Endpoint):
    """Start an export of all products; the task has its file when it is done."""

    rules = {"POST": staff("products.view_product", scope="catalog:write")}
    shapes = {"POST": Shape(TaskSerializer, ExportIn, status=202)}

    def post(self, request: Request) -> Response:
        params = {"format": self.body(ExportIn)["format"]}
        return started(
            jobs.start("export_products", params=params, by=account_of(request), api_key=key_of(request))
        )


class Stream(Endpoint):
    """All products, a line of JSON each, with a ``cursor`` to go on behind it."""

    rules = {"GET": staff("products.view_product", scope="catalog:read")}
    shapes = {"GET": Shape(ProductDetailOut, media=streams.MEDIA_TYPE)}
    query_class = streams.StreamQuery
    has_versions = False

    def get(self, request: Request) -> StreamingHttpResponse:
        asked = self.asked()
        sees_all = is_for_staff(request)
        rows = products.in_detail(of_staff=sees_all)
        if since := asked.get("updated_since"):
            rows = rows.filter(updated_at__gte=since)
        shape: Any = ProductOfStaffOut if sees_all else ProductDetailOut
        return streams.answer(
            streams.lines(
                rows,
                after=cursors.behind(asked.get("cursor", "")),
                shown=lambda chunk: shape(chunk, many=True, context=self.context()).data,
            )
        )
