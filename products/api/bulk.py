"""Many products at once: all of them or none, and what is wrong by its place."""

from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import account_of, staff
from dbProject.api.endpoints import Endpoint
from dbProject.api.shapes import Shape
from products.api.products import EXAMPLE
from products.api.sent import BulkCreateIn, BulkUpdateIn, known
from products.models import Brand, Category, Product
from products.services import bulk

CHANGES = {"products": [{"sku": "MUG-100", "price": "17.90", "stock_quantity": 8}]}


class CreatedOut(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ("id", "sku", "slug", "name", "price", "sale_price", "stock_quantity")


class BulkCreateOut(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    products = CreatedOut(many=True)


class BulkUpdateOut(serializers.Serializer[Any]):
    updated = serializers.IntegerField(help_text="How many are different now.")


class BulkCreate(Endpoint):
    """Add up to 1,000 products: all of them or none."""

    rules = {"POST": staff("products.add_product", scope="catalog:write")}
    shapes = {"POST": Shape(BulkCreateOut, BulkCreateIn, status=201, example={"products": [EXAMPLE]})}

    def post(self, request: Request) -> Response:
        rows = request.data.get("products") if isinstance(request.data, dict) else None
        loaded = known(rows, ("category", Category), ("brand", Brand)) if isinstance(rows, list) else None
        sent = self.body(BulkCreateIn, known=loaded)
        made = bulk.create_products(sent["products"])
        body = self.shown(BulkCreateOut, {"created": len(made), "products": made})
        return Response(body, status=status.HTTP_201_CREATED)


class BulkUpdate(Endpoint):
    """Change prices and stock of up to 1,000 products: all of them or none."""

    rules = {"POST": staff("products.change_product", scope="catalog:write")}
    shapes = {"POST": Shape(BulkUpdateOut, BulkUpdateIn, example=CHANGES)}

    def post(self, request: Request) -> Response:
        sent = self.body(BulkUpdateIn)
        count = bulk.change_products(sent["products"], actor=account_of(request))
        return Response({"updated": count})
