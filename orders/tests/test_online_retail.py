"""Six months of a real shop, imported and looked at in reports: to the last digit what its files say."""

import csv
import json
import os
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from orders.models import HistoricLine, SalesRollup
from orders.readers.online_retail import is_fee
from orders.services.analytics import refresh

FOLDER = Path(os.environ.get("SHOP_DATA", "")) / "online-retail"
"""``YYYY-MM-DD.csv`` for each day, and ``expected.json``: what all of them come to."""
MONTHS = int(os.environ.get("ONLINE_RETAIL_MONTHS", "1"))
"""How many are imported; all six take two minutes."""
TOP = 5
NAMES = {"EIRE": "Ireland"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.xdist_group("dask"),
    pytest.mark.skipif(
        "SHOP_DATA" not in os.environ or not FOLDER.is_dir(),
        reason="SHOP_DATA names no folder with online-retail/: see Proofs and repairs in docs/operations.md",
    ),
]


def counted(files):
    """Return what ``files`` come to, named as in ``expected.json``; nothing of the shop is asked."""
    found = Counter()
    invoices, customers = set(), set()
    months, countries, codes = (defaultdict(Decimal) for _ in range(3))
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                amount = int(row["Quantity"]) * Decimal(row["UnitPrice"])
                months[row["InvoiceDate"][:7]] += amount
                countries[row["Country"]] += amount
                codes[row["StockCode"]] += amount
                invoices.add(row["InvoiceNo"])
                customers.add(row["CustomerID"])
                found["rows"] += 1
                found["rows_without_customer"] += not row["CustomerID"]
                found["cancellation_rows"] += row["InvoiceNo"].startswith("C")
    return {
        **found,
        "files": len(files),
        "invoices": len(invoices),
        "customers": len(customers - {""}),
        "total_gbp": sum(months.values()),
        "by_month": dict(months),
        "top_countries": leading(countries),
        "top_stock_codes": leading(codes),
    }


def leading(sums):
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))[:TOP]


def expected():
    said = json.loads((FOLDER / "expected.json").read_text())
    return said | {
        "total_gbp": Decimal(said["total_gbp"]),
        "by_month": {month: Decimal(amount) for month, amount in said["by_month"].items()},
        "top_countries": [(name, Decimal(amount)) for name, amount in said["top_countries"]],
        "top_stock_codes": [(code, Decimal(amount)) for code, amount in said["top_stock_codes"]],
    }


@pytest.fixture
def months():
    """The first and the last day of what is imported, and its files."""
    files = sorted(FOLDER.glob("*.csv"))
    assert counted(files) == expected()
    names = sorted({file.stem[:7] for file in files})[:MONTHS]
    chosen = [file for file in files if file.stem[:7] in names]
    return chosen[0].stem, chosen[-1].stem, chosen


@pytest.mark.usefixtures("analytics_folder")
def test_reports_of_a_real_past_come_to_the_last_digit_of_its_files(months, staff_client):
    first, last, files = months
    files_say = counted(files)
    if len(files) == expected()["files"]:
        files_say = expected()

    call_command("import_orders", *map(str, files))
    refresh.run()

    def report(slug):
        """Return the rows of a report as whoever looks after the shop downloads them."""
        asked = {"preset": "custom", "first": first, "last": last, "currency": "GBP", "grain": "month"}
        answer = staff_client.get(reverse("admin:analytics_csv", args=[slug]), asked)
        return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))

    def total(rows, column="revenue"):
        return sum(Decimal(row[column]) for row in rows)

    revenue = report("revenue")
    assert {row["step"][:7]: Decimal(row["revenue"]) for row in revenue} == files_say["by_month"]
    for slug in ("revenue", "countries", "gross-to-net"):
        assert total(report(slug)) == files_say["total_gbp"]
    kinds = [f"revenue_{kind}" for kind in ("new", "returning", "unknown")]
    assert sum(total(report("customers"), kind) for kind in kinds) == files_say["total_gbp"]
    assert [(row["name"], Decimal(row["revenue"])) for row in report("countries")[:TOP]] == [
        (NAMES.get(name, name), amount) for name, amount in files_say["top_countries"]
    ]
    goods = [(code, amount) for code, amount in files_say["top_stock_codes"] if not is_fee(code)]
    best = [(row["sku"], Decimal(row["revenue"])) for row in report("bestsellers")]
    assert best[: len(goods)] == goods
    fees = SalesRollup.objects.filter(grain="month", dimension="product", key__startswith="fee:")
    for code, amount in set(files_say["top_stock_codes"]) - set(goods):
        assert sum(row.delivery - row.back for row in fees.filter(key=f"fee:{code}")) == amount

    lines = HistoricLine.objects.order_by()
    of_customers = lines.exclude(customer="").values("customer").distinct()
    bought = of_customers.filter(is_cancellation=False, quantity__gt=0, unit_price__gte=0)
    assert sum(int(row["customers"]) for row in report("segments")) == bought.count()
    assert {
        "rows": lines.count(),
        "rows_without_customer": lines.filter(customer="").count(),
        "cancellation_rows": lines.filter(is_cancellation=True).count(),
        "invoices": lines.values("invoice").distinct().count(),
        "customers": of_customers.count(),
    }.items() <= files_say.items()
