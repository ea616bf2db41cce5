"""Search. On Postgres: one weighted text vector per listed product, kept by triggers; on SQLite the same
is put up after every migrate (see products/search/sqlite_index.py), because Django copies tables there and
their triggers do not come along.
"""

from django.db import migrations, models

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
"""

# English stems without stop words (a product may be called "The Who"), and without accents.
CONFIGURATION = """
CREATE TEXT SEARCH DICTIONARY shop_english_stem (TEMPLATE = snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION shop_english (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION shop_english ALTER MAPPING FOR asciiword, asciihword, hword_asciipart
    WITH shop_english_stem;
ALTER TEXT SEARCH CONFIGURATION shop_english ALTER MAPPING FOR word, hword, hword_part, numword, numhword, hword_numpart
    WITH unaccent, shop_english_stem;
"""

TABLE = """
CREATE TABLE product_search (product_id bigint PRIMARY KEY, document tsvector NOT NULL);
COMMENT ON TABLE product_search IS 'What can be found by words: listed products, kept by triggers.';
"""

# Punctuation parts words, so that Postgres never takes USB/PS2 for a path or -1600 for a number. By code points,
# so that no locale matters.
FUNCTIONS = r"""
CREATE FUNCTION product_search_spaced(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT regexp_replace(words,
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u2000-\u206f\u2122]+',
        ' ', 'g')
$function$;

-- Part numbers are typed with and without their dashes: CE-285A is also CE285A.
CREATE FUNCTION product_search_glued(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT CASE WHEN words ~ '\S[-._''\u2010-\u2019\u00b4\u0060]\S'
        THEN product_search_spaced(regexp_replace(words, '[-._''\u2010-\u2019\u00b4\u0060]', '', 'g')) END
$function$;

-- How SKUs and EANs are compared: letters and digits, in lower case, without leading zeros.
CREATE FUNCTION product_search_code(code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT '=' || ltrim(lower(replace(product_search_spaced(code), ' ', '')), '0')
$function$;

CREATE FUNCTION product_search_vector(words text, weight "char") RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT CASE WHEN coalesce(words, '') = '' THEN ''::tsvector
                ELSE setweight(to_tsvector('shop_english', left(words, 100000)), weight) END
$function$;

CREATE FUNCTION product_search_without_tags(markup text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
    SELECT CASE WHEN position('<' IN markup) = 0 THEN markup
                ELSE regexp_replace(left(markup, 100000), '<[^>]*>|&[a-z]+;', ' ', 'g') END
$function$;

-- Bring the rows of these singles and parents up to date.
CREATE FUNCTION product_search_refresh(pks bigint[]) RETURNS void LANGUAGE plpgsql
SET jit = off SET plan_cache_mode = force_custom_plan AS $function$
DECLARE
    choices bigint[] := ARRAY(SELECT id FROM product_attributes WHERE attribute_type IN ('select', 'multiselect'));
BEGIN
    -- Locked by a statement of its own, so that the next one sees what a rival has just committed.
    PERFORM FROM product_search WHERE product_id = ANY (pks) ORDER BY product_id FOR UPDATE;
    DELETE FROM product_search found WHERE found.product_id = ANY (pks) AND NOT EXISTS (
        SELECT FROM products product JOIN categories category ON category.id = product.category_id
        WHERE product.id = found.product_id AND product.kind <> 'variant'
          AND product.is_active AND product.deleted_at IS NULL
          AND category.is_active AND category.deleted_at IS NULL
    );
    -- Materialized: while an import fills the tables, their statistics would have all products walked.
    WITH product AS MATERIALIZED (
        SELECT * FROM products
        WHERE id = ANY (pks) AND kind <> 'variant' AND is_active AND deleted_at IS NULL
    )
    INSERT INTO product_search AS found (product_id, document)
    SELECT product.id,
        product_search_vector(concat_ws(' ', product_search_spaced(product.name), product_search_glued(product.name),
            product_search_spaced(product.sku), product_search_glued(product.sku), product.ean, variants.codes), 'A')
        || array_to_tsvector(array_remove(array_cat(
            ARRAY[product_search_code(product.sku), product_search_code(product.ean)], variants.exact), '='))
        || product_search_vector(product_search_spaced(brand.name || ' ' || category.name), 'B')
        || product_search_vector(product_search_spaced(concat_ws(' ', product.short_description, variants.names, (
            SELECT string_agg(said.value, ' ') FROM product_attribute_values said
            WHERE said.product_id = ANY (array_append(variants.ids, product.id)) AND said.attribute_id + 0 = ANY (choices)
        ))), 'C')  -- "+ 0": by product alone, whatever a young table's statistics say
        || product_search_vector(product_search_spaced(product_search_without_tags(product.description)), 'D')
    FROM product
    JOIN brands brand ON brand.id = product.brand_id
    JOIN categories category ON category.id = product.category_id
    LEFT JOIN LATERAL (
        SELECT string_agg(variant.name, ' ') AS names, array_agg(variant.id) AS ids,
            string_agg(concat_ws(' ', product_search_spaced(variant.sku), product_search_glued(variant.sku),
                variant.ean), ' ') AS codes,
            array_agg(product_search_code(variant.sku)) || array_agg(product_search_code(variant.ean)) AS exact
        FROM products variant
        WHERE product.kind = 'parent' AND variant.parent_id = product.id
          AND variant.is_active AND variant.deleted_at IS NULL
    ) AS variants ON true
    WHERE category.is_active AND category.deleted_at IS NULL
    ON CONFLICT (product_id) DO UPDATE SET document = EXCLUDED.document
        WHERE found.document IS DISTINCT FROM EXCLUDED.document;
END
$function$;
"""

TRIGGERS = r"""
CREATE FUNCTION product_search_of_products() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    pks bigint[];
BEGIN
    IF current_setting('shop.search_waits', true) = 'on' THEN
        RETURN NULL;  -- an import refreshes its products itself, once (products/search/upkeep.py)
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT coalesce(parent_id, id)) INTO pks FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT pk) INTO pks FROM old_rows CROSS JOIN LATERAL unnest(ARRAY[id, parent_id]) AS of (pk);
    ELSE
        SELECT array_agg(DISTINCT pk) INTO pks
        FROM old_rows AS before JOIN new_rows AS now USING (id)
        CROSS JOIN LATERAL unnest(ARRAY[id, before.parent_id, now.parent_id]) AS of (pk)
        WHERE (before.name, before.sku, before.ean, before.brand_id, before.category_id, before.is_active,
               before.deleted_at, before.kind, before.parent_id, before.short_description, before.description)
            IS DISTINCT FROM
              (now.name, now.sku, now.ean, now.brand_id, now.category_id, now.is_active,
               now.deleted_at, now.kind, now.parent_id, now.short_description, now.description);
    END IF;
    IF pks IS NOT NULL THEN
        PERFORM product_search_refresh(array_remove(pks, NULL));
    END IF;
    RETURN NULL;
END
$function$;
CREATE TRIGGER product_search_insert AFTER INSERT ON products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_products();
CREATE TRIGGER product_search_update AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_products();
CREATE TRIGGER product_search_delete AFTER DELETE ON products
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_products();

CREATE FUNCTION product_search_of_nothing() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
    TRUNCATE product_search;
    RETURN NULL;
END
$function$;
CREATE TRIGGER product_search_truncate AFTER TRUNCATE ON products
    FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_nothing();

CREATE FUNCTION product_search_of_values() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    pks bigint[];
BEGIN
    IF current_setting('shop.search_waits', true) = 'on' THEN
        RETURN NULL;  -- an import refreshes its products itself, once (products/search/upkeep.py)
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- What is new is added to what is there: the import writes products first and their values next.
        UPDATE product_search found SET document = found.document || product_search_vector(more.words, 'C')
        FROM (
            SELECT coalesce(product.parent_id, product.id) AS product_id,
                product_search_spaced(string_agg(said.value, ' ')) AS words
            FROM new_rows said JOIN products product ON product.id = said.product_id
            JOIN product_attributes attribute ON attribute.id = said.attribute_id
            WHERE attribute.attribute_type IN ('select', 'multiselect')
              AND (product.kind <> 'variant' OR product.is_active AND product.deleted_at IS NULL)
            GROUP BY 1
        ) AS more WHERE found.product_id = more.product_id;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT coalesce(product.parent_id, product.id)) INTO pks
        FROM old_rows said JOIN products product ON product.id = said.product_id
        JOIN product_attributes attribute ON attribute.id = said.attribute_id
        WHERE attribute.attribute_type IN ('select', 'multiselect');
    ELSE
        SELECT array_agg(DISTINCT coalesce(product.parent_id, product.id)) INTO pks
        FROM old_rows before JOIN new_rows now USING (id)
        JOIN products product ON product.id IN (before.product_id, now.product_id)
        JOIN product_attributes attribute ON attribute.id IN (before.attribute_id, now.attribute_id)
        WHERE attribute.attribute_type IN ('select', 'multiselect')
          AND (before.product_id, before.attribute_id, before.value)
            IS DISTINCT FROM (now.product_id, now.attribute_id, now.value);
    END IF;
    IF pks IS NOT NULL THEN
        PERFORM product_search_refresh(pks);
    END IF;
    RETURN NULL;
END
$function$;
CREATE TRIGGER product_search_insert AFTER INSERT ON product_attribute_values
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_values();
CREATE TRIGGER product_search_update AFTER UPDATE ON product_attribute_values
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_values();
CREATE TRIGGER product_search_delete AFTER DELETE ON product_attribute_values
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION product_search_of_values();

CREATE FUNCTION product_search_of_shelves() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    pks bigint[];
BEGIN
    IF TG_TABLE_NAME = 'brands' THEN
        SELECT array_agg(id) INTO pks FROM products WHERE brand_id = NEW.id AND kind <> 'variant';
    ELSIF TG_TABLE_NAME = 'categories' THEN
        SELECT array_agg(id) INTO pks FROM products WHERE category_id = NEW.id AND kind <> 'variant';
    ELSE
        SELECT array_agg(DISTINCT coalesce(product.parent_id, product.id)) INTO pks
        FROM product_attribute_values said JOIN products product ON product.id = said.product_id
        WHERE said.attribute_id = NEW.id;
    END IF;
    PERFORM product_search_refresh(pks);
    RETURN NULL;
END
$function$;
CREATE TRIGGER product_search_update AFTER UPDATE OF name ON brands FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION product_search_of_shelves();
CREATE TRIGGER product_search_update AFTER UPDATE OF name, is_active, deleted_at ON categories FOR EACH ROW
    WHEN ((OLD.name, OLD.is_active, OLD.deleted_at) IS DISTINCT FROM (NEW.name, NEW.is_active, NEW.deleted_at))
    EXECUTE FUNCTION product_search_of_shelves();
CREATE TRIGGER product_search_update AFTER UPDATE OF attribute_type ON product_attributes FOR EACH ROW
    WHEN (OLD.attribute_type IS DISTINCT FROM NEW.attribute_type) EXECUTE FUNCTION product_search_of_shelves();
"""

# The index comes after the rows: faster, and nobody reads the table yet. Rows are locked meanwhile, about
# a tenth of a millisecond each.
CONTENT = """
SELECT product_search_refresh(array_agg(id)) FROM products WHERE kind <> 'variant';
CREATE INDEX product_search_document ON product_search USING gin (document);
CREATE INDEX search_words_alike ON search_words USING gin (word gin_trgm_ops);
"""

GONE = """
DROP INDEX IF EXISTS search_words_alike;
DROP TRIGGER product_search_insert ON products;
DROP TRIGGER product_search_update ON products;
DROP TRIGGER product_search_delete ON products;
DROP TRIGGER product_search_truncate ON products;
DROP TRIGGER product_search_insert ON product_attribute_values;
DROP TRIGGER product_search_update ON product_attribute_values;
DROP TRIGGER product_search_delete ON product_attribute_values;
DROP TRIGGER product_search_update ON brands;
DROP TRIGGER product_search_update ON categories;
DROP TRIGGER product_search_update ON product_attributes;
DROP FUNCTION product_search_of_products, product_search_of_nothing, product_search_of_values,
    product_search_of_shelves, product_search_refresh, product_search_code, product_search_glued,
    product_search_spaced, product_search_vector, product_search_without_tags;
DROP TABLE product_search;
DROP TEXT SEARCH CONFIGURATION shop_english;
DROP TEXT SEARCH DICTIONARY shop_english_stem;
"""


def put_up(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for part in (EXTENSIONS, CONFIGURATION, TABLE, FUNCTIONS, TRIGGERS, CONTENT):
            schema_editor.execute(part, params=None)


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GONE, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("products", "0003_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("products", models.PositiveIntegerField(help_text="How many listed products have it.")),
            ],
            options={
                "verbose_name": "search word",
                "db_table": "search_words",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("products__gt", 0)), name="search_word_is_used")
                ],
            },
        ),
        migrations.RunPython(put_up, take_down),
    ]
