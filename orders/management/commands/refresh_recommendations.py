"""``manage.py refresh_recommendations``: what goes with what, computed anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dbProject.errors import ShopError
from orders.services.analytics import recommendations
from products.models import Recommendation


class Command(BaseCommand):
    """Compute on what ``export_orders`` has written, and swap each kind in as soon as it is there."""

    help = "Computes what is bought together, viewed together and in demand, from exported orders."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = Recommendation.Kind.values
        parser.add_argument("--kind", action="append", choices=kinds, help="only this; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = recommendations.refresh(options["kind"] or Recommendation.Kind.values)
        except ShopError as refusal:
            raise CommandError(refusal.detail) from refusal
        for kind, subjects in found.items():
            what = "categories" if kind == Recommendation.Kind.TRENDING else "products"
            self.stdout.write(f"{kind:<10}{subjects:>8} {what}")
