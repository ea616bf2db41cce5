"""Words become a vector in an expression that Postgres can write into the query: calling a function for each of
the four parts of a product took a sixth of the time of indexing it. What comes out is the same.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION product_search_vector(words text, weight "char") RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$ SELECT {} $function$;
"""
NOW = FUNCTION.format("setweight(to_tsvector('shop_english', left(coalesce(words, ''), 100000)), weight)")
# An argument that is named twice is not written in, or it would be worked out twice.
BEFORE = FUNCTION.format(
    "CASE WHEN coalesce(words, '') = '' THEN ''::tsvector"
    " ELSE setweight(to_tsvector('shop_english', left(words, 100000)), weight) END"
)


def run(statement):
    def on_postgres(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement, params=None)

    return on_postgres


class Migration(migrations.Migration):

    dependencies = [
        ("products", "0008_ledger_times"),
    ]

    operations = [
        migrations.RunPython(run(NOW), run(BEFORE)),
    ]
