"""What the demo store is made of: plain records that the seeding service turns into rows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

AttributeValue = str | int | Decimal | bool | tuple[str, ...]
Picture = tuple[str, str]  # kind of drawing and color; the ground is that of the product's family


@dataclass(frozen=True)
class DemoCategory:
    """A family (no parent) or a category in one."""

    slug: str
    name: str
    description: str
    parent_slug: str | None
    picture: Picture | None
    sort_order: int
    translations: dict[str, dict[str, str]]
    """Per language its name and description."""


@dataclass(frozen=True)
class DemoBrand:
    """An invented maker."""

    slug: str
    name: str
    description: str


@dataclass(frozen=True)
class DemoAttribute:
    """Something that can be said about products; unit is empty where there is none."""

    slug: str
    name: str
    attribute_type: str
    unit: str
    is_filterable: bool
    sort_order: int
    translations: dict[str, dict[str, Any]]
    """Per language its name, unit and values."""


@dataclass(frozen=True)
class DemoVariant:
    """One choice of its parent's options; prices gross, in the store's currency."""

    sku: str
    name: str
    options: dict[str, str]
    price: Decimal
    sale_price: Decimal | None
    stock_quantity: int
    picture: Picture


@dataclass(frozen=True)
class DemoProduct:
    """A single product, or the parent of variants (then it has no stock of its own).

    Prices are gross, in the store's currency; weight is in kg; the description is HTML of p, ul, li, strong.
    """

    sku: str
    slug: str
    name: str
    short_description: str
    description: str
    category_slug: str
    brand_slug: str
    price: Decimal
    sale_price: Decimal | None
    stock_quantity: int
    low_stock_threshold: int
    weight: Decimal | None
    dimensions: str
    is_featured: bool
    attributes: dict[str, AttributeValue]
    picture: Picture
    extra_pictures: tuple[Picture, ...]
    variants: tuple[DemoVariant, ...]


@dataclass(frozen=True)
class DemoReview:
    """What the customer of that number (1 and up) wrote so many days ago."""

    product_sku: str
    author_number: int
    rating: int
    title: str
    content: str
    days_ago: int


@dataclass(frozen=True)
class DemoPage:
    """A staff-edited page; the body is HTML."""

    slug: str
    language: str
    title: str
    body: str


@dataclass(frozen=True)
class DemoCatalog:
    """Everything at once; every slug and SKU named in it exists in it."""

    categories: tuple[DemoCategory, ...]
    brands: tuple[DemoBrand, ...]
    attributes: tuple[DemoAttribute, ...]
    products: tuple[DemoProduct, ...]
    reviews: tuple[DemoReview, ...]
    pages: tuple[DemoPage, ...]

    def family_of(self, category_slug: str) -> str:
        """This will give the slug of the family a category is in, whose ground its pictures stand on.

        Raises:
            KeyError: there is no category of that slug.
        """
        category = {category.slug: category for category in self.categories}[category_slug]
        return category.parent_slug or category.slug

    def pictures(self) -> tuple[tuple[str, str, str], ...]:
        """This will list every distinct picture needed as (kind, color, family), sorted."""
        families = {category.slug: category.parent_slug or category.slug for category in self.categories}
        wanted = {
            (*category.picture, families[category.slug]) for category in self.categories if category.picture
        }
        for product in self.products:
            own = (
                product.picture,
                *product.extra_pictures,
                *(variant.picture for variant in product.variants),
            )
            wanted.update((*picture, families[product.category_slug]) for picture in own)
        return tuple(sorted(wanted))
