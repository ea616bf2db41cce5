"""A shop with years behind it: orders by the million, and the sums that reports read of them."""

# ruff: noqa: S608 -- SQL is put together from constants

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.large_catalog import copying
from orders.models import AnalysisResult, Order, OrderDiscount, Return, SalesRollup
from orders.services.analytics.rollups import LOCK

YEARS = 2
COUNTRIES, SOLD_A_DAY = 20, 8
"""Countries that it sells to; and of how many products one is sold on a day."""
FIGURES = "orders, units, units_back, listed, discount, goods, delivery, back, tax"
SUMS = ", ".join(f"sum({name})" for name in FIGURES.split(", "))
TABLE = SalesRollup._meta.db_table
SOLD = f"""
    'day', day, 'EUR', 'product', product.id::text,
    n, n + 1, n / 4, 20.00 * n, 1.00 * n, 19.00 * n, 0, 0.50 * (n / 4), 3.00 * n
    FROM (SELECT d::date AS day FROM generate_series(now() - %s::interval, now(), '1 day') d) days,
        products product,
        LATERAL (SELECT hashint8(product.id * 7919 + (day - date '2000-01-01'))::bigint AS h) hashed,
        LATERAL (SELECT 1 + (abs(h) / {SOLD_A_DAY} & 3) AS n) sold
    WHERE mod(abs(h), {SOLD_A_DAY}) = 0
"""
COPIED = """
    (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS places FROM {{table}}) row, orders made
    WHERE made.id > %s AND mod(made.id, {every}) = 0 AND place = mod(made.id / {every}, places)
    ORDER BY made.id
"""


def live(orders: int) -> None:
    """Copy the orders that there are until there are ``orders``; some with a discount, some with a return."""
    known, last = Order.objects.count(), Order.objects.latest("pk").pk
    times = orders // known - 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            copying(
                Order,
                f"orders row, generate_series(1, {times}) n ORDER BY n DESC",
                order_number="substr(md5(row.id::text || '/' || n), 1, 19)",
                idempotency_key="row.idempotency_key || '/' || n",
                created_at=f"now() - (n - random()) / {times} * interval '{YEARS} years'",
            )
        )
        for model, every, changed in (
            (OrderDiscount, 3, {}),
            (Return, 20, {"requested_at": "made.created_at + interval '5 days'"}),
        ):
            cursor.execute(copying(model, COPIED.format(every=every), order_id="made.id", **changed), [last])


def summed() -> int:
    """Write down sums of every day and month; return how many rows they take."""
    of_all = f"FROM {TABLE}, {{keys}} WHERE dimension = 'all'"
    shares = ", ".join(f"{name} / {COUNTRIES}" for name in FIGURES.split(", "))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_rows(SOLD), [f"{YEARS} years"])
        cursor.execute(_rows(f"'day', start, 'EUR', 'all', '', {SUMS} FROM {TABLE} GROUP BY start"))
        for dimension in ("category", "brand"):
            key = f"product.{dimension}_id"
            cursor.execute(
                _rows(
                    f"'day', start, 'EUR', '{dimension}', {key}::text, {SUMS}"
                    f" FROM {TABLE} JOIN products product ON product.id::text = key"
                    f" WHERE dimension = 'product' GROUP BY start, {key}"
                )
            )
        for dimension, keys in (
            ("country", f"(SELECT chr(64 + n) || 'X' AS k FROM generate_series(1, {COUNTRIES}) n) keys"),
            ("customer", "unnest(ARRAY['new', 'returning', 'unknown']) AS keys (k)"),
        ):
            source = of_all.format(keys=keys)
            cursor.execute(_rows(f"'day', start, 'EUR', '{dimension}', k, {shares} {source}"))
        month = "date_trunc('month', start)::date"
        cursor.execute(
            _rows(
                f"'month', {month}, 'EUR', dimension, key, {SUMS}"
                f" FROM {TABLE} GROUP BY {month}, dimension, key"
            )
        )
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        (rows,) = cursor.fetchone()
    AnalysisResult.objects.create(
        name=LOCK, rows=[], through=timezone.localdate(), computed_at=timezone.now()
    )
    return int(rows)


def _rows(selected: str) -> str:
    return f"INSERT INTO {TABLE} (grain, start, currency, dimension, key, {FIGURES}) SELECT {selected}"
