"""``manage.py reconcile``: do the books agree?"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from orders.services import reconciliation


class Command(BaseCommand):
    """Print every disagreement and, last, how many there are; exit 1 when there are any."""

    help = "Proves stock, orders, money, coupons and outbox. Exit 0 and breaks=0 when sound."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="bring derived figures up to date first")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        mended = reconciliation.mend() if options["fix"] else 0
        found = reconciliation.look()
        if options["json"]:
            rows = [one._asdict() for one in found]
            self.stdout.write(json.dumps({"breaks": len(found), "mended": mended, "found": rows}))
        else:
            for one in found:
                self.stdout.write(f"{one.rule} {one.subject}: {one.detail}")
            if mended:
                self.stdout.write(f"mended={mended}")
            self.stdout.write(f"breaks={len(found)}")
        if found:
            raise SystemExit(1)
