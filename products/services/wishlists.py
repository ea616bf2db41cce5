"""Every change of what customers put aside. Each locks the customer's row first, so limits hold."""

from django.db import transaction
from django.utils.translation import gettext as _

from products.errors import UnknownProduct, UnknownWishlist, WishlistRefused
from products.models import Product, Wishlist, WishlistItem
from products.models.wishlist import new_token
from users.models import MailConsent, User
from users.services import consents

MOST_LISTS = 20
"""Of one customer."""
MOST_ITEMS = 200
"""On one list."""


@transaction.atomic
def save(user: User, *, product_id: int, wishlist_id: int | None = None) -> WishlistItem:
    """Put a product on a list, on the oldest if none is named; the first is made by this. Repeatable.

    Raises:
        UnknownProduct: There is nothing for sale with this pk.
        UnknownWishlist: The list is not this customer's.
        WishlistRefused: It is full.
    """
    _lock(user)
    product = Product.objects.active().filter(pk=product_id).first()
    if product is None:
        raise UnknownProduct(_("This product is no longer for sale."))
    if wishlist_id is None:
        wishlist = user.wishlists.order_by("pk").first() or Wishlist.objects.create(
            user=user, name=_("My wishlist")
        )
    else:
        wishlist = _own(user, wishlist_id)
    item = wishlist.items.filter(product=product).first()
    if item is None and wishlist.items.count() >= MOST_ITEMS:
        raise WishlistRefused(_("A list holds %(most)d things at most.") % {"most": MOST_ITEMS})
    if item is None:
        item = WishlistItem(wishlist=wishlist, product=product, price_told=product.price_low)
    if item.pk is None or not (product.is_available or item.was_sold_out):
        item.was_sold_out = not product.is_available
        item.save()
    return item


@transaction.atomic
def wait_for(user: User, *, product_id: int, source: str) -> WishlistItem:
    """Put a product on the oldest list, and have its owner told once it is back in stock. Repeatable.

    That is the consent to such mails about everything on their lists; ``source`` is the page it was given on.

    Raises:
        UnknownProduct, WishlistRefused: As :func:`save`; nothing was noted.
    """
    item = save(user, product_id=product_id)
    consents.decide(user.pk, kind=MailConsent.Kind.BACK_IN_STOCK, is_given=True, source=source)
    return item


@transaction.atomic
def create(user: User, *, name: str) -> Wishlist:
    """Begin a list; one with this name is the one that is returned. Repeatable.

    Raises:
        WishlistRefused: The customer has ``MOST_LISTS`` already.
    """
    _lock(user)
    there: Wishlist | None = user.wishlists.filter(name=name).first()
    if there is None and user.wishlists.count() >= MOST_LISTS:
        raise WishlistRefused(_("You can have %(most)d lists at most.") % {"most": MOST_LISTS})
    return there or Wishlist.objects.create(user=user, name=name)


@transaction.atomic
def rename(user: User, *, wishlist_id: int, name: str) -> Wishlist:
    """Call a list something else. Repeatable.

    Raises:
        UnknownWishlist: The list is not this customer's.
        WishlistRefused: Another list of theirs is called so.
    """
    _lock(user)
    wishlist = _own(user, wishlist_id)
    if user.wishlists.filter(name=name).exclude(pk=wishlist.pk).exists():
        raise WishlistRefused(_("Another list of yours is called %(name)s.") % {"name": name})
    wishlist.name = name
    wishlist.save(update_fields=["name", "updated_at"])
    return wishlist


@transaction.atomic
def share(user: User, *, wishlist_id: int, is_public: bool) -> Wishlist:
    """Let whoever has the link read a list, or nobody any more: that link never opens again. Repeatable.

    Raises:
        UnknownWishlist: The list is not this customer's.
    """
    _lock(user)
    wishlist = _own(user, wishlist_id)
    if wishlist.is_public and not is_public:
        wishlist.token = new_token()
    wishlist.is_public = is_public
    wishlist.save(update_fields=["is_public", "token", "updated_at"])
    return wishlist


@transaction.atomic
def delete(user: User, *, wishlist_id: int) -> None:
    """Delete a list with all that is on it. Repeatable."""
    Wishlist.objects.filter(user=user, pk=wishlist_id).delete()


@transaction.atomic
def note(user: User, *, item_id: int, notes: str) -> WishlistItem:
    """Write something beside an item. Repeatable.

    Raises:
        UnknownWishlist: It is on no list of this customer's.
    """
    item = item_of(user, item_id)
    item.notes = notes
    item.save(update_fields=["notes", "updated_at"])
    return item


@transaction.atomic
def remove(user: User, *, item_id: int) -> int | None:
    """Take an item off its list, and return which that was; None if it is on none of theirs. Repeatable."""
    rows = WishlistItem.objects.filter(pk=item_id, wishlist__user=user)
    wishlist: int | None = rows.values_list("wishlist", flat=True).first()
    rows.delete()
    return wishlist


def item_of(user: User, item_id: int) -> WishlistItem:
    """Return an item of a customer's, locked until the transaction ends.

    Raises:
        UnknownWishlist: It is on no list of theirs.
    """
    rows = WishlistItem.objects.select_for_update(of=("self",)).select_related("product")
    item = rows.filter(pk=item_id, wishlist__user=user).first()
    if item is None:
        raise UnknownWishlist(_("This is on none of your lists."))
    return item


def _lock(user: User) -> None:
    User.objects.select_for_update(of=("self",), no_key=True).filter(pk=user.pk).first()


def _own(user: User, pk: int) -> Wishlist:
    wishlist: Wishlist | None = user.wishlists.filter(pk=pk).first()
    if wishlist is None:
        raise UnknownWishlist(_("This list is none of yours."))
    return wishlist
