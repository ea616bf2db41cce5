"""Products that no shop sells: what the style guide shows in every state."""

from decimal import Decimal
from typing import Any

from products.models import Brand, Category, Product
from products.selectors.choices import Choice, Question
from products.selectors.products import ProductPage
from products.selectors.reviews import Said


def products() -> list[Product]:
    """Return one unsaved product for each state of a card."""
    return [
        _sample(
            "Harbor stoneware mug, 300 ml", review_count=4, avg_rating=4.25, colors=["ocean", "oat", "clay"]
        ),
        _sample(
            "Donaudampfschifffahrtsgesellschaftskapitänsmütze mit Lebensmittelverträglichkeitsprüfung " * 2
        ),
        _sample("Linen apron", sale_price=Decimal("38.00"), review_count=1, avg_rating=5.0),
        _sample(
            "Clothbound notebook",
            kind=Product.Kind.PARENT,
            price_high=Decimal("94.50"),
            is_available=True,
            colors=["ocean", "a color without a swatch"],
        ),
        _sample("Crane desk lamp", stock_quantity=0, is_available=False),
        _sample(
            "Enameled casserole",
            stock_quantity=2,
            price=Decimal("1219.00"),
            review_count=1280,
            avg_rating=3.9,
        ),
    ]


def page() -> ProductPage:
    """Return what a buy box shows: a color is chosen, of the sizes one is sold out."""
    address = "#s-buy"
    color = [
        Choice(name.lower(), name, address, is_current=name == "Ocean", is_available=name != "Clay")
        for name in ("Ocean", "Clay")
    ]
    size = [
        Choice(name, name, address, is_current=False, is_available=name != "XL") for name in ("S", "M", "XL")
    ]
    return ProductPage(
        product=_sample("Fell rain jacket", kind=Product.Kind.PARENT, is_available=True),
        chosen=None,
        images=[],
        questions=[Question("option_color", "Color", color), Question("option_size", "Size", size)],
        specifications=[],
        reviews=Said([], None, 1, 1),
        beside=[],
        path=[],
    )


def _sample(
    name: str,
    *,
    review_count: int = 0,
    avg_rating: float | None = None,
    colors: list[str] | None = None,
    **fields: Any,
) -> Product:
    price = fields.pop("price", Decimal("46.00"))
    known: dict[str, Any] = {
        "price_low": price,
        "price_high": price,
        "stock_quantity": 20,
        "is_available": True,
    }
    product = Product(
        pk=0,
        name=name,
        slug="sample",
        sku="SAMPLE",
        short_description="Stoneware with a bare clay foot, for every day",
        category=Category(name="Mugs", slug="mugs"),
        brand=Brand(name="Tidewater Pottery", slug="tidewater"),
        price=price,
        **(known | fields),
    )
    product.review_count, product.avg_rating = review_count, avg_rating  # type: ignore[attr-defined]
    product.cover_images, product.colors = [], colors or []
    return product
