"""``manage.py error_report``: the errors of the last 24 hours."""

from typing import Any

from django.core.management.base import BaseCommand

from dbProject.incidents import selectors


class Command(BaseCommand):
    help = "Print the errors of the last 24 hours: how grave, of what kind, and the ten most common."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in selectors.in_words(selectors.statistics()):
            self.stdout.write(line)
