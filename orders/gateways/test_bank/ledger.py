"""The test bank's own books, in a SQLite file that the shop's database knows nothing of."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    reference TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, order_number TEXT NOT NULL, cents INTEGER NOT NULL,
    currency TEXT NOT NULL, language TEXT NOT NULL, return_url TEXT NOT NULL, state TEXT NOT NULL,
    made_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS movements (
    movement TEXT PRIMARY KEY, reference TEXT NOT NULL REFERENCES payments, kind TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents >= 0), key TEXT NOT NULL UNIQUE, made_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS webhooks (
    webhook TEXT PRIMARY KEY, body TEXT NOT NULL, due_at REAL NOT NULL, copies INTEGER NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS faults (call TEXT PRIMARY KEY, fault TEXT NOT NULL, times INTEGER NOT NULL);
"""
OPEN, ASKED, AUTHORIZED, PAID, CLOSED = "open", "asked", "authorized", "paid", "closed"
LEASE_SECONDS = 15.0
"""How long a webhook is left to whoever sends it; then it is due again."""
GIVES_UP_AFTER = 50
"""Times that one webhook is sent."""


class Payment(NamedTuple):
    """A row of ``payments``: ``cents`` is the amount in hundredths of the currency."""

    reference: str
    key: str
    order_number: str
    cents: int
    currency: str
    language: str
    return_url: str
    state: str
    made_at: float


class Movement(NamedTuple):
    """A row of ``movements``, with the order that it belongs to."""

    movement: str
    reference: str
    kind: str
    cents: int
    key: str
    made_at: float
    order_number: str


class Manners(NamedTuple):
    """How the bank tells of one step: so many times, so late."""

    copies: int = 1
    late_seconds: float = 0.0


PROMPT = Manners()


class Refused(Exception):
    """The bank says no; the text says why."""


@contextmanager
def _books() -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction, which others wait for."""
    path = Path(settings.TEST_BANK_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as books:
        books.execute("PRAGMA journal_mode=WAL")
        books.executescript(SCHEMA)
        books.execute("BEGIN IMMEDIATE")
        try:
            yield books
        except BaseException:
            books.execute("ROLLBACK")
            raise
        books.execute("COMMIT")


def open_payment(**asked: Any) -> Payment:
    """Open a payment, or return the one with the same key.

    Raises:
        Refused: The key stands for another amount or order.
    """
    with _books() as books:
        books.execute(
            "INSERT OR IGNORE INTO payments VALUES"
            " (:reference, :key, :order_number, :cents, :currency, :language, :return_url, :state, :made_at)",
            {**asked, "reference": f"pay_{secrets.token_urlsafe(18)}", "state": OPEN, "made_at": time.time()},
        )
        row = books.execute("SELECT * FROM payments WHERE key = ?", [asked["key"]]).fetchone()
        found = Payment(*row)
        if (found.cents, found.order_number) != (asked["cents"], asked["order_number"]):
            raise Refused("this key was used for another payment")
        return found


def payment(reference: str) -> Payment | None:
    """Return a payment."""
    with _books() as books:
        return _payment(books, reference)


def movements(*, reference: str | None = None, since: float = 0.0) -> list[Movement]:
    """Return what happened, the oldest first: to one payment, or to all."""
    with _books() as books:
        rows = books.execute(
            "SELECT movements.*, payments.order_number FROM movements JOIN payments USING (reference)"
            " WHERE movements.made_at >= ? AND (? IS NULL OR reference = ?) ORDER BY movements.rowid",
            [since, reference, reference],
        )
        return [Movement(*row) for row in rows]


def pay(reference: str, *, manners: Manners = PROMPT) -> None:
    """Take the money of an open payment; repeatable."""
    with _books() as books:
        found = _known(books, reference)
        if found.state in {PAID, CLOSED}:
            return
        _move(books, found, "captured", found.cents, key=f"capture:{reference}", state=PAID, manners=manners)


def decline(reference: str, *, manners: Manners = PROMPT) -> None:
    """Refuse the customer's card once; the payment stays open."""
    with _books() as books:
        found = _known(books, reference)
        if found.state in {OPEN, ASKED}:
            key = f"decline:{secrets.token_hex(8)}"
            _move(books, found, "declined", 0, key=key, state=OPEN, manners=manners)


def close(reference: str) -> None:
    """Let an open payment take no more cards; repeatable.

    Raises:
        Refused: It has been paid, or promised.
    """
    with _books() as books:
        if _known(books, reference).state in {AUTHORIZED, PAID}:
            raise Refused("paid already")
        books.execute("UPDATE payments SET state = ? WHERE reference = ?", [CLOSED, reference])


def ask(reference: str) -> None:
    """Ask the customer for a confirmation, as banks do."""
    with _books() as books:
        books.execute(
            "UPDATE payments SET state = ? WHERE reference = ? AND state = ?", [ASKED, reference, OPEN]
        )


