"""What customers say of a product, and what one of them has to do with it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from dbProject import statements
from products.models import RATINGS, Product, Review, ReviewInvitation, ReviewVote
from users.models import User

ON_A_PAGE = 20


class Said(NamedTuple):
    """Some approved reviews: page ``number`` of ``pages``, the newest first; only those with ``stars``."""

    rows: list[Review]
    stars: int | None
    number: int
    pages: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


@dataclass(frozen=True, slots=True)
class Own:
    """What a customer has to do with a product: their review, if they got it, and what they found helpful."""

    review: Review | None
    is_buyer: bool
    voted: frozenset[int]


def of(product: Product, *, stars: int | None = None, number: int = 1) -> Said:
    """Return what is said of a product as :class:`Product` counts it; what is no page counts as the first."""
    wanted = stars if stars in RATINGS else None
    counted = [getattr(product, f"stars_{rating}") for rating in ([wanted] if wanted else RATINGS)]
    pages = max(1, -(-sum(counted) // ON_A_PAGE))
    number = number if 1 <= number <= pages else 1
    if wanted is None and number == 1:
        found: list[Any] = statements.rows("reviews", _newest, product.pk)
    else:
        rows = _shown(product.pk).filter(rating=wanted) if wanted else _shown(product.pk)
        found = list(rows[(number - 1) * ON_A_PAGE : number * ON_A_PAGE])
    for review in found:
        review.user = User(pk=review.user_id, first_name=review.first_name)
    return Said(found, wanted, number, pages)


def own(user: User, product: Product) -> Own:
    """Return what ``user`` has to do with a product's reviews; three queries."""
    voted = ReviewVote.objects.filter(user=user, review__product=product).values_list("review", flat=True)
    row: Review | None = Review.objects.filter(user=user, product=product).first()
    is_buyer = ReviewInvitation.objects.filter(user=user, product=product).exists()
    return Own(row, is_buyer, frozenset(voted))


def written_by(user: User) -> QuerySet[Review]:
    """Return what ``user`` has written, with its products, the newest first."""
    rows: QuerySet[Review] = Review.objects.filter(user=user).select_related("product")
    return rows.order_by("-created_at", "-pk")


def approved_of(product: Product, *, stars: int | None = None) -> QuerySet[Review]:
    """Return what is said of a product as :class:`Product` counts it, with who said it, the newest first."""
    rows: QuerySet[Review] = Review.objects.approved().filter(product=product).select_related("user")
    chosen = rows if stars is None else rows.filter(rating=stars)
    return chosen.order_by("-created_at", "-pk")


def _newest(product: int) -> QuerySet[Review]:
    return _shown(product)[:ON_A_PAGE]


def _shown(product: int) -> QuerySet[Review]:
    approved: QuerySet[Review] = Review.objects.approved().filter(product=product)
    return approved.annotate(first_name=F("user__first_name")).order_by("-created_at", "-pk")
