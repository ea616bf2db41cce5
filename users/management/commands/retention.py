"""``manage.py retention``: let go of what is too old."""

from typing import Any

from django.core.management.base import BaseCommand

from dbProject import retention


class Command(BaseCommand):
    """Print of each kind how many rows went. Beat does the same every night; repeating it changes nothing."""

    help = "Applies the periods for which personal data are kept (docs/decisions/privacy.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(" ".join(f"{kind}={count}" for kind, count in retention.apply().items()))
