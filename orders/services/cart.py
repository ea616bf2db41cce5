"""Every change of a cart. Each locks the cart's row first; an order from it does the same."""

from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dbProject import statements
from dbProject.behavior import counting
from dbProject.behavior.models import BehaviorCount
from orders.errors import LimitReached, UnknownItem
from orders.models import MOST_UNITS, Cart, CartItem, Order, SavedItem
from products.errors import ChooseVariant, OutOfStock, UnknownProduct
from products.models import Product
from products.services import wishlists
from users.models import User

MOST_LINES = 100
"""Different products in one cart."""


class Added(NamedTuple):
    """What became of a wish: the line, how many units it got, and how many were asked for."""

    item: CartItem
    units: int
    asked: int

    @property
    def note(self) -> str:
        """Say what the customer should know, if not all of it could be had."""
        if self.units == self.asked:
            return ""
        limit = self.item.quantity
        text = ngettext(
            "You can have %(limit)d of %(name)s: your cart holds that many now.",
            "You can have %(limit)d of %(name)s: your cart holds that many now.",
            limit,
        )
        return text % {"limit": limit, "name": self.item.product.name}


def open_for(user: User) -> Cart:
    """Return the cart of ``user``, made if need be. Safe to repeat."""
    cart, _made = Cart.objects.get_or_create(user=user)
    return cart


def open_for_guest(session_key: str) -> Cart:
    """Return the cart under a guest's key, made if need be. Safe to repeat."""
    cart, _made = Cart.objects.get_or_create(session_key=session_key)
    return cart


@transaction.atomic
def add(cart: Cart, *, product_id: int, quantity: int) -> Added:
    """Put ``quantity`` more units of a product into ``cart``, as far as stock and limits allow.

    Raises:
        UnknownProduct: Nothing that is for sale has this pk (``products.errors``).
        ChooseVariant: It is a parent: a page, not a thing to buy (``products.errors``).
        OutOfStock: There is none left (``products.errors``).
        LimitReached: The cart holds ``MOST_LINES`` other products, or as many of this one as it may.
    """
    is_new = cart.pk is None
    _lock(cart)
    product = _for_sale(product_id)
    lines = {} if is_new else {item.product_id: item for item in cart.items.all()}
    item = lines.get(product.pk) or CartItem(cart=cart, product=product, quantity=0)
    if item.pk is None and len(lines) >= MOST_LINES:
        raise LimitReached(_("A cart holds %(most)d different things at most.") % {"most": MOST_LINES})
    most = most_units(product)
    if item.quantity >= most:
        text = _("Your cart holds all of %(name)s that you can have: %(most)d.")
        raise LimitReached(text % {"name": product.name, "most": most}, product=product.pk)
    before = item.quantity
    item.product = product
    item.quantity = min(before + quantity, most)
    item.price_seen = product.effective_price
    item.save()
    transaction.on_commit(partial(counting.count, BehaviorCount.Step.CART))
    return Added(item, units=item.quantity - before, asked=quantity)


@transaction.atomic
def set_quantity(cart: Cart, *, item_id: int, quantity: int) -> Added | None:
    """Make a line hold ``quantity`` units, as far as stock and limits allow; 0 removes it. Repeatable.

    Raises:
        UnknownItem: The line is not in this cart.
        OutOfStock: There is none left (``products.errors``); the line stays as it was.
    """
    _lock(cart)
    item = _line(cart, item_id)
    if quantity <= 0:
        item.delete()
        return None
    most = most_units(item.product)
    if most <= 0:
        raise OutOfStock({item.product.sku: item.product.name})
    item.quantity = min(quantity, most)
    item.save(update_fields=["quantity", "updated_at"])
    return Added(item, units=item.quantity, asked=quantity)


@transaction.atomic
def remove(cart: Cart, *, item_id: int) -> CartItem:
    """Take a line out of ``cart``; return it as it was, for an *undo*.

    Raises:
        UnknownItem: The line is not in this cart.
    """
    _lock(cart)
    item = _line(cart, item_id)
    CartItem.objects.filter(pk=item.pk).delete()
    return item


@transaction.atomic
def save_for_later(cart: Cart, *, item_id: int) -> SavedItem:
    """Put a line of ``cart`` aside. Units of the same product add up there, to ``MOST_UNITS`` at most.

    Raises:
        UnknownItem: The line is not in this cart.
    """
    _lock(cart)
    item = _line(cart, item_id)
    saved = _put_aside(cart, product_id=item.product_id, quantity=item.quantity)
    item.delete()
    return saved


@transaction.atomic
def move_to_cart(cart: Cart, *, saved_id: int) -> Added:
    """Put what was set aside back into ``cart``.

    Raises:
        UnknownItem: It is not among what this cart put aside.
        UnknownProduct, OutOfStock, LimitReached: As :func:`add`; it stays aside.
    """
    _lock(cart)
    saved = cart.saved_items.filter(pk=saved_id).first()
    if saved is None:
        raise UnknownItem
    added = add(cart, product_id=saved.product_id, quantity=saved.quantity)
    saved.delete()
    return added


@transaction.atomic
def forget_saved(cart: Cart, *, saved_id: int) -> None:
    """Remove what was set aside. Repeatable."""
    cart.saved_items.filter(pk=saved_id).delete()


