"""Orders of before the shop, beside the lines that they were made of."""

from decimal import Decimal

from django.db import connection

UNLIKE = """
SELECT o.order_number, o.total_amount, COALESCE(past.total, 0)
FROM orders o
LEFT JOIN (
    SELECT order_id, SUM(amount) AS total
    FROM (
        SELECT order_id, ROUND(SUM(quantity * unit_price), 2) AS amount
        FROM historic_lines
        WHERE order_id IS NOT NULL
        GROUP BY order_id, CASE WHEN is_fee THEN '' ELSE code END
    ) AS amounts
    GROUP BY order_id
) AS past ON past.order_id = o.id
WHERE o.is_historic AND ABS(o.total_amount - COALESCE(past.total, 0)) >= 0.005
ORDER BY o.order_number
"""
"""Each product, and all fees together, are summed exactly and rounded once, as orders are made of lines."""


def disagreeing() -> list[tuple[str, Decimal, Decimal]]:
    """Return number, total and what its lines come to of each past order where these differ; one query."""
    with connection.cursor() as cursor:
        cursor.execute(UNLIKE)
        return [(number, total, lines) for number, total, lines in cursor.fetchall()]
