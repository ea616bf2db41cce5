"""What workers do with the files of some days of ``lines``: sums in whole numbers, never of floats.

Needs pyarrow alone and nothing of the shop: :class:`orders.analytics.engine.Shipped` takes it to workers that
do not know the shop. A file is read in pieces, and only the columns that are asked for.
"""

import errno
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS_AT_ONCE = 100_000
MONEY = ("listed", "discount", "goods", "delivery", "back", "tax")
SUMS = ("units", "units_back", *MONEY)
DIMENSIONS = {
    "all": (),
    "country": ("country",),
    "category": ("category",),
    "brand": ("brand",),
    "product": ("is_fee", "product", "code"),
    "customer": ("newness",),
}
"""By which columns each groups, beside day and currency."""
SOLD = ("goods", "delivery", "fee")
"""Kinds that make an order count on a day, unless their amount is negative."""
NOTHING = 0
Day = tuple[str, Sequence[str]]
"""A day as in the names of folders, and its files."""
Parts = dict[str, list[tuple[pa.Table, pa.Table]]]
"""Dimension -> the sums of each piece of some days, and its distinct orders."""


def read(files: Iterable[str], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Return the rows of ``files`` in pieces.

    Raises:
        OSError: With EIO and the name of a file that is broken or gone.
    """
    for name in files:
        try:
            with pq.ParquetFile(name, page_checksum_verification=True) as file:
                for piece in file.iter_batches(ROWS_AT_ONCE, columns=list(columns), use_threads=False):
                    yield pa.Table.from_batches([piece])
        except (pa.ArrowException, OSError) as error:
            raise OSError(errno.EIO, str(error)[:200], name) from None


def read_days(days: Iterable[Day], columns: Sequence[str]) -> Iterator[pa.Table]:
    """Return the rows of ``days`` likewise, with their day; small days come together."""
    waiting: list[pa.Table] = []
    for day, files in days:
        for piece in read(files, columns):
            if waiting and sum(map(len, waiting)) + len(piece) > ROWS_AT_ONCE:
                yield pa.concat_tables(waiting).combine_chunks()
                waiting = []
            waiting.append(piece.append_column("day", pa.repeat(pa.scalar(day), len(piece))))
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def totals(days: Sequence[Day]) -> dict[str, tuple[int, int]]:
    """Return currency -> how many rows there are, and what they come to in ten-thousandths."""
    found: dict[str, tuple[int, int]] = {}
    for _day, files in days:
        for piece in read(files, ("currency", "amount")):
            grouped = piece.group_by("currency", use_threads=False)
            for row in grouped.aggregate([("amount", "count"), ("amount", "sum")]).to_pylist():
                lines, amount = found.get(row["currency"], (0, 0))
                found[row["currency"]] = lines + row["amount_count"], amount + row["amount_sum"]
    return found


def counts_as_order(piece: pa.Table) -> Any:
    """Say of each row whether it makes its order count on its day."""
    is_sold = pc.is_in(piece["kind"], value_set=pa.array(SOLD))
    return pc.and_(is_sold, pc.greater_equal(piece["amount"], NOTHING))


def first_seen(days: Sequence[Day]) -> pa.Table:
    """Return of each customer (currency, customer) the first of these ``days`` with an order of theirs."""
    found = [FIRST.empty_table()]
    for day, files in days:
        for piece in read(files, ("currency", "customer", "kind", "amount")):
            known = pc.and_(counts_as_order(piece), pc.not_equal(piece["customer"], ""))
            buyers = distinct(piece.filter(known).select(["currency", "customer"]))
            found.append(buyers.append_column("day", pa.array([day] * len(buyers), pa.string())))
    return earliest(found)


FIRST = pa.schema([("currency", pa.string()), ("customer", pa.string()), ("day", pa.string())])


def buckets(seen: pa.Table, of: int) -> list[pa.Table]:
    """Sort customers into ``of`` buckets: the same ones on every machine.

    Each name is looked at once. Done for each bucket, it would take ten times as long for ten times the
    customers and, as they are in more buckets, as long again for each of those.
    """
    if of == 1:
        return [seen]
    numbers = pa.array([zlib.crc32(name.encode()) % of for name in seen["customer"].to_pylist()], pa.int32())
    return [seen.filter(pc.equal(numbers, number)) for number in range(of)]


def bucket(sorted_in: Sequence[pa.Table], number: int) -> pa.Table:
    """Return one of several buckets."""
    return sorted_in[number]


def earliest(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the first day of each customer in all ``tables``."""
    both = pa.concat_tables(tables)
    found = both.group_by(["currency", "customer"], use_threads=False).aggregate([("day", "min")])
    return whole(found.rename_columns({"day_min": "day"}).select(["currency", "customer", "day"]))


def news(bucket: pa.Table, month: str) -> pa.Table:
    """Return the customers of a bucket whose first day is in ``month`` (YYYY-MM)."""
    return bucket.filter(pc.starts_with(bucket["day"], month))


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of all ``tables``."""
    return whole(pa.concat_tables(tables))


def digests(new: pa.Table) -> dict[str, str]:
    """Return for each day what tells whether other customers are new on it."""
    ordered = new.sort_by([("day", "ascending"), ("currency", "ascending"), ("customer", "ascending")])
    found: dict[str, Any] = {}
    for day, currency, customer in zip(*(column.to_pylist() for column in ordered.select(
        ["day", "currency", "customer"]).columns), strict=True):  # fmt: skip
        found.setdefault(day, hashlib.sha256()).update(f"{currency} {customer}\n".encode())
    return {day: digest.hexdigest()[:16] for day, digest in found.items()}


def orders_of(days: Sequence[Day]) -> pa.Table:
    """Return which orders (currency, order) count on which of ``days``; each once a day."""
    found = [ORDERS.empty_table()]
    for piece in read_days(days, ("currency", "order", "kind", "amount")):
        found.append(distinct(piece.filter(counts_as_order(piece)).select(ORDERS.names)))
    return distinct(pa.concat_tables(found))


ORDERS = pa.schema([("currency", pa.string()), ("order", pa.string()), ("day", pa.string())])


def straddling(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the orders that count on more than one day: past invoices written around midnight."""
    both = pa.concat_tables(tables).group_by(["currency", "order"], use_threads=False)
    found = both.aggregate([("day", "count")])
    return found.filter(pc.greater(found["day_count"], 1)).select(["currency", "order"])


def day_sums(days: Sequence[Day], new: pa.Table, twice: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the rows of ``days`` for each dimension, and which orders of ``twice`` count where.

    Args:
        new: The customers whose first day is in the month of ``days``.
        twice: Orders that count on several days of the month.
    """
    new = new.filter(pc.is_in(new["day"], value_set=pa.array([day for day, _files in days])))
    again = _named(twice, "currency", "order").combine_chunks()
    sums: list[pa.Table] = []
    pairs = [PAIRS.empty_table()]
    parts: Parts = {dimension: [] for dimension in DIMENSIONS}
    last = None
    for piece in read_days(days, COLUMNS):
        if last is not None and piece["day"][0] != last:  # their days are over: what follows adds nothing
            _close(parts, again, sums, pairs)
        last = piece["day"][-1]
        table = _prepared(piece, _firsts(new, piece))
        counted = table.filter(table["counts"])
        for dimension, columns in DIMENSIONS.items():
            keys = ["currency", "day", *columns]
            parts[dimension].append((summed(table, keys, SUMS), distinct(counted.select([*keys, "order"]))))
    if last is not None:
        _close(parts, again, sums, pairs)
    return pa.concat_tables(sums), pa.concat_tables(pairs)


def _close(parts: Parts, again: pa.Array, sums: list[pa.Table], pairs: list[pa.Table]) -> None:
    """Add to ``sums`` and ``pairs`` what the pieces of some whole days came to, and begin anew."""
    for dimension, found in parts.items():
        orders = found[0][1] if len(found) == 1 else distinct(pa.concat_tables([one for _sums, one in found]))
        table = _with_orders(pa.concat_tables([one for one, _orders in found]), orders, dimension)
        sums.append(
            _labelled(table, dimension).select(["dimension", "currency", "key", "start", "orders", *SUMS])
        )
        if len(again):
            counted = orders.filter(pc.is_in(_named(orders, "currency", "order"), value_set=again))
            pairs.append(_labelled(counted, dimension).select(PAIRS.names))
        found.clear()


COLUMNS = ("currency", "kind", "order", "customer", "product", "code", "category", "brand", "country",
           "units", "listed", "discount", "amount", "tax")  # fmt: skip
PAIRS = pa.schema([(name, pa.string()) for name in ("currency", "order", "dimension", "key", "start")])


def month_sums(parts: Sequence[tuple[pa.Table, pa.Table]], month: str) -> pa.Table:
    """Return the rows of the days and of their ``month`` (YYYY-MM), from what all its days came to."""
    days = pa.concat_tables([sums for sums, _pairs in parts])
    keys = ["dimension", "currency", "key"]
    pairs = pa.concat_tables([pairs for _sums, pairs in parts])
    counted = pairs.group_by([*keys, "order"], use_threads=False).aggregate([("start", "count")])
    too_many = counted.append_column("orders", pc.subtract(1, counted["start_count"]))  # twice is once
    rows = pa.concat_tables([days.select([*keys, "orders", *SUMS]), _filled(too_many, [*keys, "orders"])])
    of_month = summed(rows, keys, ("orders", *SUMS))
    of_month = of_month.append_column("start", pa.array([f"{month}-01"] * len(of_month), pa.string()))
    tables = [
        table.append_column("grain", pa.array([grain] * len(table), pa.string())).select(ROLLUP)
        for table, grain in ((days, "day"), (of_month, "month"))
    ]
    both = pa.concat_tables(tables).combine_chunks()
    return both.sort_by([(name, "ascending") for name in ("grain", "start", *keys)])


ROLLUP = ["grain", "start", "currency", "dimension", "key", "orders", *SUMS]
"""The columns of a rollup: as in ``SalesRollup``, money in ten-thousandths."""


def summed(table: pa.Table, keys: Sequence[str], columns: Sequence[str]) -> pa.Table:
    """Return the sums of ``columns`` by ``keys``."""
    found = table.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in columns])
    return whole(found.rename_columns({f"{name}_sum": name for name in columns}))


def distinct(table: pa.Table) -> pa.Table:
    """Return each row once."""
    return whole(table.group_by(table.column_names, use_threads=False).aggregate([]))


def whole(table: pa.Table) -> pa.Table:
    """Return a table in one piece. Groups come as slices of one memory, of which Dask counts each as all."""
    return table.combine_chunks()


def _prepared(piece: pa.Table, firsts: pa.Array) -> pa.Table:
    """Add what each row counts as, and take from its columns what its dimensions group by."""
    kind, amount, units = piece["kind"], piece["amount"], pc.cast(piece["units"], pa.int64())
    is_goods, is_fee, is_back = (pc.equal(kind, one) for one in ("goods", "fee", "back"))
    is_delivery = pc.and_(
        pc.is_in(kind, value_set=pa.array(["delivery", "fee"])), pc.greater_equal(amount, 0)
    )
    is_back_money = pc.invert(pc.or_(is_goods, is_delivery))
    has_product = pc.and_(pc.not_equal(piece["product"], 0), pc.invert(is_fee))
    return pa.table({
        "currency": piece["currency"],
        "day": piece["day"],
        "order": piece["order"],
        "counts": counts_as_order(piece),
        "country": piece["country"],
        "category": piece["category"],
        "brand": piece["brand"],
        "is_fee": is_fee,
        "product": pc.if_else(has_product, piece["product"], 0),
        "code": pc.if_else(has_product, "", piece["code"]),
        "newness": _newness(piece, firsts),
        "units": pc.if_else(is_goods, units, 0),
        "units_back": pc.if_else(is_back, pc.negate(units), 0),
        "listed": pc.if_else(is_goods, piece["listed"], 0),
        "discount": pc.if_else(is_goods, piece["discount"], 0),
        "goods": pc.if_else(is_goods, amount, 0),
        "delivery": pc.if_else(is_delivery, amount, 0),
        "back": pc.if_else(is_back_money, pc.negate(amount), 0),
        "tax": piece["tax"],
    })  # fmt: skip


def _firsts(new: pa.Table, piece: pa.Table) -> pa.Array:
    """Name who is new on the days of ``piece`` alone: each piece would look up all of the month anew."""
    of_days = new.filter(pc.is_in(new["day"], value_set=pc.unique(piece["day"])))
    return _named(of_days, "day", "currency", "customer").combine_chunks()


def _newness(piece: pa.Table, firsts: pa.Array) -> Any:
    """Say of each row whether its customer is new on this day, has been here, or is not known."""
    is_new = pc.is_in(_named(piece, "day", "currency", "customer"), value_set=firsts)
    word = pc.if_else(is_new, "new", "returning")
    return pc.if_else(pc.equal(piece["customer"], ""), "unknown", word)


def _named(table: pa.Table, *columns: str) -> Any:
    """Return one text for what is in several columns; a currency and a day have no space in them."""
    return pc.binary_join_element_wise(*(table[name] for name in columns), " ")


def _with_orders(sums: pa.Table, orders: pa.Table, dimension: str) -> pa.Table:
    """Add up what the pieces came to, and count their distinct orders."""
    keys = ["currency", "day", *DIMENSIONS[dimension]]
    counted = orders.group_by(keys, use_threads=False).aggregate([("order", "count")])
    counted = counted.rename_columns({"order_count": "orders"})
    both = [_filled(sums, [*keys, *SUMS]), _filled(counted, [*keys, "orders"])]
    columns = [*keys, "orders", *SUMS]
    return summed(pa.concat_tables([one.select(columns) for one in both]), keys, ("orders", *SUMS))


def _filled(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Keep ``columns``, and let all other sums be nothing."""
    table = table.select(list(columns))
    for name in ("orders", *SUMS):
        if name not in table.column_names:
            table = table.append_column(name, pa.repeat(pa.scalar(0, pa.int64()), len(table)))
    return table


def _labelled(table: pa.Table, dimension: str) -> pa.Table:
    """Add the one key of ``SalesRollup`` for the columns that a dimension groups by, and its other names."""
    table = table.append_column("key", _key(table, dimension))
    names = pa.array([dimension] * len(table), pa.string())
    return table.append_column("dimension", names).rename_columns({"day": "start"})


def _key(table: pa.Table, dimension: str) -> Any:
    if dimension == "all":
        return pa.array([""] * len(table), pa.string())
    if dimension == "customer":
        return table["newness"]
    if dimension == "country":
        return table["country"]
    number = pc.cast(table[dimension], pa.string())
    known = pc.if_else(pc.equal(table[dimension], 0), "", number)
    if dimension != "product":
        return known
    prefix = pc.if_else(table["is_fee"], "fee:", "code:")
    coded = pc.binary_join_element_wise(prefix, table["code"], "")
    coded = pc.if_else(pc.and_(pc.equal(table["code"], ""), pc.invert(table["is_fee"])), "", coded)
    return pc.if_else(pc.equal(table["product"], 0), coded, number)
