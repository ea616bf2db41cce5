"""What customers left in the catalog, told and erased (see ``dbProject.personal_data``)."""

from collections.abc import Sequence

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from dbProject.personal_data import Section, section
from products.models import Review, Wishlist, WishlistItem
from products.services.reviews import forget_of
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
    return [
        section("reviews", _("Reviews"), Review.all_objects.filter(user=user), review),
        section("wishlists", _("Wishlists"), WishlistItem.objects.filter(wishlist__user=user), item),
    ]


def erase(user: User) -> None:
    """Delete reviews and votes, for good, and wishlists."""
    reviews = Review.all_objects.filter(user=user)
    pks = [str(pk) for pk in reviews.values_list("pk", flat=True)]
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Review), object_id__in=pks).update(
        object_repr="-", change_message=""
    )
    forget_of(user)
    Wishlist.objects.filter(user=user).delete()


def forget_address(email: str) -> int:
    """Return 0: without an account nothing is known here."""
    return 0
