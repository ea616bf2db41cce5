"""What pages cost: kept and built, with 10,000 and with 100,000 products, beside bare Django views.

    ./shop bench pages
    ./shop bench pages --products 2000 --seconds 2

The shop is set up as in production, behind gunicorn's two workers, and asked by wrk over 16 connections.
*Warm* pages are shared ones; *cold* ones are built for every request, with what ``caching.remember`` holds.
The ceiling of a warm page is a bare view that returns 20 KB from Redis, that of a cold one a bare view that
reads 24 rows and renders 20 KB. Before and after each page the bare view is measured, so that the machine's
mood falls on both; the page's share is of the mean of these two. What a search costs in a larger shop is
reported: ten times as many products have the word, and all of them are put in order.

``DATABASE_URL`` names a Postgres on which databases may be made, ``REDIS_URL`` a Redis that may be emptied.
"""

import argparse
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable

import django

from benchmarks import paint
from benchmarks.checkout import LIKE_PRODUCTION
from benchmarks.databases import database, manage
from benchmarks.load import Load, Server

WARM, COLD_LIST, COLD_OTHER = 0.7, 0.5, 0.35
"""Least share of its ceiling that a page of that kind reaches."""
MOST_GROWTH = 1.2
"""Most that ten times the products may cost."""
MOST_MEGABYTES = 110
SEARCH = "/search/?q=mug"
DEMO_PRODUCTS = 200


