"""Turning a cart into an order."""

from collections.abc import Mapping
from decimal import Decimal
from secrets import choice
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import locks, statements
from dbProject.outbox import services as outbox
from orders.errors import EmptyCart, LimitReached, NotDelivered, PriceChanged
from orders.models import MOST_UNITS, Cart, CartItem, Order, OrderDiscount, OrderEvent, OrderItem
from orders.selectors import offers, totals
from orders.services import coupons, freezing, status, timeline
from orders.services.cart import MOST_LINES
from products.errors import UnknownProduct
from products.models import Product
from products.services import stock
from users.models import User

SUFFIX_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, 1, I or O: customers read order numbers out on the telephone."""
NUMBERS_TRIED = 5

Address = Mapping[str, str]
"""``street, city, state, zip_code, country`` and optionally ``name, company, phone, street2``; cleaned."""


def place_order(
    *,
    user: User | None = None,
    cart: Cart | None = None,
    idempotency_key: str,
    shipping_address: Address,
    billing_address: Address | None = None,
    email: str = "",
    phone: str = "",
    shipping_method: int | None = None,
    asked: Mapping[int, Decimal] | None = None,
    vat_number: str = "",
    total_seen: Decimal | None = None,
    notes: str = "",
) -> Order:
    """Place an order for everything in a cart, and empty the cart. All of it or nothing, and once per key.

    The cart's row is locked first: a second click waits, then finds the first click's order under the same
    ``idempotency_key`` and gets that one back.

    Args:
        user: Whose order it is; ``cart`` is theirs unless given. A guest has a ``cart`` and an ``email``.
        idempotency_key: One per intent to buy, as made when the checkout page was shown.
        shipping_method: A method's pk; the first that fits if not given.
        asked: Prices that carriers gave for this cart (method pk -> price), from a source that cannot be
            forged.
        vat_number: Of a business in another country of the union; checked already.
        total_seen: The gross total the customer agreed to, if they saw one.

    Raises:
        EmptyCart: There is nothing to order.
        OutOfStock, UnknownProduct: Something sold out or went off sale first (``products.errors``).
        LimitReached: More units of something than one order may have.
        CouponRefused: The cart's coupon is over, used up, or not for this customer.
        NotDelivered: Nothing fits that country, these goods, or that method any more.
        PriceChanged: The cart no longer costs ``total_seen``.
        Busy: Too many wanted the same at the same moment (``dbProject.locks``).
    """
    if cart is not None:
        mine = ("pk", cart.pk)
    elif user is not None:
        mine = ("user_id", user.pk)
    else:
        raise TypeError("an order needs a user or a cart")
    if not idempotency_key:
        raise TypeError("an order needs a key")
    for attempt in range(1, NUMBERS_TRIED + 1):
        number = new_order_number()
        try:
            with locks.patience(), transaction.atomic():
                return _place(
                    number,
                    _locked_cart(*mine),
                    user=user,
                    key=idempotency_key,
                    shipping_address=dict(shipping_address),
                    billing_address=dict(billing_address or shipping_address),
                    email=(email or (user.email if user else "")).lower(),
                    phone=phone,
                    shipping_method=shipping_method,
                    asked=asked,
                    vat_number=vat_number,
                    total_seen=total_seen,
                    notes=notes,
                )
        except IntegrityError as error:
            # The unique key decides, not a look beforehand; anything else is a bug.
            if "order_number" not in str(error) or attempt == NUMBERS_TRIED:
                raise
    raise AssertionError("unreachable")


def place_directly(units: Mapping[int, int], *, user: User | None = None, **wanted: Any) -> Order:
    """Place an order for these ``units`` (product pk -> how many) past any cart, as :func:`place_order`.

    Raises:
        LimitReached: More units of something, or more different things, than one order may have.
        UnknownProduct: A pk that is in no row (``products.errors``).
    """
    if len(units) > MOST_LINES:
        raise LimitReached(_("One order holds %(most)d different things at most.") % {"most": MOST_LINES})
    if too_many := [pk for pk, quantity in units.items() if quantity > MOST_UNITS]:
        text = _("One order holds %(most)d units of one thing at most.") % {"most": MOST_UNITS}
        raise LimitReached(text, product=too_many[0], most=MOST_UNITS)
    with locks.patience(), transaction.atomic():
        cart = Cart.objects.create(session_key=f"direct:{uuid4().hex}")
        prices = {product.pk: product.effective_price for product in Product.objects.filter(pk__in=units)}
        if units.keys() - prices.keys():
            raise UnknownProduct(_("One of these products no longer exists."))
        CartItem.objects.bulk_create(
            CartItem(cart=cart, product_id=pk, quantity=quantity, price_seen=prices[pk])
            for pk, quantity in units.items()
        )
        order = place_order(user=user, cart=cart, idempotency_key=uuid4().hex, **wanted)
        cart.delete()
    return order


def new_order_number() -> str:
    """Return ORD-YYYYMMDD-XXXXXX, which tells neither how many orders there are nor what comes next."""
    return f"ORD-{timezone.now():%Y%m%d}-{''.join(choice(SUFFIX_LETTERS) for _ in range(6))}"


def _locked_cart(field: str, pk: int) -> Cart:
    """Lock the cart whose ``field`` (its pk or its user's) is ``pk``."""

    def locked(pk: int) -> QuerySet[Cart]:
        return Cart.objects.filter(**{field: pk}).select_for_update(of=("self",))

    if found := statements.rows(("locked cart", field), locked, pk):
        return found[0]
    raise EmptyCart


def _by_key(key: str) -> QuerySet[Order, tuple[int]]:
    return Order.all_objects.filter(idempotency_key=key).values_list("pk")


def _units(cart_id: int) -> QuerySet[CartItem, tuple[int, int]]:
    return CartItem.objects.filter(cart_id=cart_id).order_by("pk").values_list("product_id", "quantity")


def _place(
    number: str,
    cart: Cart,
    *,
    user: User | None,
    key: str,
    email: str,
    shipping_method: int | None,
    asked: Mapping[int, Decimal] | None,
    vat_number: str,
    total_seen: Decimal | None,
    **frozen: Any,
) -> Order:
    scoped_key = f"{cart.owner}:{key}"
    if earlier := statements.tuples("order by key", _by_key, scoped_key):
        return Order.all_objects.get(pk=earlier[0][0])
    units = dict(statements.tuples("units of cart", _units, cart.pk))
    if not units:
        raise EmptyCart
    taken = stock.take_within(units, reference=number)
    _refuse_too_many(taken, units)
    products = {product.pk: product for product in taken}

    now = timezone.now()
    code = cart.coupon_code
    coupon = offers.by_code(code, now=now) if code else None
    address = frozen["shipping_address"]
    quote = totals.quote(
        [(products[pk], quantity) for pk, quantity in units.items()],
        destination=totals.Destination(address["country"], address.get("zip_code", ""), vat_number),
        method_id=shipping_method,
        coupon=coupon,
        asked=asked,
        now=now,
    )
    if not quote.goes_by(shipping_method):
        raise NotDelivered(_("We cannot deliver these goods there this way. Please choose another delivery."))
    if total_seen not in (None, quote.totals.total_amount):
        raise PriceChanged(total_seen=total_seen or Decimal(), total_amount=quote.totals.total_amount)

    order = _insert(number, quote, now=now, user=user, email=email, idempotency_key=scoped_key,
                    vat_number=vat_number, **frozen)  # fmt: skip
    _insert_lines(order, quote, products)
    if coupon and any(discount.code for discount in quote.totals.discounts):
        coupons.use(coupon, order=order)
    timeline.record(order, OrderEvent.Kind.PLACED, actor=timeline.customer(user))
    CartItem.objects.filter(cart=cart).delete()
    Cart.objects.filter(pk=cart.pk).update(coupon_code="", updated_at=now)
    outbox.record("orders.tasks.send_order_confirmation_email", order_id=order.pk)
    if not order.total_amount:
        status.confirm_paid(order, actor=timeline.SHOP)
    return order


def _refuse_too_many(products: list[Product], units: Mapping[int, int]) -> None:
    for product in products:
        if product.max_per_order and units[product.pk] > product.max_per_order:
            text = _("One order may have %(most)d of %(name)s.")
            facts = {"most": product.max_per_order, "name": product.name}
            raise LimitReached(text % facts, product=product.pk, most=product.max_per_order)


def _insert(number: str, quote: totals.Quote, **fields: Any) -> Order:
    order = freezing.order(number, quote, **fields)
    order.save(force_insert=True)
    return order


def _insert_lines(order: Order, quote: totals.Quote, products: Mapping[int, Product]) -> None:
    OrderItem.objects.bulk_create(freezing.lines(order, quote, products))
    if quote.totals.discounts:
        OrderDiscount.objects.bulk_create(freezing.discounts(order, quote))
