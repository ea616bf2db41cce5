"""Orders that had left the house before shipments were written down: each in one shipment."""

from django.db import migrations

SHIPMENTS = """
    INSERT INTO shipments (order_id, number, key, carrier, tracking_number, tracking_url, shipped_at, delivered_at)
    SELECT id, 1, 'rest', '', '', '', shipped_at, delivered_at
    FROM orders WHERE shipped_at IS NOT NULL
"""
ITEMS = """
    INSERT INTO shipment_items (shipment_id, item_id, quantity)
    SELECT shipments.id, order_items.id, order_items.quantity
    FROM shipments JOIN order_items ON order_items.order_id = shipments.order_id
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_fulfillment")]
    operations = [
        migrations.RunSQL(SHIPMENTS, migrations.RunSQL.noop),
        migrations.RunSQL(ITEMS, migrations.RunSQL.noop),
    ]
