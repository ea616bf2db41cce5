"""What other systems are told of products and stock, described (docs/webhooks.md)."""

from decimal import Decimal

from dbProject.webhooks.openapi import AMOUNT, Event, thing
from dbProject.webhooks.openapi import shared as of
from dbProject.webhooks.services import MOST_ROWS
from products.models import Product, StockMovement
from products.services import announcements

Kind = StockMovement.Kind
ID, TEXT, UNITS = {"type": "integer"}, {"type": "string"}, {"type": "integer", "description": "Units."}
SCHEMAS = {
    "WebhookProduct": thing(
        "A product as it is now.",
        id=ID,
        sku=TEXT,
        slug=TEXT,
        name=TEXT,
        price=AMOUNT,
        sale_price={**AMOUNT, "type": ["string", "null"]},
        is_active={"type": "boolean", "description": "Whether it is for sale."},
    ),
    "WebhookProductGone": thing("A product that is no longer there.", id=ID, sku=TEXT),
    "WebhookStock": thing(
        "How many units of a product came or went, and how many are there now.",
        id=ID,
        sku=TEXT,
        change={**UNITS, "description": "Units; negative when they leave."},
        stock_quantity={**UNITS, "minimum": 0},
    ),
}
MUG = Product(
    pk=41,
    sku="MUG-100",
    slug="enamel-mug",
    name="Enamel mug",
    price=Decimal("19.90"),
    sale_price=Decimal("17.90"),
    stock_quantity=10,
)


def _listed(name: str) -> dict[str, object]:
    return {"type": "array", "items": of(name), "minItems": 1, "maxItems": MOST_ROWS}


OF_PRODUCTS = Event(thing(products=_listed("WebhookProduct")), {"products": [announcements.facts(MUG)]})
EVENTS = {
    "product.created": OF_PRODUCTS,
    "product.updated": OF_PRODUCTS,
    "product.deleted": Event(
        thing(products=_listed("WebhookProductGone")), {"products": [announcements.gone(MUG)]}
    ),
    "stock.changed": Event(
        thing(
            reason={"enum": [Kind.SALE, Kind.RETURN, Kind.ADJUSTMENT, Kind.IMPORT]},
            reference={**TEXT, "description": "An order's number, an import, or nothing."},
            products=_listed("WebhookStock"),
        ),
        {
            "reason": Kind.SALE,
            "reference": "ORD-20261126-AB3CD4",
            "products": [announcements.moved(MUG, -2)],
        },
    ),
}
