"""What was sold, asked of the tables of orders themselves in plain SQL: what reports have to come to.

``moves`` has a row for whatever moved money or goods on a day. Where money goes back it is shared by the
largest remainder, as ``dbProject.money`` says, here with nothing but SQL. Days are those of UTC.
"""

# ruff: noqa: S608 -- SQL is put together from constants

from decimal import Decimal

from django.db import connection

FIGURES = ("orders", "units", "units_back", "listed", "discount", "goods", "delivery", "back", "tax")
PAID = """
    SELECT *, shipping_address ->> 'country' AS country,
        CASE WHEN user_id IS NULL THEN email ELSE 'account ' || user_id END AS who
    FROM orders WHERE confirmed_at IS NOT NULL AND NOT is_historic AND deleted_at IS NULL
"""
ITEMS = """
    SELECT item.*, product.category_id, product.brand_id, paid.prices_include_tax,
        CASE WHEN paid.prices_include_tax THEN item.total_price
             ELSE item.total_price + round(item.total_price * item.tax_rate, 2) END AS listed
    FROM order_items item JOIN paid ON paid.id = item.order_id
        JOIN products product ON product.id = item.product_id
"""
GOING = """
    SELECT 'r' || id AS id, order_id, created_at, amount - delivery_amount AS amount, of_return_id,
        false AS parcel, false AS whole
    FROM refunds
    UNION ALL SELECT 'd' || id, order_id, created_at, delivery_amount, NULL, true, false
    FROM refunds WHERE delivery_amount > 0
    UNION ALL SELECT 'e' || id, order_id, created_at, amount, NULL, false, true
    FROM payment_events WHERE kind = 'refund_due' AND event_id ~ ':rest(:|$)'
"""
"""Money that went back: of a refund, of its delivery, and what was left when the order ended."""
WEIGHTS = """
    SELECT going.id, going.amount, going.created_at, going.order_id, item.id AS item,
        CASE WHEN of_return_id IS NULL THEN item.gross_amount
             ELSE item.gross_amount * came.quantity / item.quantity END AS weight
    FROM going JOIN items item USING (order_id)
    LEFT JOIN return_items came ON came.parent_id = going.of_return_id AND came.item_id = item.id
    WHERE NOT parcel AND (of_return_id IS NULL OR came.id IS NOT NULL)
    UNION ALL SELECT going.id, going.amount, going.created_at, paid.id, 0, CASE
        WHEN parcel THEN going.amount
        ELSE paid.total_amount - (SELECT sum(gross_amount) FROM items WHERE items.order_id = paid.id) END
    FROM going JOIN paid ON paid.id = going.order_id WHERE parcel OR whole
"""
SHARED = """
    SELECT *, div(amount * 100 * weight, total) AS cents, row_number() OVER (
        PARTITION BY id ORDER BY mod(amount * 100 * weight, total) DESC, item
    ) AS place
    FROM (SELECT *, sum(weight) OVER (PARTITION BY id) AS total FROM weights) weighed WHERE total > 0
"""
BACK = """
    SELECT id, created_at, order_id, item, (cents + CASE
        WHEN place <= amount * 100 - sum(cents) OVER (PARTITION BY id) THEN 1 ELSE 0 END) / 100 AS part
    FROM shared
"""
NOTHING = "0 AS listed, 0 AS discount, 0 AS goods, 0 AS delivery, 0 AS back, 0 AS tax"
OF_ORDER = "paid.currency, paid.order_number AS number, paid.who, paid.country"
OF_ITEM = (
    "items.product_id::text AS product, items.category_id::text AS category, items.brand_id::text AS brand"
)
OF_NOTHING = "'' AS product, '' AS category, '' AS brand"
MOVES = f"""
    SELECT paid.created_at AS at, {OF_ORDER}, {OF_ITEM}, true AS counts, items.quantity AS units,
        0 AS units_back, listed, listed - gross_amount AS discount, gross_amount AS goods, 0 AS delivery,
        0 AS back, items.tax_amount AS tax
    FROM paid JOIN items ON items.order_id = paid.id
    UNION ALL SELECT paid.created_at, {OF_ORDER}, {OF_NOTHING}, true, 0, 0, 0, 0, 0, shipping_gross, 0,
        shipping_tax_amount
    FROM paid WHERE shipping_gross > 0
    UNION ALL SELECT shared_back.created_at, {OF_ORDER}, coalesce(items.product_id::text, ''),
        coalesce(items.category_id::text, ''), coalesce(items.brand_id::text, ''), false, 0, 0, 0, 0, 0, 0,
        part, round(part / (1 + coalesce(items.tax_rate, paid.shipping_tax_rate)), 2) - part
    FROM shared_back JOIN paid ON paid.id = shared_back.order_id LEFT JOIN items ON items.id = item
    WHERE part > 0
    UNION ALL SELECT returns.received_at, {OF_ORDER}, {OF_ITEM}, false, 0, came.quantity, {NOTHING}
    FROM return_items came JOIN returns ON returns.id = came.parent_id JOIN items ON items.id = came.item_id
        JOIN paid ON paid.id = items.order_id
    WHERE returns.status = 'received'
    UNION ALL SELECT event.created_at, {OF_ORDER}, {OF_ITEM}, false, 0, items.quantity, {NOTHING}
    FROM order_events event JOIN paid ON paid.id = event.order_id JOIN items ON items.order_id = paid.id
    WHERE event.kind = 'cancelled'
    UNION ALL SELECT placed_at, currency, source || ':' || invoice, customer, country,
        CASE WHEN is_fee THEN 'fee:' || code WHEN product_id IS NULL THEN 'code:' || code
             ELSE product_id::text END,
        coalesce(product.category_id::text, ''), coalesce(product.brand_id::text, ''),
        is_goods OR is_fee AND worth >= 0, is_goods::int * quantity,
        CASE WHEN is_back THEN -quantity ELSE 0 END, is_goods::int * worth, 0, is_goods::int * worth,
        CASE WHEN is_fee AND worth >= 0 THEN worth ELSE 0 END,
        CASE WHEN is_back OR is_fee AND worth < 0 THEN -worth ELSE 0 END, 0
    FROM (
        SELECT *, quantity * unit_price AS worth,
            NOT is_fee AND NOT is_cancellation AND quantity > 0 AS is_goods,
            NOT is_fee AND (is_cancellation OR quantity < 0 AND unit_price <> 0) AS is_back
        FROM historic_lines
    ) line LEFT JOIN products product ON product.id = line.product_id
"""
SALES = f"""
    WITH paid AS ({PAID}), items AS ({ITEMS}), going AS ({GOING}), weights AS ({WEIGHTS}),
    shared AS ({SHARED}), shared_back AS ({BACK}), undated AS ({MOVES}),
    moves AS (SELECT *, (at AT TIME ZONE 'UTC')::date AS day FROM undated),
    firsts AS (SELECT currency, who, min(day) AS first FROM moves WHERE counts AND who <> '' GROUP BY 1, 2),
    sales AS (
        SELECT moves.*, first, CASE WHEN moves.who = '' THEN 'unknown' WHEN day = first THEN 'new'
            ELSE 'returning' END AS customer, '' AS "all"
        FROM moves LEFT JOIN firsts USING (currency, who)
    )
"""
SUMS = """
    count(DISTINCT number) FILTER (WHERE counts) AS orders, sum(units) AS units,
    sum(units_back) AS units_back, sum(listed) AS listed, sum(discount) AS discount, sum(goods) AS goods,
    sum(delivery) AS delivery, sum(back) AS back, sum(tax) AS tax
"""


def asked(query, *values):
    """Return the rows of a query over ``sales``, each a dict."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SALES} {query}", values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def by(dimension, grain):
    """Return (start, currency, key) -> figures, by day or month."""
    start = f"date_trunc('{grain}', day)::date"
    rows = asked(
        f'SELECT {start} AS start, currency, "{dimension}" AS key, {SUMS} FROM sales GROUP BY 1, 2, 3'
    )
    return {(row["start"], row["currency"], row["key"]): figures(row) for row in rows}


def figures(row):
    return tuple(Decimal(row[name] or 0) for name in FIGURES)
