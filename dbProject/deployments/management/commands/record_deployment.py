"""``manage.py record_deployment``: the last step of a deployment."""

import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from dbProject.deployments import services


class Command(BaseCommand):
    help = "Write down that RELEASE serves from now on: who brought it, and when."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", default="", help="Who; the account that runs this, if not said.")
        parser.add_argument(
            "--attempt",
            default="",
            help="What a repeated call has in common, such as a build number; the minute, if not said.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        release = settings.RELEASE
        attempt = options["attempt"] or f"{release} {timezone.now():%Y-%m-%dT%H:%M}"
        by = options["by"] or getpass.getuser()
        is_new = services.record(release=release, by=by, attempt=attempt)
        self.stdout.write(f"deployed={release} by={by}" if is_new else f"deployed={release} recorded before")
