"""``manage.py evaluate_recommendations``: would they have named what was bought?"""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from dbProject.errors import ShopError
from orders.services.analytics import recommendations


def day(text: str) -> date:
    """Read a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day like 2026-11-27") from None


def months(text: str) -> int:
    """Read how many months are held out."""
    if not (text.isdigit() and 1 <= int(text) <= 60):
        raise ArgumentTypeError(f"{text} is no whole number from 1 to 60")
    return int(text)


class Command(BaseCommand):
    """Learn from all but the last months, and recommend ten products to each basket of those months."""

    help = (
        "Hides one product of each basket of the last months, and says how often it is among ten that are"
        " recommended from the others. Learns only from what was sold before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=months, default=1, metavar="N", help="held out; default 1")
        parser.add_argument("--until", type=day, metavar="DAY", help="as if this were the day after the last")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            trial = recommendations.evaluate(months=options["months"], until=options["until"])
        except ShopError as refusal:
            raise CommandError(refusal.detail) from refusal
        percent = _percent(trial.with_neighbors, trial.sold)
        self.stdout.write(f"Learned from {trial.trained_on:,} baskets before {trial.since}.")
        self.stdout.write(
            f"Tried on {trial.baskets:,} baskets of two products or more,"
            f" from {trial.since} to before {trial.until}."
        )
        self.stdout.write(
            f"{trial.with_neighbors:,} of {trial.sold:,} products have neighbors ({percent});"
            f" none is a neighbor of more than {trial.most_told:,}."
        )
        table = Table("Recommended", "Hits", "Hit rate @10", "Products ever named")
        for way in trial.ways:
            rate, named = _percent(way.hits, trial.baskets), _percent(way.products, trial.sold)
            table.add_row(way.name, f"{way.hits:,}", rate, named)
        for column in table.columns[1:]:
            column.justify = "right"
        console = Console(width=90)
        with console.capture() as drawn:
            console.print(table)
        self.stdout.write(drawn.get())


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
