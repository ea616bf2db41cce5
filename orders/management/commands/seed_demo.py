"""``manage.py seed_demo``: a shop worth looking at, in one command."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from dbProject.pages import services as pages
from orders.services import demo as terms
from orders.services import demo_orders, demo_today, sales
from products.demo import catalog
from products.services import demo, search_words
from users.services import demo as people


def count(text: str) -> int:
    """Read a number of things."""
    if not text.isdigit():
        raise ArgumentTypeError(f"{text} is no whole number from 0 up")
    return int(text)


class Command(BaseCommand):
    """Fill the shop with the demo store; repeating it adds nothing."""

    help = "Fills the shop with demo data, reproducible by seed. Repeating it adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=count, default=200, metavar="N", help="default 200")
        parser.add_argument("--customers", type=count, default=60, metavar="N", help="default 60")
        parser.add_argument("--orders", type=count, default=300, metavar="N", help="default 300")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another shop")
        parser.add_argument(
            "--without-pictures", action="store_true", help="quicker; seeding again without this adds them"
        )
        parser.add_argument("--if-empty", action="store_true", help="only where nothing was ever for sale")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and not demo.is_empty():
            self.stdout.write("The shop has products already; nothing was added.")
        else:
            wanted = ("products", "customers", "orders", "seed", "without_pictures")
            self._seed(**{name: options[name] for name in wanted})
        self.stdout.write(f"Demo staff     {people.STAFF_EMAIL} / {people.PASSWORD} at /admin/")
        self.stdout.write(f"Demo customer  {people.CUSTOMER_EMAIL} / {people.PASSWORD}")

    def _seed(self, *, products: int, customers: int, orders: int, seed: int, without_pictures: bool) -> None:
        wanted = catalog.catalog(products=products, seed=seed)
        staff = people.add_staff()
        buyers = people.add_customers(customers, seed=seed)
        demo.add_shelves(wanted)
        for page in wanted.pages:
            pages.add_page(slug=page.slug, title=page.title, body=page.body, language=page.language)
        with self._bar("Products", len(wanted.products)) as advance:
            added = demo.add_products(wanted, progress=advance)
        drawn = 0 if without_pictures else self._draw(wanted)
        reviews = demo.add_reviews(wanted, customers=buyers)
        search_words.refresh()
        zones, offers = terms.add_delivery(), terms.add_offers()
        with self._bar("Orders", orders) as advance:
            placed = demo_orders.add_orders(
                orders, seed=seed, customers=buyers, staff=staff, progress=advance
            )
        demo_today.work(staff=staff, customer=buyers[0] if buyers else staff)
        sales.write_down()
        self.stdout.write(f"Added {added} products, {drawn} pictures and {reviews} reviews.")
        self.stdout.write(f"Added {zones} delivery zones, {offers} offers and {placed} orders.")

    def _draw(self, wanted: catalog.DemoCatalog) -> int:
        demo.add_tiles(wanted)
        with self._bar("Pictures", len(wanted.products)) as advance:
            return demo.add_pictures(wanted, progress=advance)

    @contextmanager
    def _bar(self, what: str, total: int) -> Iterator[Any]:
        """Show progress where somebody watches."""
        columns = TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=Console(stderr=True), disable=not self.stderr.isatty()) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
