"""What an order costs: through the service beside its bare statements, and as a guest's whole way over HTTP.

    ./shop bench checkout
    ./shop bench checkout --clients 4 --lines 10 --rounds 5

The shop is the demo shop, set up as in production, with 300 products more that are bought. In every round
the same number of clients first runs the statements of an order through pgbench, then places orders through
``place_order``, so that the machine's mood falls on both. Then guests who each put something in the cart,
open the checkout and order come to gunicorn's two workers; before and after them a bare Django view that
reads 24 rows and renders 20 KB is asked for, if wrk is there: how many guests there may be depends on the
machine, and 50 a second are wanted where that view makes 980. Last, ``reconcile`` looks at the books.

``DATABASE_URL`` names a Postgres on which databases may be made, with ``fsync`` as it will be.
"""

import argparse
import os
import secrets
import statistics
import sys

import django

from benchmarks.databases import database, manage

LEAST_RATIO, LEAST_GUESTS, LEAST_SHARE = 0.06, 50, 50 / 980
"""Orders through the service for each bare one; guests' orders per second, or for each bare page."""
PRODUCTS, BARE_ORDERS, ORDERS = 300, 4_000, 1_200
"""On the shelf; and orders in each round."""
LIKE_PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "dbProject.settings.base",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "shop.example.com",
    "SITE_URL": "https://shop.example.com",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DEFAULT_FROM_EMAIL": "shop@example.com",
    "PAYMENT_PROVIDER": "test",
    "ALLOW_TEST_PAYMENTS": "1",
    "TRUSTED_PROXY_COUNT": "1",
    "LOG_FILE": os.devnull,  # lines are written as ever, and not between the figures
}


def main() -> int:
    """Measure and print; return 1 when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument(
        "--lines", type=int, default=3, help="Different products in each order of the service."
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="How long guests come to the web server.")
    options = parser.parse_args()
    os.environ |= LIKE_PRODUCTION
    with database() as url:
        os.environ["DATABASE_URL"] = url
        manage(url, "seed_demo", "--products", "60", "--customers", "5")
        manage(url, "collectstatic", "--noinput")
        django.setup()
        figures = measure_service(options) | measure_guests(options)
        manage(url, "reconcile")
    budgets = {
        f"{LEAST_RATIO} of the bare statements": figures["ratio"] >= LEAST_RATIO,
        f"{LEAST_GUESTS} guests/s": figures["guests_per_second"] >= LEAST_GUESTS,
        f"or {LEAST_SHARE:.3f} of the bare page": figures.get("share", 0) >= LEAST_SHARE,
    }
    are_placed, are_many, are_many_for_the_machine = budgets.values()
    is_met = are_placed and (are_many or are_many_for_the_machine)
    for budget, is_kept in budgets.items():
        print(f"{'met' if is_kept else 'not met':<8}{budget}")
    print(f"budget: {'met' if is_met else 'MISSED'}")
    print(" ".join(f"{name}={value:.4g}" for name, value in figures.items()))
    return 0 if is_met else 1


def measure_service(options: argparse.Namespace) -> dict[str, float]:
    """Print each round; return the median ratio, rates (per second), and CPU milliseconds of an order."""
    from benchmarks import bare, buying

    clients = options.clients
    shelf = buying.stock_shelf(products=PRODUCTS, lines=options.lines)
    print(f"orders of {options.lines} lines, {clients} clients", flush=True)
    warm, sample = buying.fill_carts(50 * clients, shelf), buying.fill_carts(1, shelf)
    buying.buy(warm, clients=clients)
    script = bare.record(sample[0], shelf)
    rates: list[tuple[float, float, float]] = []
    for _ in range(options.rounds):
        bare_rate = bare.run(script, buying.fill_carts(BARE_ORDERS, shelf), clients=clients)
        bought = buying.buy(buying.fill_carts(ORDERS, shelf), clients=clients)
        rate, cpu = bought.orders / bought.seconds, 1000 * bought.cpu_seconds / bought.orders
        print(
            f"pgbench {bare_rate:7,.0f}/s   place_order {rate:6,.0f}/s, {cpu:5.2f} ms CPU each"
            f"   ratio {rate / bare_rate:.3f}",
            flush=True,
        )
        rates.append((bare_rate, rate, cpu))
    bare_rate, rate, cpu = (statistics.median(column) for column in zip(*rates, strict=True))
    return {
        "ratio": statistics.median(ours / theirs for theirs, ours, _ in rates),
        "bare_per_second": bare_rate,
        "orders_per_second": rate,
        "cpu_ms": cpu,
    }


def measure_guests(options: argparse.Namespace) -> dict[str, float]:
    """Print and return how many guests a second order over HTTP, and how long that takes (milliseconds)."""
    from benchmarks import guests, load

    before = load.bare_rate(seconds=options.seconds / 2)
    visits = guests.come(clients=options.clients, seconds=options.seconds, products=PRODUCTS)
    after = load.bare_rate(seconds=options.seconds / 2)
    rate = visits.orders / visits.seconds
    print(
        f"guests over HTTP, {load.WORKERS} workers: {rate:.1f} orders/s"
        f" (cart, checkout, order: median {visits.median:.0f} ms, 95 % within {visits.p95:.0f} ms)"
    )
    figures = {"guests_per_second": rate, "guest_ms": visits.median, "guest_p95_ms": visits.p95}
    if before and after:
        bare = (before + after) / 2
        print(f"a bare page with 24 rows: {bare:.0f}/s, so {rate / bare:.3f} guests for each")
        figures["share"] = rate / bare
    return figures


if __name__ == "__main__":
    sys.exit(main())
