"""``manage.py export_orders``: orders as Parquet files, one a day."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dbProject.errors import ShopError
from orders.services.analytics import export


def day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day like 2026-11-27") from None


class Command(BaseCommand):
    """Write the days of which something has changed; a second time nothing."""

    help = "Writes orders, their lines, customers and events to Parquet files in ANALYTICS_DIR, by day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=day, metavar="DAY", help="all days from there on as well")
        parser.add_argument("--all", action="store_true", help="all days")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = export.run(since=options["since"], everything=options["all"], progress=self._tell)
        except ShopError as refusal:
            raise CommandError(refusal.detail) from refusal
        rows = ", ".join(f"{count} {name}" for name, count in done.rows.items())
        self.stdout.write(f"Read {done.total} days: {rows}.")
        self.stdout.write(f"Wrote {done.written}, emptied {done.emptied}, {done.same} were the same already.")

    def _tell(self, done: export.Export) -> None:
        if self.stderr.isatty():
            self.stderr.write(
                f"\r{done.done} of {done.total} days", ending="" if not done.is_finished else "\n"
            )
