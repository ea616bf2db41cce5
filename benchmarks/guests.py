"""Guests who order over HTTP from gunicorn's two workers, as fast as they are answered."""

import re
import statistics
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.buying import FIRST_PRODUCT
from benchmarks.databases import ROOT
from benchmarks.load import HOST, READY_SECONDS, answers, gunicorn
from deploy.servers import free_port

HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|idempotency_key|total_seen)" value="([^"]+)"')
CHOSEN = re.compile(r'name="shipping_method" value="(\d+)" checked')
GUEST = {
    "email": "guest@example.com",
    "name": "Robin Customer",
    "street": "Torstr. 1",
    "zip_code": "10119",
    "city": "Berlin",
    "country": "DE",
}


class Visits(NamedTuple):
    """How many guests ordered, over how many seconds, and how long each took (milliseconds)."""

    orders: int
    seconds: float
    milliseconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.milliseconds, n=20)[-1]


def come(*, clients: int, seconds: float, products: int) -> Visits:
    """Let ``clients`` guests at a time order one thing each, one guest after the other, for so long."""
    with web_server() as port, ThreadPoolExecutor(clients) as crowd:
        numbers = count()
        list(crowd.map(lambda _: Guest(port, next(numbers), products).order(), range(8 * clients)))  # warm up
        begin = time.monotonic()

        def keep_coming(_: int) -> list[float]:
            taken = []
            while (start := time.monotonic()) < begin + seconds:
                Guest(port, next(numbers), products).order()
                taken.append(1000 * (time.monotonic() - start))
            return taken

        taken = [one for their in crowd.map(keep_coming, range(clients)) for one in their]
        return Visits(len(taken), time.monotonic() - begin, taken)


class Guest:
    """Somebody with an address and cookies of their own, behind a proxy that ends TLS."""

    def __init__(self, port: int, number: int, products: int) -> None:
        self.port = port
        self.product = FIRST_PRODUCT + number * 7 % products
        self.cookies: dict[str, str] = {}
        self.headers = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            "Referer": f"https://{HOST}/",
        }

    def order(self) -> None:
        """Put something into the cart, open the checkout, order; led to the payment, the guest leaves."""
        self._ask("POST", "/cart/add/", 303, {"product_id": self.product})
        page = self._ask("GET", "/checkout/", 200)
        typed = GUEST | dict(HIDDEN.findall(page)) | {"shipping_method": CHOSEN.findall(page)[0]}
        self._ask("POST", "/checkout/", 303, typed)

    def _ask(self, method: str, path: str, expected: int, fields: dict[str, object] | None = None) -> str:
        headers = self.headers | {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        }
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        if answer.status != expected:
            raise SystemExit(
                f"{method} {path} was answered with {answer.status}, not {expected}:\n{page[:2000]}"
            )
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return page


@contextmanager
def web_server() -> Iterator[int]:
    """Run gunicorn on this process's environment; offer its port."""
    port = free_port()
    server = subprocess.Popen(
        gunicorn(port),
        cwd=ROOT,
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("gunicorn did not start")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()
