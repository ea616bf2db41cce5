"""Products that no shop sells: what the style guide shows in every state."""

from decimal import Decimal
from typing import Any

from products.models import Brand, Category, Product


def products() -> list[Product]:
    """Return one unsaved product for each state of a card."""
    return [
        _sample("Harbor stoneware mug, 300 ml", review_count=4, avg_rating=4.25),
        _sample(
            "Donaudampfschifffahrtsgesellschaftskapitänsmütze mit Lebensmittelverträglichkeitsprüfung " * 2
        ),
        _sample("Linen apron", sale_price=Decimal("38.00"), review_count=1, avg_rating=5.0),
        _sample(
            "Clothbound notebook", kind=Product.Kind.PARENT, price_high=Decimal("94.50"), is_available=True
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


def _sample(name: str, *, review_count: int = 0, avg_rating: float | None = None, **fields: Any) -> Product:
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
    product.cover_images = []
    return product
