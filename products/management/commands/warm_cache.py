"""``manage.py warm_cache``: no visitor waits for a page that all ask for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from products.services import warming


class Command(BaseCommand):
    """Build what visits begin with; for the moment after a deployment."""

    help = "Puts the pages that visits begin with into the cache, in every language. Repeatable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bestsellers",
            type=int,
            default=warming.BESTSELLERS,
            metavar="N",
            help=f"how many of what sells best (default {warming.BESTSELLERS})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        built = warming.warm(bestsellers=options["bestsellers"])
        self.stdout.write(f"built={built}")
