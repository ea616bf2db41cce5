"""Stand-ins for carriers that take their time: what asking one after another and asking together costs."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from django.conf import settings

from orders.carriers import asking, waiting
from orders.carriers.asking import Contract
from orders.carriers.json_carrier import JsonCarrier
from orders.carriers.quotes import Parcel

PARCEL = Parcel("DE", "10115", 1_800, Decimal("59.90"))


class Times(NamedTuple):
    """Seconds until all carriers have answered."""

    one_after_another: float
    together: float


def compare(*, carriers: int = 5, seconds: float = 0.3) -> Times:
    """Ask so many carriers on loopback that take ``seconds`` each, as the checkout asks its own.

    Answers are real HTTP; nothing else than waiting is measured.

    Raises:
        RuntimeError: One did not answer, which would make the figures worthless.
    """
    with ExitStack() as stack:
        contracts = [
            _contract(f"trial-{number}", stack.enter_context(slow_carrier(seconds)), limit=2 * seconds + 1)
            for number in range(carriers)
        ]
        _ask(contracts[:1])  # opens the loop and the client, as the first customer does
        together = _measured(lambda: _ask(contracts))
        in_turn = sum(_measured(partial(_ask, [contract])) for contract in contracts)
    return Times(in_turn, together)


@contextmanager
def slow_carrier(seconds: float) -> Iterator[str]:
    """Offer the address of a carrier that answers after ``seconds``."""
    row = {"service": "standard", "name": "Standard", "price": "6.90", "days_min": 1, "days_max": 3}
    content = json.dumps([row | {"currency": settings.STORE_CURRENCY}]).encode()

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


def _contract(code: str, url: str, *, limit: float) -> Contract:
    carrier = JsonCarrier(
        code=code,
        url=url,
        currency=settings.STORE_CURRENCY,
        prices_include_tax=settings.PRICES_INCLUDE_TAX,
    )
    return Contract(carrier, limit, flat_rate=None)


def _ask(contracts: list[Contract]) -> None:
    said = waiting.run(lambda client: asking.ask(PARCEL, contracts, client))
    if len(said) < len(contracts):
        raise RuntimeError("a stand-in did not answer")


def _measured(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
