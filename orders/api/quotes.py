"""What it costs to send goods somewhere, before anybody orders them."""

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import anyone
from dbProject.api.endpoints import Endpoint
from dbProject.api.shapes import Shape
from orders.api import visitor
from orders.api.sent import QuotesIn, goods_of
from orders.api.shown import QuotesOut
from orders.errors import EmptyCart
from orders.selectors import carrier_prices, totals
from products.models import Product

EXAMPLE = {"items": [{"product": 1, "quantity": 2}], "shipping_address": {"country": "DE"}}


class Quotes(Endpoint):
    """Ask every carrier at once; the slowest is waited for no longer than five seconds."""

    rules = {"POST": anyone(scope="orders:write")}
    shapes = {"POST": Shape(QuotesOut, QuotesIn, example=EXAMPLE)}

    def post(self, request: Request) -> Response:
        sent = self.body(QuotesIn)
        place = sent["shipping_address"]
        lines = self._goods(request, sent)
        asked = carrier_prices.asked_for(lines, **place)
        quote = totals.quote(lines, destination=totals.Destination(**place), asked=asked)
        sums = quote.totals
        facts = {
            "quotes": quote.options,
            "needs_delivery": quote.needs_delivery,
            "currency": settings.STORE_CURRENCY,
            "shipping_amount": sums.shipping_gross,
            "tax_amount": sums.tax_amount,
            "total_amount": sums.total_amount,
        }
        return Response(self.shown(QuotesOut, facts))

    def _goods(self, request: Request, sent: dict[str, list[dict[str, int]]]) -> totals.Lines:
        if "items" in sent:
            return goods_of(sent["items"])
        # What is in a cart was for sale when it was put there, and the cart itself still shows it.
        cart = visitor.cart(request)
        units = dict(cart.items.values_list("product_id", "quantity")) if cart else {}
        if not units:
            raise EmptyCart
        rows = Product.objects.filter(pk__in=units).select_related("parent", "category")
        return [(product, units[product.pk]) for product in rows.order_by("pk")]