@transaction.atomic
def accept_prices(cart: Cart) -> None:
    """Note that the owner of ``cart`` has seen what its lines cost today. Repeatable."""
    _lock(cart)
    for item in cart.items.select_related("product"):
        if item.price_seen != item.product.effective_price:
            item.price_seen = item.product.effective_price
            item.save(update_fields=["price_seen", "updated_at"])


@transaction.atomic
def merge(*, session_key: str, user: User) -> list[str]:
    """Move a guest's cart into the account that they logged in to; return what they should know.

    Quantities add up, as far as stock and limits allow; so do those put aside. Safe to repeat: the guest's
    cart is gone after.
    """
    carts = {
        cart.user_id is None: cart
        for cart in Cart.objects.filter(session_key=session_key).select_for_update(of=("self",))
    }
    guest = carts.get(True)
    own = open_for(user)
    if guest is None:
        return []
    _lock(own)
    notes = []
    for item in guest.items.select_related("product").order_by("pk"):
        try:
            added = add(own, product_id=item.product_id, quantity=item.quantity)
        except (OutOfStock, UnknownProduct, ChooseVariant, LimitReached) as refusal:
            notes.append(refusal.detail)
        else:
            notes.extend([added.note] if added.note else [])
    for saved in guest.saved_items.all():
        _put_aside(own, product_id=saved.product_id, quantity=saved.quantity)
    if guest.coupon_code and not own.coupon_code:
        own.coupon_code = guest.coupon_code
        own.save(update_fields=["coupon_code", "updated_at"])
    guest.delete()
    return notes


@transaction.atomic
def move_from_wishlist(cart: Cart, *, user: User, item_id: int) -> Added:
    """Put one unit of what is on a list of ``user`` into ``cart``, and take it off the list.

    Raises:
        UnknownWishlist: It is on no list of theirs, or was moved already (``products.errors``).
        UnknownProduct, ChooseVariant, OutOfStock, LimitReached: As :func:`add`; it stays on the list.
    """
    wish = wishlists.item_of(user, item_id)
    added = add(cart, product_id=wish.product_id, quantity=1)
    wishlists.remove(user, item_id=item_id)
    return added


@transaction.atomic
def reorder(cart: Cart, *, order: Order) -> list[str]:
    """Put what was ordered once into ``cart`` again; return what the customer should know.

    A line that holds as many already stays as it is, so it is safe to repeat. Prices are today's.
    """
    _lock(cart)
    there = dict(cart.items.values_list("product", "quantity"))
    notes = []
    for item in order.items.all():
        missing = item.quantity - there.get(item.product_id, 0)
        if missing <= 0:
            continue
        try:
            added = add(cart, product_id=item.product_id, quantity=missing)
        except (UnknownProduct, ChooseVariant):
            notes.append(_("%(name)s is no longer for sale.") % {"name": item.product_name})
        except (OutOfStock, LimitReached) as refusal:
            notes.append(refusal.detail)
        else:
            notes.extend([added.note] if added.note else [])
    return notes


def drop_old() -> int:
    """Delete guests' carts that nobody has touched for ``GUEST_CART_AGE``; return how many. Repeatable."""
    old = Cart.objects.filter(user=None, updated_at__lt=timezone.now() - settings.GUEST_CART_AGE)
    return old.delete()[1].get("orders.Cart", 0)


def most_units(product: Product) -> int:
    """Return how many units of ``product`` one cart may hold today."""
    return min(MOST_UNITS, product.stock_quantity, product.max_per_order or MOST_UNITS)


def _lock(cart: Cart) -> None:
    """Lock the row of ``cart`` until the transaction ends: by the UPDATE that notes when it was last used.

    A cart that nobody has yet is stored by this: a first wish that is refused leaves no empty one.

    Raises:
        UnknownItem: The cart is gone, merged into an account's.
    """
    if cart.pk is None:
        cart.save(force_insert=True)
    elif not Cart.objects.filter(pk=cart.pk).update(updated_at=timezone.now()):
        raise UnknownItem


def _put_aside(cart: Cart, *, product_id: int, quantity: int) -> SavedItem:
    """Put so many more units aside. ``cart`` is locked; the row too: :func:`forget_saved` may delete it."""
    saved, made = SavedItem.objects.select_for_update().get_or_create(
        cart=cart, product_id=product_id, defaults={"quantity": quantity}
    )
    if not made:
        saved.quantity = min(saved.quantity + quantity, MOST_UNITS)
        saved.save(update_fields=["quantity", "updated_at"])
    return saved


def _line(cart: Cart, item_id: int) -> CartItem:
    item = cart.items.filter(pk=item_id).select_related("product").first()
    if item is None:
        raise UnknownItem
    return item


def _for_sale(product_id: int) -> Product:
    found = statements.rows("for sale", _active, product_id)
    if not found or (found[0].parent and not found[0].parent.is_for_sale):
        raise UnknownProduct(_("This product is no longer for sale."))
    (product,) = found
    if product.has_variants:
        raise ChooseVariant(product.sku, product.name)
    if not product.is_in_stock:
        raise OutOfStock({product.sku: product.name})
    return product


def _active(product_id: int) -> QuerySet[Product]:
    return Product.objects.active().filter(pk=product_id).select_related("parent").without_texts()
