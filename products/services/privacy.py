"""What customers left in the catalog, told and erased (see ``dbProject.personal_data``)."""

from collections.abc import Sequence

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from dbProject.personal_data import Section, section
from products.models import Review, ReviewInvitation, ReviewVote, Wishlist, WishlistItem
from products.services import reviews
from users.models import User


def export_of(user: User) -> Sequence[Section]:
    """Return what somebody has written and put aside."""
    review = {
        "product__name": _("Product"),
        "rating": _("Stars"),
        "title": _("Title"),
        "content": _("Text"),
        "created_at": _("Written"),
        "is_approved": _("Shown"),
    }
    item = {
        "wishlist__name": _("Wishlist"),
        "product__name": _("Product"),
        "notes": _("Notes"),
        "created_at": _("Since"),
    }
    wishlist = {"name": _("Name"), "is_public": _("Shared by link"), "created_at": _("Since")}
    vote = {"review__product__name": _("Product"), "created_at": _("Since")}
    invitation = {"product__name": _("Product"), "reference": _("Order number"), "asked_at": _("Asked")}
    votes = ReviewVote.objects.filter(user=user)
    invitations = ReviewInvitation.objects.filter(user=user)
    return [
        section("reviews", _("Reviews"), Review.all_objects.filter(user=user), review),
        section("wishlists", _("Wishlists"), Wishlist.objects.filter(user=user), wishlist),
        section("wishes", _("What is on them"), WishlistItem.objects.filter(wishlist__user=user), item),
        section("votes", _("Reviews that you found helpful"), votes, vote),
        section("invitations", _("What you may review as its buyer"), invitations, invitation),
    ]


def settle(user: User | None, email: str) -> None:
    """Do nothing: what is known here can go at once."""


def erase(user: User) -> None:
    """Delete reviews, for good, and wishlists."""
    pks = [str(pk) for pk in Review.all_objects.filter(user=user).values_list("pk", flat=True)]
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Review), object_id__in=pks).update(
        object_repr="-", change_message=""
    )
    reviews.forget_of(user)
    Wishlist.objects.filter(user=user).delete()


def forget_address(email: str) -> int:
    """Return 0: without an account nothing is known here."""
    return 0
