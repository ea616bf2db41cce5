"""``manage.py profile_request /products/?q=mug``: where the time of a page goes."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import HttpResponseBase
from django.test import Client, override_settings

from dbProject import profiling


class Command(BaseCommand):
    help = (
        "Asks for a page four times, and prints its functions, its queries with their plans, its allocations."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="Address within the shop, such as /products/?q=mug")
        parser.add_argument(
            "--as", dest="user", help="Mail address of the customer or staff who asks for it."
        )
        parser.add_argument("--shared", action="store_true", help="Let a page be answered from memory.")
        parser.add_argument("--no-plans", action="store_true", help="Do not ask the database for its plans.")
        parser.add_argument(
            "--link",
            action="store_true",
            help="Only print the signed address at which staff read this in a browser, in development.",
        )

    def handle(self, *_: Any, path: str, user: str | None, **options: Any) -> None:
        if not path.startswith("/"):
            raise CommandError("The path begins with a slash, such as /products/?q=mug")
        if options["link"]:
            self.stdout.write(settings.SITE_URL + profiling.signed(path))
            return
        site = urlsplit(settings.SITE_URL)
        client = Client(SERVER_NAME=site.hostname or "", headers={"accept-language": "en"})
        if user is not None:
            found = get_user_model().objects.filter(email__iexact=user).first()
            if found is None:
                raise CommandError(f"Nobody has the address {user}.")
            client.force_login(found)

        def answer() -> HttpResponseBase:
            return client.get(path, secure=site.scheme == "https")

        kept = {} if options["shared"] else {"SHARED_PAGE_SECONDS": 0}
        try:
            with override_settings(**kept):
                answer()  # templates are read, connections opened
                response, seconds, asked = profiling.time_of(answer)
                _response, functions = profiling.functions_of(answer)
                allocations = profiling.allocations_of(answer)
        finally:
            if user is not None:
                client.logout()
        queries = sum(one.seconds for one in asked)
        title = f"{1000 * seconds:.1f} ms, of which {1000 * queries:.1f} ms for {len(asked)} queries"
        self.stdout.write(
            profiling.report(
                path,
                response,
                (title, profiling.statements_of(asked, with_plans=not options["no_plans"])),
                ("Functions", functions),
                ("Allocations", allocations),
            )
        )
