"""What asking carriers costs a customer: one after another, and all together.

    ./shop bench carriers                               five carriers on loopback that take 2 s each
    ./shop bench carriers --carriers 10 --seconds 1

Both are measured in one run through ``orders.carriers.ask_all``, the call that the checkout makes; the last
line is for programs. Answers are real HTTP; nothing else than waiting is measured.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import django
from django.conf import settings
from django.test.utils import override_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.local")
django.setup()

from orders import carriers  # noqa: E402
from orders.carriers import Parcel, QuoteSource  # noqa: E402

CARRIERS, SECONDS = 5, 2.0
MOST_OVERHEAD_SECONDS = 0.5
"""What asking together may take beyond the wait for one carrier."""


def main() -> int:
    """Measure and print; return 1 when asking together takes longer than the slowest carrier."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--carriers", type=int, default=CARRIERS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="How long each takes to answer.")
    options = parser.parse_args()
    wait = options.seconds
    print(f"{options.carriers} carriers on loopback, {wait:g} s each")
    with ExitStack() as stack:
        named = {
            f"carrier-{number}": {
                "url": stack.enter_context(slow_carrier(wait)),
                "time_limit_seconds": 2 * wait + 1,
            }
            for number in range(options.carriers)
        }
        without_cache = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        stack.enter_context(
            override_settings(CARRIERS=named, CARRIERS_DEADLINE_SECONDS=2 * wait + 1, CACHES=without_cache)
        )
        ask(["carrier-0"])  # opens the loop and the client, as the first customer does
        together = measured(lambda: ask(list(named)))
        one_after_another = measured(lambda: [ask([code]) for code in named])
    print(f"one after another {one_after_another:8.2f} s")
    print(f"together          {together:8.2f} s   {one_after_another / together:.1f} times as fast")
    is_met = together <= wait + MOST_OVERHEAD_SECONDS
    print(f"budget: one wait and {MOST_OVERHEAD_SECONDS} s: {'met' if is_met else 'MISSED'}")
    print(
        f"carriers={options.carriers} wait_seconds={wait:g} one_after_another_seconds={one_after_another:.3f}"
        f" together_seconds={together:.3f} ratio={one_after_another / together:.2f}"
    )
    return 0 if is_met else 1


def ask(codes: list[str]) -> None:
    """Ask as the checkout does; a carrier that did not answer would make the figures worthless."""
    offered = carriers.ask_all(Parcel("DE", "10115", 1_800, Decimal("59.90")), codes)
    for code, quotes in offered.items():
        if [quote.source for quote in quotes] != [QuoteSource.LIVE]:
            raise SystemExit(f"{code} did not answer")


def measured(work: Callable[[], object]) -> float:
    """Return how many seconds ``work`` takes."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


@contextmanager
def slow_carrier(seconds: float) -> Iterator[str]:
    """Offer the address of a carrier that answers after ``seconds``."""
    rows = [
        {
            "service": "standard",
            "name": "Standard",
            "price": "6.90",
            "currency": settings.STORE_CURRENCY,
            "days_min": 1,
            "days_max": 3,
        }
    ]
    content = json.dumps(rows).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(seconds)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/quotes"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    sys.exit(main())
