"""Visitors of the cluster: with cookies and an address of their own, who note every answer."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

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
AWAY = 0
"""Stands for no answer at all: a connection that was refused, cut or not answered in time."""
PATIENCE_SECONDS = 10
"""After which nobody waits any longer for an answer."""


@dataclass(frozen=True)
class Answer:
    """What came back for one request, and when, in seconds of the monotonic clock."""

    method: str
    path: str
    status: int
    asked_at: float
    seconds: float
    headers: dict = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Checkout:
    """One customer's way to an order; ``tries`` of the last step."""

    began_at: float
    seconds: float
    payment: str
    """Where the payment begins; empty where the customer gave up."""
    tries: int

    @property
    def order(self):
        """Return the order's number; empty where there is none."""
        return self.payment.split("/")[2] if self.payment else ""


class Visitor:
    """Somebody with a browser: keeps cookies, and asks from 127.x.y.z, which is all ours on Linux."""

    def __init__(self, url, number, answers=None):
        self.port = urlsplit(url).port
        self.url = url
        self.address = f"127.{1 + (number >> 16 & 127)}.{number >> 8 & 255}.{1 + (number & 127)}"
        self.cookies, self.headers = {}, {}
        self.answers = answers if answers is not None else []

    def ask(self, method, path, fields=None):
        headers = {"Host": f"127.0.0.1:{self.port}", "Referer": f"{self.url}/", "Origin": self.url}
        headers |= self.headers
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE_SECONDS, source_address=(self.address, 0)
        )
        asked_at = time.monotonic()
        status, text, found = AWAY, "", {}
        try:
            connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            status, found = answer.status, dict(answer.headers)
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
        except (OSError, HTTPException) as gone:
            text = repr(gone)
        finally:
            connection.close()
        given = Answer(method, path, status, asked_at, time.monotonic() - asked_at, found, text)
        self.answers.append(given)
        return given

    def file(self, path):
        """Return what a file holds, as it is downloaded."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        wanted = Request(f"{self.url}{path}", headers={"Cookie": cookies})  # noqa: S310 -- our own shop
        with urlopen(wanted, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return answer.read()

    def buy(self, product, *, tries=60, **typed):
        """Put something into the cart and order it; what fails is tried again after a pause."""
        began_at, ordered = time.monotonic(), 0
        for _ in range(tries):
            if ordered or self.ask("POST", "/cart/add/", {"product_id": product}).status == 303:
                page = self.ask("GET", "/checkout/")
                if page.status == 200 and (method := CHOSEN.findall(page.text)):
                    form = GUEST | typed | dict(HIDDEN.findall(page.text)) | {"shipping_method": method[0]}
                    for _ in range(tries):  # the same form again: one order, however often it arrives
                        ordered += 1
                        done = self.ask("POST", "/checkout/", form)
                        if done.status == 303:
                            return Checkout(
                                began_at, time.monotonic() - began_at, done.headers["Location"], ordered
                            )
                        time.sleep(0.3)
            time.sleep(0.3)
        return Checkout(began_at, time.monotonic() - began_at, "", ordered)

    def pay(self, checkout):
        """Pay at the bank and come back; return the last answer."""
        bank = self.ask("GET", checkout.payment)
        page = self.ask("GET", bank.headers.get("Location", ""))
        typed = dict(HIDDEN.findall(page.text)) | {"answer": "pay"}
        back = self.ask("POST", page.path, typed)
        return self.ask("GET", back.headers.get("Location", ""))


class Crowd:
    """Visitors who look at pages and buy, all the time, until the block ends."""

    def __init__(
        self, url, products, *, pages=("/", "/products/", "/search/?q=lamp"), buyers=2, readers=2, first=1
    ):
        self.url = url
        self._products, self._pages = products, pages
        self._sizes = buyers, readers
        self._numbers = count(first)
        self._is_over = threading.Event()
        self.answers, self.checkouts, self.addresses, self.payments = [], [], [], []

    @contextmanager
    def coming(self):
        buyers, readers = self._sizes
        with ThreadPoolExecutor(buyers + readers) as crowd:
            streams = [crowd.submit(self._keep_buying) for _ in range(buyers)]
            streams += [crowd.submit(self._keep_reading) for _ in range(readers)]
            try:
                yield self
            finally:
                self._is_over.set()
                for stream in streams:
                    stream.result()

    def wait_for(self, requests=0, checkouts=0):
        """Wait until there have been so many of each."""
        while len(self.answers) < requests or len(self.checkouts) < checkouts:
            self._is_over.wait(0.02)

    def failed(self, *, since=0.0, until=float("inf")):
        """Return the answers that are none, or an error of ours, among what was asked in that time."""
        return [
            answer
            for answer in self.answers
            if (answer.status == AWAY or answer.status >= 500) and since <= answer.asked_at <= until
        ]

    def _keep_buying(self):
        while not self._is_over.is_set():
            number = next(self._numbers)
            visitor = Visitor(self.url, number, self.answers)
            address = f"guest-{number}@example.com"
            checkout = visitor.buy(self._products[number % len(self._products)], email=address)
            self.checkouts.append(checkout)
            if checkout.order:
                self.addresses.append(address)
                if number % 4 == 0:
                    self.payments.append(visitor.pay(checkout))

    def _keep_reading(self):
        while not self._is_over.is_set():
            visitor = Visitor(self.url, next(self._numbers), self.answers)
            for page in self._pages:
                visitor.ask("GET", page)
