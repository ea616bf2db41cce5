"""A shop with years behind it: orders by the million, and the sums that reports read of them."""

# ruff: noqa: S608 -- SQL is put together from constants

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from benchmarks.large_catalog import copying
from dbProject.behavior.models import BehaviorCount, SearchCount
from dbProject.behavior.services import MOST_SEARCHES, MOST_SOURCES
from orders.analytics import buyers
from orders.analytics.loyalty import amount
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
VAIN = 8
"""Of so many words, those that nothing is found for are one; of others some searches are in vain, too."""
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


def sent_back() -> int:
    """Give each return a reason and two lines, and most of them a refund; return how many there are."""
    reasons = ", ".join(f"'{reason}'" for reason in Return.Reason.values)
    lines = "(SELECT id, row_number() OVER () AS place FROM order_items) line"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE returns SET reason = (ARRAY[{reasons}])[1 + mod(id, {len(Return.Reason.values)})]"
        )
        cursor.execute(
            "INSERT INTO return_items (parent_id, item_id, quantity, restocked_quantity)"
            " SELECT made.id, line.id, 1 + mod(made.id, 3), 0"
            f" FROM returns made JOIN {lines} ON line.place IN (1 + mod(made.id, 90), 100 + mod(made.id, 90))"
            " WHERE NOT EXISTS (SELECT FROM return_items WHERE parent_id = made.id)"
        )
        cursor.execute(
            "INSERT INTO refunds (order_id, key, of_return_id, delivery_amount, amount, reason, created_at)"
            " SELECT order_id, 'made-' || id, id, 0, 10 + mod(id, 50), 'came back',"
            " requested_at + interval '3 days' FROM returns WHERE mod(id, 4) > 0"
        )
    return Return.objects.count()


def looked_at() -> int:
    """Count steps and searches of every day that is kept, as many different ones as are; return the rows."""
    days = "generate_series(now() - %s, now(), '1 day') day"
    named = enumerate(BehaviorCount.Step.values)
    steps = ", ".join(f"('{step}', {20 ** (3 - place)})" for place, step in named)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM behavior_counts")
        cursor.execute("DELETE FROM search_counts")
        cursor.execute(
            "INSERT INTO behavior_counts (day, step, source, count)"
            f" SELECT day::date, step, 'site-' || n || '.example', 1 + times / n"
            f" FROM {days}, (VALUES {steps}) steps (step, times), generate_series(1, {MOST_SOURCES}) n",
            [settings.BEHAVIOR_AGE],
        )
        cursor.execute(
            "INSERT INTO search_counts (day, words, has_results, count)"
            f" SELECT day::date, 'words ' || mod(n * extract(day FROM day)::int, 5 * {MOST_SEARCHES}),"
            f" mod(n, {VAIN}) > 0, 1 + {MOST_SEARCHES} / n FROM {days}, generate_series(1, {MOST_SEARCHES}) n"
            " ON CONFLICT DO NOTHING",
            [settings.BEHAVIOR_AGE],
        )
    return BehaviorCount.objects.count() + SearchCount.objects.count()


def came_again() -> None:
    """Write down who came back: customers of each month, of whom some buy in each that follows."""
    today = timezone.localdate()
    months = [divmod(12 * today.year + today.month - 1 - ago, 12) for ago in range(12 * YEARS - 1, -1, -1)]
    names = [f"{year}-{month + 1:02}" for year, month in months]
    cohorts, lifetime = [], []
    for place, cohort in enumerate(names):
        size, so_far, means = 5_000 + 100 * place, 0, []
        for since in range(len(names) - place):
            came = size if since == 0 else size // (4 + since)
            so_far += came * 800_000
            means.append(amount(so_far // size))
            cohorts.append({
                "cohort": cohort, "since": since, "customers": came, "share": f"{came / size:.4f}",
                "orders": came + came // 9, "revenue": amount(came * 800_000),
            })  # fmt: skip
        lifetime.append({
            "cohort": cohort, "customers": size, "orders": 3 * size, "revenue": amount(so_far),
            "mean": means[-1], "by_month": means,
        })  # fmt: skip
    rfm = [
        {
            "segment": name, "days_from": days[0], "days_to": days[1], "orders_from": orders[0],
            "orders_to": orders[1], "customers": 9_000, "orders": 27_000, "revenue": amount(2_160_000_0000),
            "mean": amount(240_0000),
        }
        for days, of_days in zip(buyers.RECENCY, buyers.SEGMENTS, strict=True)
        for orders, name in zip(buyers.FREQUENCY, of_days, strict=True)
    ]  # fmt: skip
    for name, rows in (("cohorts", cohorts), ("rfm", rfm), ("lifetime", lifetime)):
        _kept(name, rows, currency="EUR")


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
    _kept(LOCK, [])
    return int(rows)


def _kept(name: str, rows: list[dict[str, Any]], *, currency: str = "") -> None:
    told = {"rows": rows, "through": timezone.localdate(), "computed_at": timezone.now()}
    AnalysisResult.objects.update_or_create(name=name, currency=currency, defaults=told)


def _rows(selected: str) -> str:
    return f"INSERT INTO {TABLE} (grain, start, currency, dimension, key, {FIGURES}) SELECT {selected}"
