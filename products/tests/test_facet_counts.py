"""The counts beside filters, against plain SQL over a shop put together at random."""

import random
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection

from products.selectors import facets
from products.selectors.catalog import CatalogFilter
from products.services import attributes, catalog
from products.tests.factories import AttributeFactory, BrandFactory, CategoryFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

COLORS, SIZES, MATERIALS = ("Red", "Blue", "Green"), ("S", "M", "L"), ("Wool", "Linen")

THINGS = """
    FROM products thing
    JOIN products shown ON shown.id = COALESCE(thing.parent_id, thing.id)
    JOIN brands brand ON brand.id = shown.brand_id
    WHERE thing.kind <> 'parent' AND thing.is_active AND thing.deleted_at IS NULL
      AND shown.is_active AND shown.deleted_at IS NULL
      AND COALESCE(thing.sale_price, thing.price) <= %(max_price)s
      AND (thing.stock_quantity > 0 OR NOT %(in_stock)s)
"""
SAYS = """
    EXISTS (
        SELECT 1 FROM product_attribute_values said
        JOIN product_attributes asked ON asked.id = said.attribute_id AND asked.slug = '{slug}'
        WHERE said.product_id IN (thing.id, thing.parent_id) AND said.value = '{value}'
    )
"""


@pytest.fixture
def shop():
    """Sixty singles and twenty parents with up to four variants, some sold out, some inactive."""
    chance = random.Random(7)  # noqa: S311 -- the same shop every time
    AttributeFactory(slug="color", name="Color")
    AttributeFactory(slug="size", name="Size")
    AttributeFactory(slug="material", name="Material")
    shelf, makers = CategoryFactory(), BrandFactory.create_batch(3)

    def details():
        price = Decimal(chance.randint(500, 9900)) / 100
        sale_price = price / 2 if chance.random() < 0.2 else None
        return {"price": price, "sale_price": sale_price and sale_price.quantize(Decimal("0.01"))}

    for _ in range(60):
        single = ProductFactory(
            category=shelf,
            brand=chance.choice(makers),
            stock_quantity=chance.choice((0, 3)),
            is_active=chance.random() < 0.9,
            **details(),
        )
        said = {"color": COLORS, "size": SIZES, "material": MATERIALS}
        attributes.set_values(
            single, {slug: chance.choice(options) for slug, options in said.items() if chance.random() < 0.7}
        )
    for number in range(20):
        parent = ProductFactory(category=shelf, brand=chance.choice(makers), stock_quantity=0)
        attributes.set_values(parent, {"material": chance.choice(MATERIALS)})
        pairs = chance.sample([(color, size) for color in COLORS for size in SIZES], chance.randint(1, 4))
        for place, (color, size) in enumerate(pairs):
            catalog.add_variant(
                parent,
                sku=f"V{number}-{place}",
                options={"color": color, "size": size},
                stock_quantity=chance.choice((0, 2)),
                is_active=place == 0 or chance.random() < 0.8,
                **details(),
            )


def counted(sql, **parameters):
    """Return one number of plain SQL."""
    places = {"max_price": 1_000_000, "in_stock": False} | parameters
    with connection.cursor() as cursor:
        for name, value in places.items():
            shown = str(value).upper() if isinstance(value, bool) else str(value)
            sql = sql.replace(f"%({name})s", shown)
        cursor.execute(f"SELECT COUNT(DISTINCT shown.id) {sql}")
        return cursor.fetchone()[0]


NARROWED = ({}, {"max_price": Decimal(40)}, {"max_price": Decimal(60), "in_stock": True})
CHOSEN = ({}, {"size": "M"}, {"size": "M", "material": "Wool"}, {"color": "Red"})


def test_every_count_is_what_sql_counts(shop):
    for narrowed, chosen in product(NARROWED, CHOSEN):  # one shop for all: filling it takes longest
        insist_on_counts(narrowed, chosen)


def insist_on_counts(narrowed, chosen):
    """Assert that all counts beside these filters are those of plain SQL."""
    wanted = CatalogFilter(**narrowed, attributes=tuple((slug, (value,)) for slug, value in chosen.items()))
    total, brands, found = facets.of(wanted)

    def others(but=""):
        """Say in SQL what is chosen, but for one attribute."""
        return "".join(f"AND {SAYS.format(slug=s, value=v)}" for s, v in chosen.items() if s != but)

    assert total == counted(THINGS + others(), **narrowed) > 0
    shown = {
        facet.name.removeprefix("attr_"): {option.value: option.count for option in facet.options}
        for facet in found
    }
    for slug, options in (("color", COLORS), ("size", SIZES), ("material", MATERIALS)):
        by_sql = {
            value: counted(
                f"{THINGS} AND {SAYS.format(slug=slug, value=value)} {others(but=slug)}", **narrowed
            )
            for value in options
        }
        expected = {value: count for value, count in by_sql.items() if count}
        if slug in chosen or len(expected) > 1:
            assert {value: count for value, count in shown[slug].items() if count} == expected
        else:
            assert slug not in shown  # one answer is no choice
    for brand in brands:
        assert facets.of(replace(wanted, brand=brand.value)).total == brand.count
        sql = f"{THINGS} AND brand.slug = '{brand.value}' {others()}"
        assert brand.count == counted(sql, **narrowed)
    assert sum(brand.count for brand in brands) == total
