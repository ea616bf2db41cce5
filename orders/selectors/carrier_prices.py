"""What carriers ask for a cart: asked over HTTP while a page is made, never inside a transaction."""

from decimal import Decimal

from orders import carriers
from orders.carriers import Parcel
from orders.models import Cart
from orders.selectors import delivery, totals


def asked(cart: Cart, *, country: str, zip_code: str) -> dict[int, Decimal]:
    """Ask every carrier that goes to ``country``, all at once; return method pk -> price.

    Without carriers in the settings nothing is asked. One that does not answer in time is represented by
    its last known price or its flat rate (see ``orders.carriers``).
    """
    if not carriers.codes():
        return {}
    lines = [(item.product, item.quantity) for item in cart.items.select_related("product")]
    return asked_for(lines, country=country, zip_code=zip_code)


def asked_for(lines: totals.Lines, *, country: str, zip_code: str) -> dict[int, Decimal]:
    """Ask likewise what it costs to send these goods, which need not be in a cart."""
    if not carriers.codes():
        return {}
    methods = [
        method for method in delivery.remembered_methods() if method.carrier and country in method.countries
    ]
    parcel = Parcel(
        country=country,
        zip_code=zip_code,
        weight_grams=delivery.weight_grams(lines),
        value=sum((product.effective_price * quantity for product, quantity in lines), Decimal()),
    )
    found = carriers.ask_all(parcel, {method.carrier for method in methods})
    return {method.pk: price for method in methods if (price := _price(method, found)) is not None}


def _price(method: delivery.Method, found: dict[str, list[carriers.CarrierQuote]]) -> Decimal | None:
    """Return the price of the method's own service, else of the carrier's cheapest."""
    quotes = found.get(method.carrier, [])
    own = [quote.price for quote in quotes if quote.name == method.name]
    return min(own or [quote.price for quote in quotes], default=None)
