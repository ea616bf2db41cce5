"""What workers find out about customers from ``lines``: who came back, when, and what they are worth.

Needs pyarrow alone, as ``partial_sums``, of which it names functions: these travel, modules do not. Left out
are customers who are not known, and those of whom the data has no order but only something that came back.
"""

import errno
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orders.analytics.partial_sums import Day, buckets, counts_as_order, distinct, read, summed, whole

BOUGHT = pa.schema(
    [(name, pa.string()) for name in ("currency", "customer", "order", "day")]
    + [("counts", pa.int64()), ("amount", pa.int64())]
)
RECENCY = ((0, 60), (61, 180), (181, None))
"""Days since the last order, in bands; the last has no end."""
FREQUENCY = ((1, 1), (2, 4), (5, None))
"""Orders so far, in bands."""
SEGMENTS = (
    ("new", "loyal", "best"),
    ("undecided", "cooling", "at_risk"),
    ("passing", "lost", "missed"),
)
"""What customers are called, by band of recency, then of frequency."""


def bought(days: Sequence[Day]) -> pa.Table:
    """Return what each order of a known customer came to on each of ``days``, and whether it counts on it."""
    found = [BOUGHT.empty_table()]
    for day, files in days:
        for piece in read(files, ("currency", "customer", "order", "kind", "amount")):
            counts = pc.cast(counts_as_order(piece), pa.int64())
            known = piece.append_column("counts", counts).filter(pc.not_equal(piece["customer"], ""))
            rows = known.group_by(["currency", "customer", "order"], use_threads=False)
            table = rows.aggregate([("counts", "max"), ("amount", "sum")])
            table = table.rename_columns({"counts_max": "counts", "amount_sum": "amount"})
            table = table.append_column("day", pa.array([day] * len(table), pa.string()))
            found.append(whole(table.select(BOUGHT.names)))
    return pa.concat_tables(found)


def sorted_out(days: Sequence[Day], count: int) -> list[pa.Table]:
    """Return what was :func:`bought` on ``days`` as a table for each of ``count`` buckets of customers."""
    return [whole(one) for one in buckets(whole(bought(days)), count)]


def written(tables: Sequence[pa.Table], file: Path) -> None:
    """Keep a table for each bucket in one file, from which each is read apart."""
    filled = [number for number, table in enumerate(tables) if len(table)]
    schema = BOUGHT.with_metadata({"buckets": json.dumps(filled)})
    with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
        for number in filled:
            writer.write_table(tables[number].replace_schema_metadata(schema.metadata), len(tables[number]))


def of_bucket(
    files: Sequence[str], number: int, through: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what the customers of a bucket add to cohorts and to segments, from files that keep it.

    Raises:
        OSError: With EIO and the name of a file that is broken or gone.
    """
    parts = [BOUGHT.empty_table()]
    for name in files:
        try:
            with pq.ParquetFile(name, page_checksum_verification=True) as file:
                filled = json.loads((file.schema_arrow.metadata or {}).get(b"buckets", b"[]"))
                if number in filled:
                    table = file.read_row_group(filled.index(number), use_threads=False)
                    parts.append(table.replace_schema_metadata(None))
        except (pa.ArrowException, OSError) as error:
            raise OSError(errno.EIO, str(error)[:200], name) from None
    cohorts, segments = stories(parts, through)
    return cohorts.to_pylist(), segments.to_pylist()


def stories(parts: Sequence[pa.Table], through: str) -> tuple[pa.Table, pa.Table]:
    """Return what customers, all of whose orders are in ``parts``, add to cohorts and to segments.

    Args:
        through: The last day that is known of, from which recency is counted.
    """
    rows = pa.concat_tables(parts)
    keys = ["currency", "customer"]
    counted = rows.filter(pc.equal(rows["counts"], 1))
    orders = counted.group_by([*keys, "order"], use_threads=False).aggregate([("day", "min")])
    people = orders.group_by(keys, use_threads=False).aggregate(
        [("order", "count"), ("day_min", "min"), ("day_min", "max")]
    )
    people = people.rename_columns({"order_count": "orders", "day_min_min": "first", "day_min_max": "last"})
    revenue = summed(rows, keys, ("amount",))
    people = people.join(revenue, keys, use_threads=False)
    return _cohorts(rows, orders, people), _segments(people, through)


def together(tables: Sequence[pa.Table], keys: Sequence[str]) -> pa.Table:
    """Add up what the buckets of customers came to."""
    both = pa.concat_tables(tables)
    columns = [name for name in both.column_names if name not in keys]
    return summed(both, keys, columns).sort_by([(name, "ascending") for name in keys])


def _cohorts(rows: pa.Table, orders: pa.Table, people: pa.Table) -> pa.Table:
    """Return by month of the first order and months since: who bought, how often, and all that was moved."""
    keys = ["currency", "cohort", "since"]
    firsts = people.select(["currency", "customer", "first"])
    bought_in = _since(orders.rename_columns({"day_min": "day"}).join(firsts, ["currency", "customer"],
                                                                     use_threads=False))  # fmt: skip
    active = distinct(bought_in.select([*keys, "customer"]))
    moved = _since(rows.join(firsts, ["currency", "customer"], join_type="inner", use_threads=False))
    zero = pa.scalar(0, pa.int64())

    def part(table: pa.Table, **columns: Any) -> pa.Table:
        for name in ("customers", "orders", "amount"):
            values = columns.get(name, pa.repeat(zero, len(table)))
            table = table.append_column(f"_{name}", values)
        table = table.select([*keys, "_customers", "_orders", "_amount"])
        return table.rename_columns({f"_{name}": name for name in ("customers", "orders", "amount")})

    one = pa.scalar(1, pa.int64())
    return together([
        part(active, customers=pa.repeat(one, len(active))),
        part(bought_in, orders=pa.repeat(one, len(bought_in))),
        part(moved, amount=moved["amount"]),
    ], keys)  # fmt: skip


def _since(table: pa.Table) -> pa.Table:
    """Add the month of the first order, and how many months after it this is."""
    since = pc.subtract(_months(table["day"]), _months(table["first"]))
    table = table.append_column("cohort", pc.utf8_slice_codeunits(table["first"], 0, 7))
    return table.append_column("since", since)


def _months(days: Any) -> Any:
    year, month = (pc.cast(pc.utf8_slice_codeunits(days, *part), pa.int64()) for part in ((0, 4), (5, 7)))
    return pc.add(pc.multiply(year, 12), month)


def _segments(people: pa.Table, through: str) -> pa.Table:
    last = pc.cast(people["last"], pa.date32())
    recency = pc.days_between(last, pc.cast(pa.scalar(through), pa.date32()))
    words = pa.array([""] * len(people), pa.string())
    for (least, most), names in zip(RECENCY, SEGMENTS, strict=True):
        for (fewest, greatest), name in zip(FREQUENCY, names, strict=True):
            is_in = pc.and_(_within(recency, least, most), _within(people["orders"], fewest, greatest))
            words = pc.if_else(is_in, name, words)
    table = people.append_column("segment", words).append_column(
        "customers", pa.repeat(pa.scalar(1, pa.int64()), len(people))
    )
    return summed(table, ["currency", "segment"], ("customers", "orders", "amount"))


def _within(values: Any, least: int, most: int | None) -> Any:
    is_enough = pc.greater_equal(values, least)
    return is_enough if most is None else pc.and_(is_enough, pc.less_equal(values, most))
