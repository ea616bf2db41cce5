"""Catalogs of any size, made of copies of the demo shop's products with all that pages show of them."""

from django.db import connection, transaction

from products.models import Product, ProductAttributeValue, ProductImage, Review
from products.search import upkeep

BELONGING = (ProductImage, ProductAttributeValue, Review)
"""What is copied with a product."""
MARK = "~"
"""Between a SKU or an address and the number of its copy."""


def grow(products: int) -> None:
    """Copy what the shop has until lists show ``products`` of them; then let the database take stock."""
    originals = Product.objects.exclude(sku__contains=MARK)
    listed = originals.active().listed().count()
    made = Product.objects.active().listed().count() // listed - 1
    times = products // listed - 1
    with transaction.atomic(), upkeep.once_at_the_end(), connection.cursor() as cursor:
        rounds = [made + 1, times]
        named = {"sku": f"row.sku || '{MARK}' || n", "slug": "row.slug || '-copy-' || n", "ean": "''"}
        source = f"products row, generate_series(%s, %s) n WHERE row.sku NOT LIKE '%%{MARK}%%'"
        cursor.execute(copying(Product, f"{source} AND row.kind <> 'variant'", **named), rounds)
        parent = f"(SELECT id FROM products WHERE sku = parent.sku || '{MARK}' || n)"  # noqa: S608 -- ours
        cursor.execute(
            copying(
                Product,
                source.replace(" n WHERE", " n, products parent WHERE")
                + " AND row.kind = 'variant' AND parent.id = row.parent_id",
                **named,
                parent_id=parent,
            ),
            rounds,
        )
        cursor.execute(
            "CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT original.id AS original, copy.id AS copy"
            " FROM products copy JOIN products original ON original.sku = split_part(copy.sku, %s, 1)"
            " WHERE copy.sku ~ %s AND split_part(copy.sku, %s, 2)::int BETWEEN %s AND %s",
            [MARK, MARK, MARK, *rounds],
        )
        for model in BELONGING:
            cursor.execute(
                copying(
                    model, "copies JOIN {table} row ON row.product_id = original", product_id="copies.copy"
                )
            )
        cursor.execute(
            "INSERT INTO product_search (product_id, document)"
            " SELECT copy, document FROM copies JOIN product_search ON product_id = original"
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copying(model: type, source: str, **changed: str) -> str:
    """Return the statement that copies ``row`` of ``source``, but for the columns of ``changed``."""
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    shown = ", ".join(changed.get(column, f'row."{column}"') for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({quoted}) SELECT {shown} FROM {source.format(table=table)}"  # noqa: S608 -- ours
