"""A real web server on 127.0.0.1 for others' programs that the shop talks to, as tests want them."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LoopbackServer:
    """Serves in threads for as long as its block lasts; ``is_over`` then lets go whoever waits.

    ``post`` gets the request and its body, ``get`` the request; who asks may go away meanwhile.
    """

    protocol = "HTTP/1.1"
    path = ""

    def __init__(self):
        self.is_over = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = owner.protocol

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                with suppress(ConnectionError):
                    owner.post(self, body)

            def do_GET(self):
                with suppress(ConnectionError):
                    owner.get(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True  # a connection that is kept open must not keep us
        self.url = f"http://127.0.0.1:{self._server.server_port}{self.path}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def post(self, request, body):
        request.send_error(405)

    def get(self, request):
        request.send_error(405)
