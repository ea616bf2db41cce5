"""Carriers on loopback: good ones, and every kind of bad one."""

import json
from decimal import Decimal

from orders import carriers
from orders.carriers import Parcel
from tests.loopback import LoopbackServer

PATIENCE_SECONDS = 20
"""How long a server waits for what a test has promised, so that it ends by itself."""
PARCEL = Parcel("DE", "10115", 1_800, Decimal("59.90"))
FLAT = {"service": "flat", "name": "Standard delivery", "price": "9.90", "days_min": 2, "days_max": 5}


def ask(code="swift", **fields):
    parcel = Parcel(**{name: getattr(PARCEL, name) for name in Parcel.__slots__} | fields)
    return carriers.ask_all(parcel, [code])[code]


def sources(quotes):
    return [one.source for one in quotes]


def quote(**fields):
    """A quote as a carrier sends it."""
    return {
        "service": "standard",
        "name": "Swift Standard",
        "price": "7.50",
        "currency": "EUR",
        "days_min": 1,
        "days_max": 3,
    } | fields


class CarrierServer(LoopbackServer):
    """A carrier of its own; ``answer`` takes the request and the question, and answers."""

    path = "/quotes"

    def __init__(self, answer=None):
        super().__init__()
        self.answer = answer or (lambda request, _question: send(request, [quote()]))
        self.questions, self.headers, self.paths = [], [], []

    def post(self, request, body):
        question = json.loads(body)
        self.questions.append(question)
        self.headers.append(request.headers)
        self.paths.append(request.path)
        self.answer(request, question)

    def get(self, request):
        self.paths.append(request.path)
        send(request, [quote(price="0.01")])


def send(request, body, status=200, **headers):
    """Answer with ``body``: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def always(body, status=200, **headers):
    """The same answer to every question."""
    return lambda request, _question: send(request, body, status, **headers)


def breaks_off(request, _question):
    """The beginning of an answer, and then nothing."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'[{"service"')
    request.close_connection = True


def endless(request, _question):
    """An answer of ten million bytes that does not say how long it is."""
    request.send_response(200)
    request.send_header("Connection", "close")
    request.end_headers()
    for _ in range(1_000):
        request.wfile.write(b" " * 10_000)
    request.close_connection = True


def hang(server):
    """No answer before the test is over."""

    def answer(request, _question):
        server.is_over.wait(PATIENCE_SECONDS)
        request.close_connection = True

    return answer


def drip(server):
    """A correct answer, one byte at a time, slower than anybody waits."""

    def answer(request, _question):
        content = json.dumps([quote()]).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        for byte in content:
            request.wfile.write(bytes([byte]))
            if server.is_over.wait(0.05):
                break
        request.close_connection = True

    return answer
