"""The rows of the home page, each with a reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from dbProject import caching, statements
from products.models import Product, ProductQuerySet, Recommendation, Review, StockMovement
from products.selectors import catalog

ROW = 4
CANDIDATES = 3 * ROW
"""For one row: some of them stand in a row above already."""
SECONDS = 60
NEW_FOR = timedelta(days=7)
BACK_FOR = timedelta(days=14)
ARRIVALS = 200
"""The latest arrivals that are looked through for what was sold out before."""


@dataclass(frozen=True, slots=True)
class HomeRows:
    """What the home page shows, each list ready for cards. Rows repeat nothing while there is enough else."""

    newest: list[Product]
    in_demand: list[Product]
    most_loved: list[Product]
    back_in_stock: list[Product]
    affordable: list[Product]
    featured: list[Product]
    bestsellers: list[Product]

    @property
    def is_newest_new(self) -> bool:
        """Say whether all of ``newest`` came within a week."""
        return all(product.created_at > timezone.now() - NEW_FOR for product in self.newest)


def rows(*, affordable_below: Decimal) -> HomeRows:
    """Return what is new, in demand, liked best by reviews, back, costs little, is picked and sells.

    Five queries: which are in demand, which products, the products, their covers, their colors. Which ones is
    remembered for a minute.
    """
    chosen = caching.remember(
        "catalog", f"home:{affordable_below}", lambda: _candidates(affordable_below), seconds=SECONDS
    )
    wanted = tuple(dict.fromkeys(pk for _row, pk in chosen))
    found: dict[int, Any] = {one.pk: one for one in statements.rows("home", _cards_of, wanted)}
    shown: dict[str, list[Any]] = {}
    taken: set[int] = set()
    for name, ranked in _ORDERS.items():
        own = ranked([found[pk] for row, pk in chosen if row == name and pk in found])
        fresh = [product for product in own if product.pk not in taken]
        shown[name] = [*fresh, *(product for product in own if product.pk in taken)][:ROW]
        taken.update(product.pk for product in shown[name])
    catalog.dressed({product.pk: product for row in shown.values() for product in row}.values())
    return HomeRows(**shown)


def _cards_of(pks: tuple[int, ...]) -> ProductQuerySet:
    return catalog.cards(_listed().filter(pk__in=pks))


def _listed() -> ProductQuerySet:
    products: ProductQuerySet = Product.objects.active().listed()
    return products


def _candidates(affordable_below: Decimal) -> list[tuple[str, int]]:
    """Return the first of each row, as its name and a primary key; two queries."""
    whole = Q(kind=Recommendation.Kind.TRENDING, subject=Recommendation.WHOLE_SHOP)
    told = Recommendation.objects.filter(whole).values_list("products", flat=True).first() or []
    rank = {pk: place for place, (pk, _score) in enumerate(told)}
    available = _listed().filter(is_available=True)
    loved = Review.objects.approved().filter(product__in=_listed()).order_by().values("product")
    firsts: dict[str, QuerySet[Any, Any]] = {
        "newest": _listed().newest_first(),
        "in_demand": available.filter(pk__in=rank),
        "most_loved": loved.annotate(mean=Avg("rating"), reviews=Count("pk")).order_by(
            "-mean", "-reviews", "-product"
        ),
        "back_in_stock": available.filter(pk__in=_came_back()).bestsellers_first(),
        "affordable": available.filter(price_low__lt=affordable_below)
        .with_price_rank()
        .order_by(F("price_rank"), "-price_low", "-pk"),
        "featured": available.featured().newest_first(),
        "bestsellers": _listed().filter(units_sold__gt=0).bestsellers_first(),
    }
    first, *others = (
        Product.objects.filter(pk__in=rows.values("product" if rows.model is Review else "pk")[:CANDIDATES])
        .annotate(row=Value(name))
        .values_list("row", "pk")
        for name, rows in firsts.items()
    )
    return sorted(first.union(*others, all=True), key=lambda one: rank.get(one[1], 0))


def _came_back() -> Any:
    """Return the listed products of what was sold out until it arrived lately, as the ledger knows."""
    kinds = (StockMovement.Kind.IMPORT, StockMovement.Kind.ADJUSTMENT)
    since = timezone.now() - BACK_FOR
    arrivals = StockMovement.objects.filter(kind__in=kinds, change__gt=0, created_at__gt=since)
    from_it_on = (
        StockMovement.objects.filter(product=OuterRef("product"), pk__gte=OuterRef("pk"))
        .order_by()
        .values("product")
        .annotate(total=Sum("change"))
    )
    return (
        StockMovement.objects.filter(pk__in=arrivals.order_by("-pk").values("pk")[:ARRIVALS])
        .annotate(moved=Subquery(from_it_on.values("total"), output_field=IntegerField()))
        .filter(product__stock_quantity=F("moved"))  # so there was nothing before
        .values_list(Coalesce("product__parent", "product"))
    )


# In what order a row shows its products


def _descending(key: Callable[[Any], Any]) -> Callable[[Iterable[Any]], list[Any]]:
    return lambda products: sorted(products, key=key, reverse=True)


def _of_many_shelves(products: Sequence[Any]) -> list[Any]:
    """Return the cheapest of every category first, then the second; of those the dearest first."""
    before: Counter[int] = Counter()
    place = {}
    for product in sorted(products, key=lambda one: (one.price_low, one.pk)):
        place[product.pk] = before[product.category_id]
        before[product.category_id] += 1
    return sorted(products, key=lambda one: (place[one.pk], -one.price_low, -one.pk))


_ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "newest": _descending(lambda one: (one.created_at, one.pk)),
    "in_demand": list,  # as it is told
    "most_loved": _descending(lambda one: (one.avg_rating, one.review_count, one.pk)),
    "back_in_stock": _descending(lambda one: (one.units_sold, one.pk)),
    "affordable": _of_many_shelves,
    "featured": _descending(lambda one: (one.created_at, one.pk)),
    "bestsellers": _descending(lambda one: (one.units_sold, one.pk)),
}
"""The rows from the top of the page on; what is in one above is in no other."""