def main() -> int:
    """Measure and print; return 1 when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--products", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=4, help="How long each page is asked for.")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit(
            "The load comes from wrk. Debian, Ubuntu: apt-get install wrk. Homebrew: brew install wrk"
        )
    os.environ |= LIKE_PRODUCTION
    with database() as url:
        os.environ["DATABASE_URL"] = url
        print(f"making a shop of {DEMO_PRODUCTS} products", flush=True)
        manage(url, "seed_demo", "--products", str(DEMO_PRODUCTS), "--customers", "50", "--orders", "100")
        manage(url, "collectstatic", "--noinput", "--verbosity", "0")
        django.setup()
        report = Report(options.seconds)
        for products in sorted(options.products):
            report.measure(products)
        print(f"\nlargest contentful paint, {paint.SLOWDOWN} times slower: {paint.report(_addresses())}")
        return report.verdict()


class Report:
    """All that is measured of shops of several sizes."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.costs: dict[tuple[str, str], dict[int, Load]] = {}
        self.missed: list[str] = []

    def measure(self, products: int) -> None:
        """Fill the shop up to ``products``, and print what its pages cost."""
        from benchmarks import large_catalog

        start = time.monotonic()
        large_catalog.grow(products)
        print(f"\n{products:,} products (made in {time.monotonic() - start:.0f} s)")
        addresses = _addresses()
        self._first_builds(addresses)
        print(
            f"{'':<16} {'req/s':>7} {'bare':>7} {'share':>6} {'app':>7} {'Postgres':>8} {'queries':>7}"
            f" {'bytes':>8} {'median':>7} {'p99':>7}\n"
            f"{'':<24} {'req/s':>7} {'':>6} {'CPU ms':>7} {'CPU ms':>8} {'':>16} {'ms':>7} {'ms':>7}"
        )
        self._group("warm", "/from-redis/", addresses, products, lambda page: 0 if page == "search" else WARM)
        self._group(
            "cold",
            "/from-rows/",
            addresses,
            products,
            lambda page: COLD_LIST if page in ("catalog", "category") else COLD_OTHER,
        )

    def _group(
        self,
        kind: str,
        bare_path: str,
        addresses: dict[str, str],
        products: int,
        least: Callable[[str], float],
    ) -> None:
        seconds = 60 if kind == "warm" else 0
        with (
            Server("benchmarks.bare_site") as bare,
            Server("dbProject.settings.base", SHARED_PAGE_SECONDS=str(seconds)) as shop,
        ):
            bare.warm_up(bare_path)
            before = bare.load(bare_path, seconds=self.seconds)
            for page, path in addresses.items():
                shop.warm_up(path)
                load = shop.load(path, seconds=self.seconds)
                after = bare.load(bare_path, seconds=self.seconds)
                ceiling, before = (before.rate + after.rate) / 2, after
                share = load.rate / ceiling
                _line(page, kind, load, ceiling, _queries(path, shared_seconds=seconds))
                self.costs.setdefault((page, kind), {})[products] = load
                is_reported = page == "home" or (page == "search" and products > min(self.costs[page, kind]))
                if share < least(page) and not is_reported:
                    self.missed.append(f"{kind} {page} with {products:,}: {share:.2f} < {least(page)}")
            megabytes, resident = shop.megabytes()
            print(f"memory of a worker: {megabytes:.0f} MB ({resident:.0f} with what workers share)")
            if megabytes > MOST_MEGABYTES:
                self.missed.append(f"memory: {megabytes:.0f} MB > {MOST_MEGABYTES}")

    def _first_builds(self, addresses: dict[str, str]) -> None:
        """Print how long pages take of which nothing is remembered."""
        from django.core.cache import cache
        from django.test import Client, override_settings

        from dbProject import caching

        taken = {}
        with override_settings(SHARED_PAGE_SECONDS=0, ALLOWED_HOSTS=["*"]):
            for page, path in addresses.items():
                times = []
                for _ in range(4):
                    cache.clear()
                    caching.memory.clear()
                    start = time.perf_counter()
                    Client().get(path, secure=True)
                    times.append(1000 * (time.perf_counter() - start))
                taken[page] = statistics.median(times[1:])
        print("nothing remembered: " + ", ".join(f"{page} {ms:.0f} ms" for page, ms in taken.items()))

    def verdict(self) -> int:
        """Print how costs grow, and what misses its budget; return 1 if something does."""
        print()
        for (page, kind), loads in self.costs.items():
            sizes = sorted(loads)
            if len(sizes) > 1:
                growth = loads[sizes[-1]].cpu_ms / loads[sizes[0]].cpu_ms
                print(
                    f"{kind} {page:<9} {growth:.2f} times the CPU"
                    f" for {sizes[-1] / sizes[0]:.0f} times the products"
                )
                if growth > MOST_GROWTH and page != "search":
                    self.missed.append(f"{kind} {page}: {growth:.2f} times > {MOST_GROWTH}")
        print("budgets: " + ("MISSED: " + "; ".join(self.missed) if self.missed else "met"))
        return 1 if self.missed else 0


def _addresses() -> dict[str, str]:
    """Return the pages that are asked for; of a typical product with all that one can have."""
    from products.models import Category, Product

    with_reviews = Product.objects.filter(kind="parent", sku__contains="~", reviews__isnull=False)
    product = with_reviews.order_by("pk")[0]
    fullest = max(Category.objects.active(), key=lambda one: one.products.count())
    return {
        "home": "/",
        "catalog": "/products/",
        "category": fullest.get_absolute_url(),
        "product": product.get_absolute_url(),
        "search": SEARCH,
    }


def _queries(path: str, *, shared_seconds: int) -> int:
    """Return how many queries the page costs once it was asked for."""
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext

    with override_settings(SHARED_PAGE_SECONDS=shared_seconds, ALLOWED_HOSTS=["*"]):
        Client().get(path, secure=True)
        with CaptureQueriesContext(connection) as queries:
            Client().get(path, secure=True)
    return len(queries)


def _line(page: str, kind: str, load: Load, ceiling: float, queries: int) -> None:
    print(
        f"{page:<10} {kind:<5} {load.rate:7,.0f} {ceiling:7,.0f} {load.rate / ceiling:6.2f}"
        f" {load.app_ms:7.2f} {load.postgres_ms:8.2f} {queries:7} {load.bytes:8,.0f}"
        f" {load.median_ms:7.1f} {load.p99_ms:7.1f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
