"""The shelves and the makers."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import anyone
from dbProject.api.endpoints import Endpoint, PagesQuery
from dbProject.api.shapes import Shape
from products.api.shown import BrandListOut, CategoryListOut
from products.models import Brand, Category


class CategoryList(Endpoint):
    """List the categories, each with the one it stands in."""

    rules = {"GET": anyone(scope="catalog:read")}
    shapes = {"GET": Shape(CategoryListOut, in_pages=True)}
    query_class = PagesQuery

    def get(self, request: Request) -> Response:
        self.asked()
        return self.page_of(_categories(), CategoryListOut)


class BrandList(Endpoint):
    """List the brands by name."""

    rules = {"GET": anyone(scope="catalog:read")}
    shapes = {"GET": Shape(BrandListOut, in_pages=True)}
    query_class = PagesQuery

    def get(self, request: Request) -> Response:
        self.asked()
        return self.page_of(Brand.objects.active().order_by("name", "pk"), BrandListOut)


def _categories() -> Any:
    return Category.objects.active().without_tree_fields().order_by("sort_order", "name", "pk")
