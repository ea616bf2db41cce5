"""Carriers on loopback: good ones, and every kind of bad one."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_SECONDS = 20
"""How long a server waits for what a test has promised, so that it ends by itself."""


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


class CarrierServer:
    """A carrier of its own; ``answer`` takes the request and the question, and answers."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda request, _question: send(request, [quote()]))
        self.questions = []
        self.headers = []
        self.paths = []
        self.is_over = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.questions.append(question)
                owner.headers.append(self.headers)
                owner.paths.append(self.path)
                with suppress(ConnectionError):  # who asks may have gone away
                    owner.answer(self, question)

            def do_GET(self):
                owner.paths.append(self.path)
                send(self, [quote(price="0.01")])

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True  # a connection that is kept open must not keep us
        self.url = f"http://127.0.0.1:{self._server.server_port}/quotes"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


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
