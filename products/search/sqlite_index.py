"""The search table of SQLite and the triggers that keep it.

Django changes a table of SQLite by copying it, and a copy has no triggers; triggers that name the table even
stop the copying. So they are taken down before a migration and put up after it.
"""

# ruff: noqa: S608 -- SQL is put together here from constants.

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = """
CREATE VIRTUAL TABLE product_search USING fts5 (
    name, codes, shelf, summary, description, tokenize = 'porter unicode61 remove_diacritics 2'
)
"""
WATCHED = {"products", "brands", "categories", "product_attributes", "product_attribute_values"}
CODE_END = "0"
"""Stands behind every exact code, so that the stemmer leaves it alone."""
LONGEST_TEXT = 100_000
"""Characters of a text that are looked at."""

FOLDED = {
    "ß": "ss",
    "ẞ": "ss",
    "æ": "ae",
    "Æ": "ae",
    "œ": "oe",
    "Œ": "oe",
    "ø": "o",
    "Ø": "o",
    "ł": "l",
    "Ł": "l",
}
"""What the tokenizer takes for letters of their own; it removes every other accent itself."""
DASHES = "-\u2010\u2011\u2013._'\u2019"
BETWEEN = DASHES + " /,;:()+*&#"


def _replaced(sql: str, signs: dict[str, str]) -> str:
    for sign, instead in signs.items():
        sql = f"replace({sql}, '{sign.replace(chr(39), chr(39) * 2)}', '{instead}')"
    return sql


def _without(sql: str, signs: str) -> str:
    return _replaced(sql, dict.fromkeys(signs, ""))


def _code(sql: str) -> str:
    """How SKUs and EANs are compared: letters and digits without leading zeros."""
    return f"CASE {sql} WHEN '' THEN '' ELSE ltrim({_without(sql, BETWEEN)}, '0') || '{CODE_END}' END"


def _codes(table: str) -> str:
    return f"{_code(f'{table}.sku')} || ' ' || {_code(f'{table}.ean')}"


def _numbers(table: str) -> str:
    return f"{table}.sku || ' ' || {_without(f'{table}.sku', DASHES)} || ' ' || {table}.ean"


def _folded(sql: str) -> str:
    return _replaced(sql, FOLDED)


def _of_variants(sql: str) -> str:
    return (
        f"coalesce((SELECT group_concat({sql}, ' ') FROM products variant"
        f" WHERE variant.parent_id = product.id AND variant.is_active AND variant.deleted_at IS NULL), '')"
    )


WITHOUT_TAGS = f"""
CASE WHEN instr(product.description, '<') = 0 THEN substr(product.description, 1, {LONGEST_TEXT}) ELSE (
    WITH RECURSIVE stripped (done, rest) AS (
        SELECT '', substr(product.description, 1, {LONGEST_TEXT // 5})
        UNION ALL
        SELECT done || substr(rest, 1, instr(rest, '<') - 1) || ' ',
            substr(rest, instr(rest, '<') + max(instr(substr(rest, instr(rest, '<')), '>'), 1))
        FROM stripped WHERE instr(rest, '<') > 0
    ) SELECT done || rest FROM stripped WHERE instr(rest, '<') = 0
) END
"""

SUMMARY = f"""
product.short_description || ' ' || {_of_variants("variant.name")} || ' ' || coalesce((
    SELECT group_concat(said.value, ' ') FROM product_attribute_values said
    JOIN product_attributes attribute ON attribute.id = said.attribute_id
    WHERE attribute.attribute_type IN ('select', 'multiselect') AND said.product_id IN (
        SELECT product.id UNION ALL SELECT variant.id FROM products variant
        WHERE variant.parent_id = product.id AND variant.is_active AND variant.deleted_at IS NULL)
), '')
"""

CONTENT = f"""
SELECT product.id,
    {_folded(f"product.name || ' ' || {_without('product.name', DASHES)}")}
        || ' ' || {_numbers("product")} || ' ' || {_of_variants(_numbers("variant"))},
    {_codes("product")} || ' ' || {_of_variants(_codes("variant"))},
    {_folded("brand.name || ' ' || category.name")},
    {_folded(f"substr({SUMMARY}, 1, {LONGEST_TEXT})")},
    {_folded(WITHOUT_TAGS)}
FROM products product
JOIN brands brand ON brand.id = product.brand_id
JOIN categories category ON category.id = product.category_id
WHERE product.kind <> 'variant' AND product.is_active AND product.deleted_at IS NULL
    AND category.is_active AND category.deleted_at IS NULL
"""


