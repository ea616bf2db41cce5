"""What customers say of a product."""

from django.http import Http404
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import account_of, anyone, customer
from dbProject.api.endpoints import Endpoint, PagesQuery
from dbProject.api.shapes import Shape
from products.api.sent import HIGHEST_PK, ReviewIn
from products.api.shown import ReviewOut
from products.models import Product
from products.selectors import reviews
from products.services import reviews as services


class ReviewsQuery(PagesQuery):
    stars = serializers.IntegerField(required=False, min_value=1, max_value=5)


class ReviewList(Endpoint):
    """What is said of a product, the newest first; whoever is logged in has one word of their own.

    A new review is shown once staff have read it; sent again, it is changed.
    """

    rules = {"GET": anyone(scope="catalog:read"), "POST": customer()}
    shapes = {"GET": Shape(ReviewOut, in_pages=True), "POST": Shape(ReviewOut, ReviewIn, status=201)}
    query_class = ReviewsQuery

    def get(self, request: Request, pk: int) -> Response:
        asked = self.asked()
        return self.page_of(reviews.approved_of(_page(pk), stars=asked.get("stars")), ReviewOut)

    def post(self, request: Request, pk: int) -> Response:
        """Say what one thinks of a product, or change it; it is shown once staff have read it."""
        product = _page(pk)
        sent = {"title": "", "content": "", **self.body(ReviewIn)}
        review = services.write(account_of(request), product_id=product.pk, **sent)
        return Response(self.shown(ReviewOut, review), status=status.HTTP_201_CREATED)


def _page(pk: int) -> Product:
    """Return the product on whose page the reviews of ``pk`` stand.

    Raises:
        Http404: Customers see no such product.
    """
    rows = Product.objects.active().select_related("parent") if pk <= HIGHEST_PK else Product.objects.none()
    product: Product | None = rows.filter(pk=pk).first()
    if product is None:
        raise Http404
    return product.parent or product
