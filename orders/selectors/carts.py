"""A cart as its page shows it: what is in it, what has changed since, and what it comes to."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from dbProject import statements
from orders.errors import CouponRefused
from orders.models import Cart, CartItem, Coupon, SavedItem
from orders.selectors import delivery, offers, totals
from products.models import Product, ProductImage, measures
from products.models.product import TEXTS
from users.models import User

L = TypeVar("L", CartItem, SavedItem)

GUEST_CART = "cart"
"""Where a guest's session keeps the key of their cart."""
CART_TOKEN = "X-Cart-Token"  # noqa: S105 -- the name of a header
"""In which a guest's program without a session sends it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One product of a cart, with what its owner should know of it today."""

    item: CartItem | SavedItem
    image: ProductImage | None
    price_before: Decimal | None = None
    """What one unit cost when its owner last looked, if that was something else."""
    left: int | None = None
    """How many units are left, if that is less than the cart holds."""
    is_gone: bool = False
    """Whether it is no longer for sale."""
    paid: Decimal | None = None
    """What it comes to before discounts where the goods go: for an exempt customer without tax."""

    @property
    def product(self) -> Product:
        return self.item.product

    @property
    def total_price(self) -> Decimal:
        """What a line of a cart comes to, as it counts in the total; by its price tag if it does not."""
        return self.item.total_price if self.paid is None else self.paid  # type: ignore[union-attr]

    @property
    def unit_price(self) -> measures.UnitPrice | None:
        """What one kilogram, liter or meter of it costs its owner, where it is sold by measure."""
        return self.product.unit_price_at(self.total_price / self.item.quantity)

    @property
    def is_fine(self) -> bool:
        """Say whether it can be ordered as it is."""
        return not self.is_gone and self.left is None


@dataclass(frozen=True, slots=True)
class CartPage:
    """All that the page of a cart shows. Totals count what can be had at all; there are none without that."""

    lines: list[Line]
    saved: list[Line]
    quote: totals.Quote | None
    coupon_code: str
    coupon_problem: str

    @property
    def units(self) -> int:
        return sum(line.item.quantity for line in self.lines)

    @property
    def things(self) -> tuple[int, ...]:
        """The primary keys of what is in it, a variant as its parent, sorted."""
        return things_of(self.lines)

    @property
    def things_key(self) -> str:
        """What tells :attr:`things` from others in a cache: nothing of whose they are."""
        return hashlib.blake2b(repr(self.things).encode(), digest_size=16).hexdigest()

    @property
    def has_new_prices(self) -> bool:
        """Say whether anything costs something else than when its owner last looked."""
        return any(line.price_before is not None for line in self.lines)

    @property
    def is_fine(self) -> bool:
        """Say whether it can be ordered as it is."""
        return bool(self.lines) and all(line.is_fine for line in self.lines)


def things_of(lines: Iterable[Line]) -> tuple[int, ...]:
    """Return the primary keys of what is in these lines, a variant as its parent, sorted."""
    return tuple(sorted({line.product.parent_id or line.product.pk for line in lines}))


def find(*, user: User | None, session_key: str | None) -> Cart | None:
    """Return the cart of an account, or of a guest's key; at most one query."""
    if user is not None:
        found = statements.rows("cart of account", lambda pk: Cart.objects.filter(user_id=pk), user.pk)
    elif session_key:
        found = statements.rows("cart of key", lambda key: Cart.objects.filter(session_key=key), session_key)
    else:
        return None
    return found[0] if found else None


def units(*, user: User | None, session_key: str | None) -> int:
    """Return how many units are in a cart, for the number beside its link; at most one query."""
    if user is None and not session_key:
        return 0
    mine = {"cart__user": user} if user is not None else {"cart__session_key": session_key}
    return CartItem.objects.filter(**mine).aggregate(units=Sum("quantity"))["units"] or 0


def page(
    cart: Cart,
    *,
    destination: totals.Destination | None = None,
    method_id: int | None = None,
    asked: dict[int, Decimal] | None = None,
    with_saved: bool = True,
) -> CartPage:
    """Return what the page of ``cart`` shows; five queries, what staff set remembered.

    ``destination`` is the store's own country unless given. Only the cart's own page needs what is saved
    for later.
    """
    items = statements.rows("cart lines", partial(_lines_of, CartItem), cart.pk)
    saved = statements.rows("saved lines", partial(_lines_of, SavedItem), cart.pk) if with_saved else []
    images = covers([*(item.product for item in items), *(item.product for item in saved)])
    lines = [_line(item, images) for item in items]
    coupon, problem = _coupon(cart.coupon_code)
    there = [(line.product, line.item.quantity) for line in lines if not line.is_gone]
    quote = (
        totals.quote(
            there,
            destination=destination or totals.Destination(settings.STORE_COUNTRY),
            method_id=method_id,
            coupon=coupon,
            asked=asked,
            methods=delivery.remembered_methods(),
            applicable=None if coupon else offers.remembered(timezone.now()),
        )
        if there
        else None
    )
    if quote:
        paid = {line.key: line.total_price for line in quote.totals.lines}
        lines = [replace(line, paid=paid.get(line.product.pk)) for line in lines]
    if coupon and quote and not problem:
        problem = next((why.text for why in quote.totals.unused if why.offer_id == coupon.promotion_id), "")
    return CartPage(
        lines=lines,
        saved=[_line(item, images) for item in saved],
        quote=quote,
        coupon_code=cart.coupon_code,
        coupon_problem=problem,
    )


def orderable_lines(cart: Cart) -> list[Line]:
    """Return the lines of ``cart`` of which anything can be had today; two queries."""
    items = statements.rows("cart lines", partial(_lines_of, CartItem), cart.pk)
    images = covers(item.product for item in items)
    return [line for line in (_line(item, images) for item in items) if not line.is_gone and line.left != 0]


def _lines_of(kind: type[L], cart_id: int) -> QuerySet[L]:
    with_products = kind._default_manager.filter(cart_id=cart_id).select_related(
        "product__parent", "product__category"
    )
    texts = [f"{way}__{name}" for way in ("product", "product__parent") for name in TEXTS]
    return with_products.defer(*texts, "product__category__description").order_by("pk")


def covers(products: Iterable[Product]) -> dict[int, ProductImage]:
    """Return product pk -> primary picture, a variant's own or else its parent's; one query."""
    of = {product.pk: product.parent_id or product.pk for product in products}
    rows = statements.rows("covers", _primary_of, tuple(sorted({*of, *of.values()})))
    found = {image.product_id: image for image in rows}
    return {pk: image for pk, parent in of.items() if (image := found.get(pk) or found.get(parent))}


def _primary_of(pks: tuple[int, ...]) -> QuerySet[ProductImage]:
    return ProductImage.objects.filter(product__in=pks, is_primary=True)


def _line(item: CartItem | SavedItem, images: dict[int, ProductImage]) -> Line:
    product = item.product
    is_gone = not (
        product.is_for_sale
        and (product.parent is None or product.parent.is_for_sale)
        and product.category.is_active
        and product.category.deleted_at is None
    )
    seen = getattr(item, "price_seen", product.effective_price)
    return Line(
        item=item,
        image=images.get(product.pk),
        price_before=None if is_gone or seen == product.effective_price else seen,
        left=product.stock_quantity if not is_gone and product.stock_quantity < item.quantity else None,
        is_gone=is_gone,
    )


def _coupon(code: str) -> tuple[Coupon | None, str]:
    if not code:
        return None, ""
    try:
        return offers.by_code(code, now=timezone.now()), ""
    except CouponRefused as refusal:
        return None, refusal.detail