def _filled(pks: str = "") -> str:
    """Return the statement that inserts all listed products, or those of the subquery or list ``pks``."""
    which = f" AND product.id IN ({pks})" if pks else ""
    return f"INSERT INTO product_search (rowid, name, codes, shelf, summary, description) {CONTENT}{which}"


def _trigger(event: str, pks: str, *, when: str = "") -> str:
    """Return all but the name of a trigger that brings the rows of ``pks`` up to date."""
    condition = f"WHEN {when} " if when else ""
    return f"{event} {condition}BEGIN DELETE FROM product_search WHERE rowid IN ({pks}); {_filled(pks)}; END"


def _changed(*columns: str) -> str:
    return "(" + " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns) + ")"


def _is_choice(row: str) -> str:
    wanted = f"SELECT attribute_type FROM product_attributes WHERE id = {row}.attribute_id"
    return f"({wanted}) IN ('select', 'multiselect')"


def _owner(row: str) -> str:
    return f"SELECT coalesce(parent_id, id) FROM products WHERE id = {row}.product_id"


OF_PRODUCTS = (
    *("name", "sku", "ean", "brand_id", "category_id", "is_active", "deleted_at", "kind", "parent_id"),
    *("short_description", "description"),
)
OF_CATEGORIES = ("name", "is_active", "deleted_at")
OF_VALUES = ("product_id", "attribute_id", "value")

TRIGGERS = {
    "product_search_product_insert": _trigger("AFTER INSERT ON products", "coalesce(NEW.parent_id, NEW.id)"),
    "product_search_product_update": _trigger(
        f"AFTER UPDATE OF {', '.join(OF_PRODUCTS)} ON products",
        "NEW.id, OLD.parent_id, NEW.parent_id",
        when=_changed(*OF_PRODUCTS),
    ),
    "product_search_product_delete": _trigger("AFTER DELETE ON products", "OLD.id, OLD.parent_id"),
    "product_search_value_insert": _trigger(
        "AFTER INSERT ON product_attribute_values", _owner("NEW"), when=_is_choice("NEW")
    ),
    "product_search_value_update": _trigger(
        f"AFTER UPDATE OF {', '.join(OF_VALUES)} ON product_attribute_values",
        f"{_owner('OLD')} UNION {_owner('NEW')}",
        when=f"{_changed(*OF_VALUES)} AND ({_is_choice('OLD')} OR {_is_choice('NEW')})",
    ),
    "product_search_value_delete": _trigger(
        "AFTER DELETE ON product_attribute_values", _owner("OLD"), when=_is_choice("OLD")
    ),
    "product_search_brand_update": _trigger(
        "AFTER UPDATE OF name ON brands",
        "SELECT id FROM products WHERE brand_id = NEW.id",
        when=_changed("name"),
    ),
    "product_search_category_update": _trigger(
        f"AFTER UPDATE OF {', '.join(OF_CATEGORIES)} ON categories",
        "SELECT id FROM products WHERE category_id = NEW.id",
        when=_changed(*OF_CATEGORIES),
    ),
    "product_search_attribute_update": _trigger(
        "AFTER UPDATE OF attribute_type ON product_attributes",
        "SELECT coalesce(owner.parent_id, owner.id) FROM product_attribute_values said"
        " JOIN products owner ON owner.id = said.product_id WHERE said.attribute_id = NEW.id",
        when=_changed("attribute_type"),
    ),
}


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers, if this is SQLite. Repeating it changes nothing."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Make table and triggers anew, if this is SQLite and a trigger is not as it should be. Repeatable."""
    if connection.vendor != "sqlite" or not WATCHED.issubset(connection.introspection.table_names()):
        return
    wanted = {name: f"CREATE TRIGGER {name} {rest}" for name, rest in TRIGGERS.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        if wanted.items() <= dict(cursor.fetchall()).items():
            return
    take_down(connection)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS product_search")
        for statement in (TABLE, _filled(), *wanted.values()):
            cursor.execute(statement)
