"""A system that listens: a real server on loopback that keeps what it was told and answers as it likes."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """``told`` has (headers, body) of each message; ``answers`` are taken one by one, the last for all.

    An answer is a status, a (status, body), or the seconds that it takes.
    """

    def __init__(self, *answers):
        self.told, self.answers = [], list(answers) or [204]
        self.is_over = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
                answer = owner.answers.pop(0) if len(owner.answers) > 1 else owner.answers[0]
                if isinstance(answer, float):
                    owner.is_over.wait(answer)
                    answer = 204
                status, text = answer if isinstance(answer, tuple) else (answer, b"")
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", owner.url)
                self.send_header("Content-Length", str(len(text)))
                with suppress(ConnectionError):  # who told may have gone away
                    self.end_headers()
                    self.wfile.write(text)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def ids(self):
        return [headers["webhook-id"] for headers, _body in self.told]
