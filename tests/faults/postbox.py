"""A mail server that counts what arrives, and holds an answer back when it is asked to."""

import email
import email.policy
from collections import Counter
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Lock, Thread

RECIPIENT, END = "RCPT", "."
"""The moments at which it can hold its answer back: nothing has arrived yet, and all has."""


class Postbox:
    """Speaks as much SMTP as Django does, on a free port of this machine."""

    def __init__(self):
        self.letters = []
        self._hold, self._held, self._lock = None, Event(), Lock()
        self._is_open = True
        owner = self

        class Conversation(StreamRequestHandler):
            def handle(self):
                with suppress(ConnectionError):
                    owner._talk(self)

        class Server(ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 50

        self._server = Server(("127.0.0.1", 0), Conversation)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def arrived(self, recipient=None):
        """Return how often each mail has arrived, by Message-ID: all, or those to one address."""
        with self._lock:
            wanted = [mail for mail in self.letters if recipient in {None, mail["To"]}]
        return Counter(mail["Message-ID"] for mail in wanted)

    def close(self):
        """Hang up on everybody."""
        self._is_open = False

    def reopen(self):
        self._is_open = True

    def hold(self, moment, *, recipient):
        """Give no answer the next time that a mail to ``recipient`` comes to ``moment``."""
        self._held.clear()
        self._hold = (moment, recipient)

    def is_holding(self):
        """Say whether the answer was held back from somebody."""
        return self._held.is_set()

    def _talk(self, line):
        if not self._is_open:
            return
        recipient = ""
        self._say(line, "220 postbox")
        while told := line.rfile.readline().decode().strip():
            verb = told[:4].upper()
            if verb == RECIPIENT:
                recipient = told.partition("<")[2].partition(">")[0]
                if self._holds((RECIPIENT, recipient), line):
                    return
            if verb == "DATA":
                self._say(line, "354 go on")
                self._keep(line.rfile)
                if self._holds((END, recipient), line):
                    return
            self._say(line, "221 bye" if verb == "QUIT" else "250 ok")

    def _say(self, line, text):
        line.wfile.write(f"{text}\r\n".encode())

    def _keep(self, lines):
        content = b""
        while (line := lines.readline()) not in {b".\r\n", b""}:
            content += line.removeprefix(b".")
        mail = email.message_from_bytes(content, policy=email.policy.default)
        with self._lock:
            self.letters.append(mail)

    def _holds(self, moment, line):
        """Say whether the answer was held back; it is until whoever waits for it has gone."""
        with self._lock:
            if self._hold != moment:
                return False
            self._hold = None
        self._held.set()
        while line.rfile.read(1):
            pass
        return True
