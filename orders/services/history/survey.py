"""What files of past orders say of their goods, and which of their lines came before, kept on disk."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from hashlib import sha256
from types import TracebackType
from typing import NamedTuple, Self

from django.conf import settings

from orders.readers import PastLine
from products.readers import texts

REMARK = re.compile(
    r"\W*(?:damage[sd]?|lost|found|check|adjust(?:ment)?|missing|wrong.*|broken|faulty|returned|samples?"
    r"|mailout|amazon.*|dotcom.*|thrown away.*|sold as.*|display|showroom|test|incorrect.*|counted)\W*",
    re.IGNORECASE,
)
"""What people in the warehouse write where the name of a thing should be."""

TABLES = """
    PRAGMA journal_mode=OFF;
    PRAGMA synchronous=OFF;
    CREATE TABLE names (code TEXT, name TEXT, lines INTEGER, PRIMARY KEY (code, name)) WITHOUT ROWID;
    CREATE TABLE prices (code TEXT PRIMARY KEY, price TEXT, at TEXT) WITHOUT ROWID;
    CREATE TABLE seen (key BLOB PRIMARY KEY, lines INTEGER) WITHOUT ROWID;
"""


class Goods(NamedTuple):
    """What a thing is called and costs in the store's currency, as far as files and rates say it."""

    name: str
    price: Decimal | None


class Survey:
    """What has been read so far, kept in a temporary file: a million lines cost no memory.

    ``add`` is for the first reading of all files: a product that one of them is the first to name gets the
    name and the price that all of them agree on best. ``occurrence`` is for the second.
    """

    def __init__(self, rates: Mapping[str, Decimal] | None = None) -> None:
        """``rates`` say what one unit of a currency is worth in that of the store."""
        self._rates = {**(rates or {}), settings.STORE_CURRENCY: Decimal(1)}

    def __enter__(self) -> Self:
        self._database = sqlite3.connect("", isolation_level=None)  # "": a file that nobody else sees
        self._database.executescript(TABLES)
        self._database.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()

    def add(self, line: PastLine) -> None:
        """Note what ``line`` calls its goods and what they cost; what was not sold says nothing of that."""
        if line.is_fee or line.is_cancellation or line.unit_price <= 0 or line.quantity <= 0:
            return
        at = line.placed_at.astimezone(UTC).isoformat()
        rate = self._rates.get(line.currency)
        self._database.execute(
            "INSERT INTO prices VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
            " SET price = excluded.price, at = excluded.at"
            " WHERE excluded.price IS NOT NULL AND (price IS NULL OR excluded.at >= at)",
            (line.code, None if rate is None else str(line.unit_price * rate), at),
        )
        if is_name(name := texts.plain(line.description)):
            self._database.execute(
                "INSERT INTO names VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET lines = lines + 1",
                (line.code, name),
            )

    def goods(self, code: str) -> Goods | None:
        """Return what ``code`` stands for; none if it was never sold for money."""
        price = self._database.execute("SELECT price FROM prices WHERE code = ?", (code,)).fetchone()
        if price is None:
            return None
        best = "SELECT name FROM names WHERE code = ? ORDER BY lines DESC, name LIMIT 1"
        name = self._database.execute(best, (code,)).fetchone()
        return Goods(name[0] if name else code, None if price[0] is None else Decimal(price[0]))

    def occurrence(self, line: PastLine, *, file: int, fingerprint: str) -> int:
        """Return how often this file has said ``line`` by now, counted from 1."""
        text = f"{file}\x1f{line.member}\x1f{line.invoice}\x1f{fingerprint}"
        key = sha256(text.encode()).digest()[:16]
        counted = self._database.execute(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET lines = lines + 1 RETURNING lines",
            (key,),
        )
        return int(counted.fetchone()[0])


def is_name(text: str) -> bool:
    """Say whether ``text`` can be the name of a thing, and is no remark of the warehouse."""
    has_letters = sum(character.isalpha() for character in text) > 1
    return has_letters and text != text.lower() and text[0] != "?" and not REMARK.fullmatch(text)
