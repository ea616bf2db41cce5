"""Order lines of two years, made up day by day in the form in which the shop exports its own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orders.analytics import dataset, facts

FIRST_DAY, DAYS = date(2024, 11, 27), 730
PRODUCTS, CATEGORIES, BRANDS = 20_000, 300, 200
LINES_OF_AN_ORDER, ORDERS_OF_A_CUSTOMER = 4, 5
COUNTRIES = pa.array(["DE", "AT", "NL", "FR", "BE", "CH", "IT", "ES", "PL", "DK", "SE", "IE", "LU", "CZ", ""])
KINDS = pa.array(["goods", "delivery", "back"])
DELIVERY_PRICE, RETURNED = 49_000, 0.04
"""In ten-thousandths; and the share of lines that come back."""


def write(root: Path, lines: int, *, seed: int = 1) -> int:
    """Write about so many ``lines`` below ``root``, one day at a time; return how many they are, exactly."""
    written = 0
    for number, table in enumerate(tables(lines, seed=seed)):
        file = dataset.file_of(root, "lines", FIRST_DAY + timedelta(days=number))
        file.parent.mkdir(parents=True)
        pq.write_table(table, file, compression="zstd", row_group_size=dataset.ROWS_AT_ONCE)
        written += table.num_rows
    return written


def tables(lines: int, *, seed: int) -> Iterator[pa.Table]:
    """Yield the lines of each day. A few products sell most, and prices have two decimals."""
    chance = np.random.default_rng(seed)
    of_a_day = max(1, lines // DAYS)
    customers = max(1, lines // (LINES_OF_AN_ORDER * ORDERS_OF_A_CUSTOMER))
    codes = pa.concat_arrays([pa.array([""]), _named("SKU-", np.arange(1, PRODUCTS + 1))])
    prices = chance.integers(199, 19_999, PRODUCTS) * 100
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        order = pa.array(np.arange(of_a_day) // LINES_OF_AN_ORDER)
        of_order = -(-of_a_day // LINES_OF_AN_ORDER)
        buyer = chance.integers(0, customers, of_order)
        country = chance.zipf(1.6, of_order).clip(1, len(COUNTRIES)) - 1
        is_delivery = np.arange(of_a_day) % LINES_OF_AN_ORDER == LINES_OF_AN_ORDER - 1
        is_back = ~is_delivery & (chance.random(of_a_day) < RETURNED)
        product = np.where(is_delivery, 0, chance.zipf(1.2, of_a_day) % PRODUCTS + 1)
        units = np.where(is_delivery, 0, chance.integers(1, 5, of_a_day)) * np.where(is_back, -1, 1)
        listed = np.where(is_delivery, DELIVERY_PRICE, prices[product - 1] * units)
        discount = np.where(chance.random(of_a_day) < 0.1, listed // 1_000 * 100, 0)
        amount = listed - discount
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        moments = np.datetime64(begin.replace(tzinfo=None), "ms") + chance.integers(
            8 * 3_600_000, 22 * 3_600_000, of_order
        ).astype("timedelta64[ms]")
        kinds = np.where(is_delivery, 1, np.where(is_back, 2, 0))
        columns = {
            "at": pa.array(moments).take(order),
            "currency": pa.repeat("EUR", of_a_day),
            "kind": KINDS.take(kinds),
            "order": _named(f"{day:%Y%m%d}-", np.arange(of_order)).take(order),
            "customer": _named("u", buyer).take(order),
            "product": product,
            "code": codes.take(product),
            "category": np.where(is_delivery, 0, product % CATEGORIES + 1),
            "brand": np.where(is_delivery, 0, product % BRANDS + 1),
            "country": COUNTRIES.take(country).take(order),
            "units": units,
            "listed": listed,
            "discount": discount,
            "amount": amount,
            "tax": amount * 19 // 119,
        }
        schema = facts.schema("lines")
        yield pa.Table.from_arrays(
            [
                pa.array(columns[name]).cast(kind)
                for name, kind in zip(schema.names, schema.types, strict=True)
            ],
            schema=schema,
        )


def _named(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _column(values: np.ndarray | pa.Array) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values)
