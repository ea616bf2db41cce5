"""``manage.py refresh_analytics``: what is computed of orders, brought up to date."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dbProject.errors import ShopError
from orders.services.analytics import refresh


class Command(BaseCommand):
    """Export what has changed, compute what follows from it and swap it in. Ends with 1 if that failed."""

    help = "Exports orders and computes reports of them, where something has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="all days, changed or not")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = refresh.run(everything=options["all"], tell=self._tell)
        except ShopError as refusal:
            raise CommandError(refusal.detail) from refusal
        exported, rolled = done.exported, done.rolled
        self.stdout.write(
            f"Exported {exported.total} days, {exported.written + exported.emptied} of them changed.\n"
            f"Computed {rolled.days} days in {rolled.months} months: {rolled.rows} sums,"
            f" and {done.results} results of customers."
        )

    def _tell(self, step: str, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{step}: {done} of {total}", ending="" if done < total else "\n")
