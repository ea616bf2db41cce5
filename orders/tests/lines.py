"""Datasets of order lines as the export writes them, small and made up."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        ("at", pa.timestamp("ms", tz="UTC")),
        ("currency", pa.string()),
        ("kind", pa.string()),
        ("order", pa.string()),
        ("customer", pa.string()),
        ("product", pa.int64()),
        ("code", pa.string()),
        ("category", pa.int64()),
        ("brand", pa.int64()),
        ("country", pa.string()),
        ("units", pa.int32()),
        ("listed", pa.int64()),
        ("discount", pa.int64()),
        ("amount", pa.int64()),
        ("tax", pa.int64()),
    ]
)


def line(order: str, product: int, **fields: Any) -> dict[str, Any]:
    usual = {"kind": "goods", "currency": "EUR", "code": f"SKU-{product}", "units": 1, "amount": 100_000}
    blank: dict[str, Any] = {
        field.name: "" if pa.types.is_string(field.type) else 0 for field in SCHEMA if field.name != "at"
    }
    return {**blank, **usual, "order": order, "product": product, **fields}


def write(path: Path, day: date, lines: list[dict[str, Any]], *, part: int = 0) -> None:
    """Write ``lines`` as a part of one day."""
    folder = path / f"day={day.isoformat()}"
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=12)
    rows = [{"at": at, **one} for one in lines]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), folder / f"part-{part:05}.parquet")
