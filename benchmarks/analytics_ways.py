"""The same report in several ways: what days and months came to, as a whole and by what it was made of.

Each runs in a process of its own: ``python -m benchmarks.analytics_ways WAY FOLDER``, for ``dask`` with
``--workers N`` or the ``--address`` of a scheduler. It prints, by grain and dimension, how many rows the
report has and what all of them come to, so that all ways can be seen to have computed the same.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

COLUMNS = ("order", "kind", "customer", "product", "category", "brand", "country", "units", "amount")
DIMENSIONS = ("all", "country", "category", "brand", "product", "customer")
SOLD = ("goods", "delivery", "fee")
"""Kinds that make an order count, unless their amount is negative."""
Report = Mapping[str, list[int]]
"""``GRAIN DIMENSION`` -> rows, orders, units, revenue in ten-thousandths."""


def by_dask(folder: Path, options: argparse.Namespace) -> Report:
    """Have the shop's own code do it, a month at a time."""
    import django

    django.setup()
    import pyarrow.compute as pc

    from orders.analytics import engine, sums

    found: dict[str, list[int]] = {}
    with engine.client(address=options.address, workers=options.workers) as client:
        for _month, table in sums.rollups(folder / "lines", client):
            for grain in ("day", "month"):
                for dimension in DIMENSIONS:
                    is_wanted = pc.and_(
                        pc.equal(table["grain"], grain), pc.equal(table["dimension"], dimension)
                    )
                    rows = table.filter(is_wanted)
                    total = {
                        name: pc.sum(rows[name]).as_py() or 0
                        for name in rows.column_names
                        if name != "key" and name not in ("grain", "start", "currency", "dimension")
                    }
                    money = total["goods"] + total["delivery"] - total["back"]
                    more = (len(rows), total["orders"], total["units"] - total["units_back"], money)
                    so_far = found.get(f"{grain} {dimension}", [0, 0, 0, 0])
                    found[f"{grain} {dimension}"] = [sum(pair) for pair in zip(so_far, more, strict=True)]
    return found


def by_pandas(folder: Path, _options: argparse.Namespace) -> Report:
    """Load all lines into one frame, and group that."""
    import pandas as pd

    lines = pd.read_parquet(folder / "lines", columns=[*COLUMNS, "day"])
    lines["day"] = lines["day"].astype(str)
    lines["month"] = lines["day"].str[:7]
    lines["counts"] = lines["kind"].isin(SOLD) & (lines["amount"] >= 0)
    first = lines[lines["counts"]].groupby("customer")["day"].min().rename("first")
    lines = lines.join(first, on="customer")
    lines["newness"] = (lines["first"] == lines["day"]).map({True: "new", False: "returning"})
    found = {}
    for grain in ("day", "month"):
        for dimension in DIMENSIONS:
            keys = [grain, *({"all": [], "customer": ["newness"]}.get(dimension, [dimension]))]
            sums = lines.groupby(keys, observed=True)[["units", "amount"]].sum()
            orders = lines[lines["counts"]].groupby(keys, observed=True)["order"].nunique()
            found[f"{grain} {dimension}"] = [
                len(sums),
                int(orders.sum()),
                int(sums["units"].sum()),
                int(sums["amount"].sum()),
            ]
    return found


def by_duckdb(folder: Path, _options: argparse.Namespace) -> Report:
    """Ask DuckDB over the files."""
    import duckdb

    lines = f"read_parquet('{folder}/lines/*/*.parquet', hive_partitioning = true)"
    counts = "kind IN ('goods', 'delivery', 'fee') AND amount >= 0"
    found = {}
    for grain, start in (("day", "day"), ("month", "strftime(day, '%Y-%m')")):
        for dimension in DIMENSIONS:
            key = {"all": "''", "customer": "coalesce(day = first, false)"}.get(dimension, dimension)
            source = lines
            if dimension == "customer":
                first = f"SELECT customer, min(day) AS first FROM {lines} WHERE {counts} GROUP BY customer"  # noqa: S608
                source = f"{lines} LEFT JOIN ({first}) USING (customer)"
            report = f"""
                SELECT count(*), sum(orders), sum(units), sum(amount) FROM (
                    SELECT {start} AS start, {key} AS key, sum(units) AS units, sum(amount) AS amount,
                        count(DISTINCT "order") FILTER (WHERE {counts}) AS orders
                    FROM {source} GROUP BY ALL)
            """  # noqa: S608 -- our own words
            row = duckdb.sql(report).fetchall()[0]
            found[f"{grain} {dimension}"] = [int(value) for value in row]
    return found


def by_polars(folder: Path, _options: argparse.Namespace) -> Report:
    """Ask the streaming engine of Polars over the files."""
    import polars as pl

    lines = pl.scan_parquet(f"{folder}/lines/*/*.parquet", hive_partitioning=True)
    lines = lines.with_columns(
        pl.col("day").cast(pl.String),
        counts=pl.col("kind").is_in(SOLD) & (pl.col("amount") >= 0),
    ).with_columns(month=pl.col("day").str.slice(0, 7))
    first = lines.filter("counts").group_by("customer").agg(first=pl.col("day").min())
    joined = lines.join(first, on="customer", how="left")
    joined = joined.with_columns(newness=(pl.col("first") == pl.col("day")).fill_null(value=False))
    found = {}
    for grain in ("day", "month"):
        for dimension in DIMENSIONS:
            source = joined if dimension == "customer" else lines
            keys = [grain, *({"all": [], "customer": ["newness"]}.get(dimension, [dimension]))]
            sums = source.group_by(keys).agg(
                orders=pl.col("order").filter(pl.col("counts")).n_unique(),
                units=pl.col("units").sum().cast(pl.Int64),
                amount=pl.col("amount").sum(),
            )
            row = sums.select(pl.len(), pl.col("orders").sum(), pl.col("units").sum(), pl.col("amount").sum())
            found[f"{grain} {dimension}"] = [int(value) for value in row.collect(engine="streaming").row(0)]
    return found


WAYS: Mapping[str, Callable[[Path, argparse.Namespace], Any]] = {
    "dask": by_dask,
    "pandas": by_pandas,
    "duckdb": by_duckdb,
    "polars": by_polars,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--address", default="")
    options = parser.parse_args()
    print(json.dumps(WAYS[options.way](options.folder, options)))
