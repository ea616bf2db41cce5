"""What customers put aside, as they and their friends see it."""

from django.db.models import Count, Prefetch, QuerySet

from products.models import Product, Wishlist, WishlistItem
from users.models import User


def of(user: User) -> QuerySet[Wishlist]:
    """Return a customer's lists, the oldest first, each with how many ``things`` are on it."""
    return Wishlist.objects.filter(user=user).annotate(things=Count("items")).order_by("pk")


def one_of(user: User, pk: int) -> Wishlist | None:
    """Return a list of a customer's."""
    return Wishlist.objects.filter(user=user, pk=pk).first()


def public(token: str) -> Wishlist | None:
    """Return the list that a link leads to, if its owner shares it."""
    return Wishlist.objects.filter(token=token, is_public=True).first()


def items(wishlist: Wishlist) -> list[WishlistItem]:
    """Return what is on a list and still for sale, the newest first, with covers; two queries."""
    products = Product.objects.active().with_family_cover()
    rows = wishlist.items.filter(product__in=Product.objects.active()).order_by("-created_at", "-pk")
    return list(rows.prefetch_related(Prefetch("product", products)))
