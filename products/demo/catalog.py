"""The demo store in one call: ``catalog(products=200, seed=1)``."""

from collections.abc import Iterator

from products.demo import designs, editions, reviews
from products.demo.records import (
    AttributeValue,
    DemoAttribute,
    DemoBrand,
    DemoCatalog,
    DemoCategory,
    DemoPage,
    DemoProduct,
    DemoReview,
    DemoVariant,
    Picture,
)

__all__ = [
    "AttributeValue",
    "DemoAttribute",
    "DemoBrand",
    "DemoCatalog",
    "DemoCategory",
    "DemoPage",
    "DemoProduct",
    "DemoReview",
    "DemoVariant",
    "Picture",
    "catalog",
]

PAGES = {"en": "pages", "de": "pages_de"}
"""Which file of ``content/`` holds the pages in which language."""

SHELVES = {"de": "shelves_de"}
"""Which file holds the names and descriptions of the categories in other languages, by slug."""

ATTRIBUTES = {"de": "attributes_de"}
"""Which file holds the names, units and values of the attributes in other languages, by slug."""


def catalog(*, products: int = 200, seed: int = 1) -> DemoCatalog:
    """This will give the demo store with so many products (singles and parents), equal for equal seeds."""
    base = designs.base_products(seed)
    chosen = editions.chosen(base, count=products, seed=seed)
    first_editions = chosen[: len(base)]
    return DemoCatalog(
        categories=tuple(_categories()),
        brands=tuple(DemoBrand(**brand) for brand in designs.read("brands")["brand"]),
        attributes=tuple(_attributes()),
        products=tuple(chosen),
        reviews=tuple(reviews.reviews_of(first_editions, seed=seed)),
        pages=tuple(
            DemoPage(page["slug"], language, page["title"], page["body"].strip())
            for language, file in PAGES.items()
            for page in designs.read(file)["page"]
        ),
    )


def _categories() -> Iterator[DemoCategory]:
    for order, name in enumerate(designs.FAMILIES):
        content = designs.read(name)
        family = content["family"]
        for place, category in enumerate([family, *content["category"]]):
            kind, color = category["picture"]
            yield DemoCategory(
                slug=category["slug"],
                name=category["name"],
                description=category["description"],
                parent_slug=None if place == 0 else family["slug"],
                picture=(kind, color),
                sort_order=order if place == 0 else place,
                translations={
                    language: designs.read(file)[category["slug"]] for language, file in SHELVES.items()
                },
            )


def _attributes() -> Iterator[DemoAttribute]:
    for order, attribute in enumerate(designs.read("attributes")["attribute"]):
        yield DemoAttribute(
            slug=attribute["slug"],
            name=attribute["name"],
            attribute_type=attribute["type"],
            unit=attribute.get("unit", ""),
            is_filterable=attribute.get("filterable", False),
            sort_order=order,
            translations={
                language: designs.read(file)[attribute["slug"]] for language, file in ATTRIBUTES.items()
            },
        )
