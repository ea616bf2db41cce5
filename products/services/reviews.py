"""Every change of what customers say, and of who gets to read it.

Each locks the products' rows first, in pk order, and counts their stars anew at the end: so the counts are
exact whatever happens at once.
"""

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import caching, html
from products.errors import ReviewRefused, UnknownProduct, UnknownReview
from products.models import RATINGS, Product, Review, ReviewInvitation, ReviewVote
from users.models import User


@transaction.atomic
def write(user: User, *, product_id: int, rating: int, title: str, content: str) -> Review:
    """Store the one review that ``user`` has of a product, new or changed; it waits until staff approve it.

    A variant's is that of its parent. Markup is taken out. Repeating it changes nothing.

    Raises:
        UnknownProduct: There is nothing for sale with this pk.
        ReviewRefused: Staff have taken this customer's review away.
    """
    owner = _page_of([product_id]).get(product_id)
    if owner is None or not _lock([owner]):
        raise UnknownProduct(_("This product is no longer for sale."))
    said = {"rating": rating, "title": html.plain(title), "content": html.plain_lines(content)}
    review: Review | None = Review.all_objects.filter(product=owner, user=user).first()
    if review is None:
        is_verified = ReviewInvitation.objects.filter(user=user, product=owner).exists()
        return Review.objects.create(product_id=owner, user=user, is_verified_purchase=is_verified, **said)
    if review.is_deleted:
        raise ReviewRefused(_("Your review of this was not published, and cannot be written again."))
    if said != {name: getattr(review, name) for name in said}:
        for name, value in said.items():
            setattr(review, name, value)
        was_shown, review.is_approved = review.is_approved, False
        review.save(update_fields=[*said, "is_approved", "updated_at"])
        _told(int(was_shown), [owner])
    return review


@transaction.atomic
def remove(user: User, *, review_id: int) -> None:
    """Delete a review by its author's wish, with its votes; another may be written. Repeatable."""
    owner = Review.objects.filter(pk=review_id, user=user).values_list("product", flat=True).first()
    if owner is not None:
        _lock([owner])
        rows = Review.objects.filter(pk=review_id, user=user)
        _told(rows.hard_delete()[0], [owner])


@transaction.atomic
def approve(pks: Collection[int]) -> int:
    """Show these reviews, rejected ones included; return how many were not shown. Repeatable."""
    owners = _lock_products_of(pks)
    rows = Review.all_objects.filter(pk__in=pks).exclude(is_approved=True, deleted_at=None)
    count = rows.update(is_approved=True, deleted_at=None, updated_at=timezone.now())
    return _told(count, owners)


@transaction.atomic
def withdraw(pks: Collection[int]) -> int:
    """Stop showing these reviews until somebody looks again; return how many were shown. Repeatable."""
    owners = _lock_products_of(pks)
    rows = Review.objects.filter(pk__in=pks, is_approved=True)
    return _told(rows.update(is_approved=False, updated_at=timezone.now()), owners)


@transaction.atomic
def reject(pks: Collection[int]) -> int:
    """Take these reviews away for good; their authors' one word on that product is used. Repeatable."""
    owners, now = _lock_products_of(pks), timezone.now()
    rows = Review.objects.filter(pk__in=pks)
    return _told(rows.update(is_approved=False, deleted_at=now, updated_at=now), owners)


@transaction.atomic
def vote(user: User, *, review_id: int, is_helpful: bool) -> None:
    """Note that ``user`` found a review of somebody else helpful, or no longer does. Repeatable.

    Raises:
        UnknownReview: It is not shown, or their own.
    """
    rows: QuerySet[Review] = Review.objects.approved().exclude(user=user)
    review = rows.select_for_update(of=("self",)).filter(pk=review_id).first()
    if review is None:
        raise UnknownReview(_("This review is no longer shown."))
    if is_helpful:
        _vote, is_new = ReviewVote.objects.get_or_create(review=review, user=user)
        change = int(is_new)
    else:
        change = -ReviewVote.objects.filter(review=review, user=user).delete()[0]
    if change:
        Review.objects.filter(pk=review.pk).update(helpful_count=F("helpful_count") + change)


@transaction.atomic
def invite(user: User, *, product_ids: Collection[int], reference: str, language: str) -> None:
    """Note that ``user`` has got what they bought: their reviews of it, past and future, are verified.

    After ``REVIEW_MAIL_AFTER`` they are asked for one by mail, once for each ``reference``. Repeatable.
    """
    owners = _lock(_page_of(product_ids).values())
    due_at = timezone.now() + settings.REVIEW_MAIL_AFTER
    ReviewInvitation.objects.bulk_create(
        [
            ReviewInvitation(
                user=user, product_id=owner, reference=reference, language=language, due_at=due_at
            )
            for owner in owners
        ],
        ignore_conflicts=True,
    )
    rows = Review.objects.filter(user=user, product__in=owners, is_verified_purchase=False)
    if rows.update(is_verified_purchase=True):
        caching.forget("catalog")


@transaction.atomic
def forget_of(user: User) -> None:
    """Delete all that ``user`` has written and voted for, rejected reviews included. Repeatable."""
    written = Review.all_objects.filter(user=user)
    owners = _lock(written.values_list("product", flat=True))
    liked = Review.all_objects.filter(votes__user=user).order_by("pk").select_for_update(of=("self",))
    pks = list(liked.values_list("pk", flat=True))
    Review.all_objects.filter(pk__in=pks).update(helpful_count=F("helpful_count") - 1)
    ReviewVote.objects.filter(user=user).delete()
    ReviewInvitation.objects.filter(user=user).delete()
    _told(written.hard_delete()[0], owners)


@transaction.atomic
def recount(product_ids: Iterable[int]) -> None:
    """Count the stars of these products anew. Repeatable."""
    for pk in _lock(product_ids):
        _count(pk)


def _page_of(product_ids: Collection[int]) -> dict[int, int]:
    """Return for each product the one whose page it stands on: itself, or its parent."""
    rows = Product.objects.filter(pk__in=product_ids).values_list("pk", "parent")
    return {pk: parent or pk for pk, parent in rows}


def _lock(product_ids: Iterable[int]) -> list[int]:
    """Lock what has a page in the order of ``services.stock``: singles, then parents; ignore what is gone."""
    rows = Product.all_objects.filter(pk__in=set(product_ids)).order_by("-kind", "pk")
    return list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _lock_products_of(pks: Collection[int]) -> list[int]:
    return _lock(Review.all_objects.filter(pk__in=pks).values_list("product", flat=True))


def _told(count: int, owners: Iterable[int]) -> int:
    if count:
        for pk in owners:
            _count(pk)
        caching.forget("catalog")
    return count


def _count(pk: int) -> None:
    """Write down the stars of a locked product."""
    stars = {f"stars_{rating}": Count("pk", filter=Q(rating=rating)) for rating in RATINGS}
    counts = Review.objects.approved().filter(product=pk).order_by().aggregate(**stars)
    Product.all_objects.filter(pk=pk).update(**counts)
