"""``manage.py erase ADDRESS``: forget somebody who asked for it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dbProject import personal_data
from dbProject.errors import ShopError
from users.models import User


class Command(BaseCommand):
    """Erase an account, and what was left under its address without one. Repeating it changes nothing."""

    help = (
        "Erases every personal trace of whoever has this address. Orders and invoices stay, without a name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do not ask, as without a terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first()
        if not (options["yes"] or self._is_meant(email)):
            raise CommandError("Nothing was erased.")
        try:
            if user is not None:
                personal_data.erase(user)
            rows = personal_data.forget_address(email)
        except ShopError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"account={'erased' if user else 'none'} rows_of_guests={rows}")

    def _is_meant(self, email: str) -> bool:
        if not sys.stdin.isatty():
            return True
        self.stdout.write(f"This erases {email} for ever. Type the address again to go on: ", ending="")
        self.stdout.flush()
        return input().strip().lower() == email