def authorize(reference: str, *, manners: Manners = PROMPT) -> None:
    """Promise the money of a payment that the customer has confirmed; the shop has yet to take it."""
    with _books() as books:
        found = _known(books, reference)
        if found.state in {OPEN, ASKED}:
            key = f"authorize:{reference}"
            _move(books, found, "authorized", found.cents, key=key, state=AUTHORIZED, manners=manners)


def capture(reference: str) -> Movement:
    """Take what was authorized; repeatable.

    Raises:
        Refused: Nothing is.
    """
    with _books() as books:
        found = _known(books, reference)
        if found.state not in {AUTHORIZED, PAID}:
            raise Refused("not authorized")
        key = f"capture:{reference}"
        return _move(books, found, "captured", found.cents, key=key, state=PAID)


def refund(reference: str, *, cents: int, key: str) -> Movement:
    """Give money back, under one key once.

    Raises:
        Refused: More than is left of the payment.
    """
    with _books() as books:
        found = _known(books, reference)
        known = _by_key(books, key)
        totals = dict(
            books.execute(
                "SELECT kind, sum(cents) FROM movements WHERE reference = ? GROUP BY kind", [reference]
            )
        )
        if not known and cents > totals.get("captured", 0) - totals.get("refunded", 0):
            raise Refused("more than is left of this payment")
        return _move(books, found, "refunded", cents, key=key, state=found.state)


def take_due_webhooks(*, limit: int = 50) -> list[tuple[str, str]]:
    """Return webhooks that are to be sent now, as (id, body). Unless told otherwise, they are due again."""
    now = time.time()
    with _books() as books:
        rows: list[tuple[str, str]] = books.execute(
            "SELECT webhook, body FROM webhooks WHERE copies > 0 AND due_at <= ? ORDER BY due_at LIMIT ?",
            [now, limit],
        ).fetchall()
        books.executemany(
            "UPDATE webhooks SET due_at = ?, sent = sent + 1,"
            " copies = CASE WHEN sent < ? THEN copies ELSE 0 END WHERE webhook = ?",
            [(now + LEASE_SECONDS, GIVES_UP_AFTER, webhook) for webhook, _body in rows],
        )
        return rows


def webhook_accepted(webhook: str) -> None:
    """Note that the shop has taken a webhook; one that goes out twice is due at once again."""
    with _books() as books:
        books.execute(
            "UPDATE webhooks SET copies = copies - 1, due_at = ? WHERE webhook = ?", [time.time(), webhook]
        )


def set_fault(call: str, fault: str, *, times: int = 1) -> None:
    """Let the next ``times`` calls of one of the gateway's methods go wrong.

    ``lose`` does what was asked and loses the answer; ``down`` does nothing; a number waits so many seconds.
    """
    with _books() as books:
        books.execute("INSERT OR REPLACE INTO faults VALUES (?, ?, ?)", [call, fault, times])


def take_fault(call: str) -> str:
    """Return what is to go wrong with this call, if anything."""
    with _books() as books:
        row = books.execute("SELECT fault FROM faults WHERE call = ? AND times > 0", [call]).fetchone()
        books.execute("UPDATE faults SET times = times - 1 WHERE call = ?", [call])
        return str(row[0]) if row else ""


def _payment(books: sqlite3.Connection, reference: str) -> Payment | None:
    row = books.execute("SELECT * FROM payments WHERE reference = ?", [reference]).fetchone()
    return Payment(*row) if row else None


def _known(books: sqlite3.Connection, reference: str) -> Payment:
    found = _payment(books, reference)
    if found is None:
        raise Refused("no such payment")
    return found


def _by_key(books: sqlite3.Connection, key: str) -> Movement | None:
    row = books.execute(
        "SELECT movements.*, payments.order_number FROM movements JOIN payments USING (reference)"
        " WHERE movements.key = ?",
        [key],
    ).fetchone()
    return Movement(*row) if row else None


def _move(
    books: sqlite3.Connection,
    found: Payment,
    kind: str,
    cents: int,
    *,
    key: str,
    state: str,
    manners: Manners = PROMPT,
) -> Movement:
    """Write a movement and the webhook that tells of it; under a known key, return what was written then."""
    if known := _by_key(books, key):
        return known
    now = time.time()
    movement = Movement(
        f"mov_{secrets.token_hex(12)}", found.reference, kind, cents, key, now, found.order_number
    )
    books.execute("INSERT INTO movements VALUES (?, ?, ?, ?, ?, ?)", movement[:6])
    books.execute("UPDATE payments SET state = ? WHERE reference = ?", [state, found.reference])
    webhook = f"evt_{secrets.token_hex(12)}"
    books.execute(
        "INSERT INTO webhooks (webhook, body, due_at, copies) VALUES (?, ?, ?, ?)",
        [
            webhook,
            json.dumps({"id": webhook, **movement._asdict()}),
            now + manners.late_seconds,
            manners.copies,
        ],
    )
    return movement
