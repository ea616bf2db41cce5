"""Products: a list that is filtered as the page is, and each of them by its pk."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import account_of, anyone, has_rights, key_of, staff
from dbProject.api.endpoints import Endpoint, FieldsQuery, PagesQuery
from dbProject.api.shapes import Shape
from products.api.sent import HIGHEST_PK, ProductChangeIn, ProductIn
from products.api.shown import ProductDetailOut, ProductOfStaffOut, ProductOut
from products.forms import ATTRIBUTE, CatalogForm
from products.models import Category, Product, ProductQuerySet
from products.selectors import catalog
from products.selectors import products as product_pages
from products.services import catalog as services

ORDERINGS = {
    **{name: name for name, _label in CatalogForm.SORTS},
    "-created_at": "newest",
    "-rating": "rating",
    "-popular": "popular",
}
"""What may be asked for, and what the page calls it."""
WRITE = "catalog:write"
EXAMPLE = {
    "name": "Enamel mug",
    "slug": "enamel-mug",
    "sku": "MUG-100",
    "price": "19.90",
    "category": 1,
    "brand": 1,
    "stock_quantity": 12,
}


class ProductsQuery(PagesQuery):
    search = serializers.CharField(required=False, max_length=200, help_text="Words that it has.")
    category = serializers.SlugField(
        required=False, max_length=120, help_text="A category's slug or id, with all that is below it."
    )
    brand = serializers.SlugField(required=False, max_length=120, help_text="A brand's slug.")
    min_price = serializers.DecimalField(required=False, max_digits=10, decimal_places=2, min_value=0)
    max_price = serializers.DecimalField(required=False, max_digits=10, decimal_places=2, min_value=0)
    in_stock = serializers.BooleanField(required=False, help_text="Only what can be had now.")
    rating = serializers.IntegerField(required=False, min_value=1, max_value=5, help_text="Stars, at least.")
    ordering = serializers.ChoiceField(required=False, choices=list(ORDERINGS))


class ProductList(Endpoint):
    """Products for sale, a page of them at a time; staff add to them."""

    rules = {
        "GET": anyone(scope="catalog:read"),
        "POST": staff("products.add_product", scope=WRITE),
    }
    shapes = {
        "GET": Shape(ProductOut, in_pages=True),
        "POST": Shape(ProductOfStaffOut, ProductIn, status=201, example=EXAMPLE),
    }
    query_class = ProductsQuery
    more_parameters = ATTRIBUTE

    def get(self, request: Request) -> Response:
        asked = self.asked()
        form = CatalogForm(request.query_params.copy())
        form.query.setlist("q", [asked.get("search", "")])
        form.query.setlist("sort", [ORDERINGS.get(asked.get("ordering", ""), "")])
        form.query.setlist("category", [_slug_of(asked.get("category", ""))])
        if "in_stock" in asked:
            form.query.setlist("in_stock", ["1" if asked["in_stock"] else ""])
        found = catalog.catalog(form.wanted())
        rows = found.defer(None).with_category_and_brand().with_cover()  # more than a card shows
        return self.page_of(rows, ProductOut)

    def post(self, request: Request) -> Response:
        """Add a product."""
        product = services.create_product(**self.body(ProductIn))
        return Response(_shown(self, product.pk), status=status.HTTP_201_CREATED)


class ProductDetail(Endpoint):
    """One product with its pictures, attributes and variants; staff change it or take it out of the shop."""

    rules = {
        "GET": anyone(scope="catalog:read"),
        "PATCH": staff("products.change_product", scope=WRITE),
        "DELETE": staff("products.delete_product", scope=WRITE),
    }
    shapes = {
        "GET": Shape(ProductDetailOut),
        "PATCH": Shape(ProductOfStaffOut, ProductChangeIn, of_a_version=True, example={"price": "17.90"}),
        "DELETE": Shape(status=204, of_a_version=True),
    }
    query_class = FieldsQuery

    def get(self, request: Request, pk: int) -> Response:
        sees_all = is_for_staff(request)
        shape = ProductOfStaffOut if sees_all else ProductDetailOut
        return self.one(_found(pk, of_staff=sees_all), shape)

    def patch(self, request: Request, pk: int) -> Response:
        """Change a product; what is not named stays."""
        with transaction.atomic():
            product = services.lock(_pk(pk))
            sent = self.body(ProductChangeIn, before=product)
            self.guard(lambda: _shown(self, pk))
            units = sent.pop("stock_quantity", None)
            services.update_product(product, changes=sent, stock_quantity=units, actor=account_of(request))
        return Response(_shown(self, pk))

    def delete(self, request: Request, pk: int) -> Response:
        """Take a product out of the shop; orders keep it."""
        with transaction.atomic():
            product = services.lock(_pk(pk))
            self.guard(lambda: _shown(self, pk))
            services.delete_product(product)
        return Response(status=status.HTTP_204_NO_CONTENT)


def is_for_staff(request: Request) -> bool:
    """Say whether whoever asks sees stock, costs, and what is not for sale."""
    key = key_of(request)
    return WRITE in key.scopes if key else has_rights(request, ["products.view_product"])


def _shown(view: Endpoint, pk: int) -> dict[str, Any]:
    return view.shown(ProductOfStaffOut, _found(pk, of_staff=True))


def _found(pk: int, *, of_staff: bool) -> Product:
    rows: ProductQuerySet = product_pages.in_detail(of_staff=of_staff)
    product = rows.filter(pk=_pk(pk)).first()
    if product is None:
        raise Http404
    return product


def _pk(pk: int) -> int:
    """Return ``pk`` if a row can have it.

    Raises:
        Http404: None can.
    """
    if pk > HIGHEST_PK:
        raise Http404
    return pk


def _slug_of(category: str) -> str:
    """Return the slug of what was asked for by its slug or, in digits, by its pk; one query for digits."""
    if not category.isdigit() or int(category) > HIGHEST_PK:
        return category
    rows = Category.objects.filter(Q(slug=category) | Q(pk=category)).without_tree_fields()
    slugs = list(rows.values_list("slug", flat=True))
    return category if category in slugs or not slugs else str(slugs[0])
