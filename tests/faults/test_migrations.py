"""A migration that meets a long transaction: it gives up, and nobody queues up behind it."""

import psycopg2
import pytest
from django.db import DatabaseError, connection, models

from dbProject import locks
from products.models import Product

pytestmark = pytest.mark.race


def test_a_migration_waits_two_seconds_for_a_lock_and_gives_up(transactional_db):
    at = connection.settings_dict
    report = psycopg2.connect(host=at["HOST"], port=at["PORT"], user=at["USER"], dbname=at["NAME"])
    field = models.IntegerField(null=True)
    field.set_attributes_from_name("shelf")
    try:
        report.cursor().execute("SELECT count(*) FROM products")  # and its transaction goes on
        with pytest.raises(DatabaseError) as refused, connection.schema_editor() as editor:
            editor.add_field(Product, field)
    finally:
        report.close()

    assert locks.is_timeout(refused.value)
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "products")
        assert "shelf" not in [column.name for column in columns]
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("2s",)
