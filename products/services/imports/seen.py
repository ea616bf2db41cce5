"""Which SKUs a file has named so far."""

import sqlite3
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _

from products.readers import Problem, Record


class Seen:
    """The SKUs of one file with their lines, kept in a temporary file: a million cost no memory."""

    def __enter__(self) -> Self:
        # "": a file that nobody else sees. Threads may take turns.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("CREATE TABLE seen (sku TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()

    def earlier(self, record: Record) -> Problem | None:
        """Remember ``record``; return why it is refused if the file has named its SKU before."""
        row = (record.sku, record.line)
        if self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", row).rowcount:
            return None
        found = self._database.execute("SELECT line FROM seen WHERE sku = ?", row[:1]).fetchone()
        reason = _("The SKU stands in line %(line)s already.") % {"line": found[0]}
        return Problem(record.line, "sku", record.sku, reason)
