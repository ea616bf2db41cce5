"""The cart. Every step is a form that works without JavaScript; htmx shows its result in place."""

from functools import partial, wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dbProject.errors import ShopError
from dbProject.origin import P, View, own_pages_only
from orders.errors import UnknownItem
from orders.forms import AddForm, CouponForm, QuantityForm
from orders.models import Cart
from orders.selectors import carts
from orders.services import cart as services
from orders.services import coupons
from orders.views import visitor
from products.errors import UnknownWishlist
from products.models import Product
from products.selectors import choices, recommendations
from users.models import User

SEE_OTHER = 303


def refused_in_cart(view: View[P]) -> View[P]:
    """Say a refusal above the cart as it is now, instead of on a page of its own."""

    @wraps(view)
    def said(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ShopError as refusal:
            messages.error(request, refusal.detail)
            if request.headers.get("HX-Request"):
                return _to_cart()  # htmx shows nothing that comes with a 4xx
            return _cart_page(request, visitor.cart(request), status=refusal.status)

    return cast(View[P], said)


@require_safe
@never_cache
def cart_detail(request: HttpRequest) -> HttpResponse:
    return _cart_page(request, visitor.cart(request))


@require_POST
@own_pages_only
@never_cache
def cart_add(request: HttpRequest) -> HttpResponseBase:
    """Put something into the cart; htmx gets a small summary, everybody else is led to the cart."""
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say which product, and how many of it."))
        return _to_cart()
    wanted = form.wanted()
    if options := choices.asked(request.POST.dict()):
        wanted["product_id"] = choices.variant_with(wanted["product_id"], options) or wanted["product_id"]
    try:
        added = services.add(visitor.cart_to_fill(request), **wanted)
    except ShopError as refusal:
        if request.headers.get("HX-Request"):
            return TemplateResponse(request, "orders/mini_cart.html", {"refusal": refusal})
        messages.error(request, refusal.detail)
        return _back_to_product(wanted["product_id"]) or _to_cart()
    product = added.item.product
    if request.headers.get("HX-Request"):
        image = carts.covers([product]).get(product.pk)
        return TemplateResponse(request, "orders/mini_cart.html", {"added": added, "image": image})
    messages.success(request, added.note or _("%(name)s is in your cart.") % {"name": product.name})
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def cart_item(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change how many units a line holds."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("How many? A whole number from 0 to 99."))
        return _to_cart()
    cart = _own(request)
    changed = services.set_quantity(cart, item_id=pk, quantity=form.cleaned_data["quantity"])
    if changed and (changed.note or changed.units != changed.asked):
        messages.info(request, changed.note)
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def cart_item_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a line out, and offer to put it back."""
    removed = services.remove(_own(request), item_id=pk)
    request.session["removed"] = {
        "product_id": removed.product_id,
        "quantity": removed.quantity,
        "name": removed.product.name,
    }
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def cart_item_save(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put a line aside."""
    services.save_for_later(_own(request), item_id=pk)
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def saved_item_move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put what was set aside back into the cart."""
    added = services.move_to_cart(_own(request), saved_id=pk)
    if added.note:
        messages.info(request, added.note)
    return _to_cart()


@require_POST
@login_required
@never_cache
def wishlist_item_move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Move what is on a wishlist into the cart; what cannot be had now stays where it is."""
    user = cast(User, request.user)
    try:
        added = services.move_from_wishlist(services.open_for(user), user=user, item_id=pk)
    except UnknownWishlist:
        raise
    except ShopError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(
            request, added.note or _("%(name)s is in your cart.") % {"name": added.item.product.name}
        )
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def saved_item_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    services.forget_saved(_own(request), saved_id=pk)
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def cart_prices(request: HttpRequest) -> HttpResponseBase:
    """Note that the visitor has seen what has become dearer or cheaper."""
    services.accept_prices(_own(request))
    return _to_cart()


@require_POST
@never_cache
@refused_in_cart
def cart_coupon(request: HttpRequest) -> HttpResponseBase:
    """Put a coupon in, or out when the field is empty; what was typed stays when it is refused."""
    cart = _own(request)
    form = CouponForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["code"]:
        coupons.take_out_of_cart(cart)
        return _to_cart()
    try:
        coupons.put_in_cart(cart, code=form.cleaned_data["code"])
    except ShopError as refusal:
        form.add_error("code", refusal.detail)
        return _cart_page(request, cart, coupon_form=form, status=refusal.status)
    return _to_cart()


@require_POST
@never_cache
def cart_reorder(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Put what was ordered once into the cart again, and say what could not be had."""
    order = visitor.order(request, order_number)
    notes = services.reorder(visitor.cart_to_fill(request), order=order)
    for note in notes:
        messages.info(request, note)
    return _to_cart()


def _cart_page(
    request: HttpRequest, cart: Cart | None, *, coupon_form: CouponForm | None = None, status: int = 200
) -> HttpResponse:
    page = carts.page(cart) if cart else None
    context: dict[str, Any] = {
        "page": page,
        "units_in_cart": page.units if page else 0,
        "goes_with": partial(recommendations.goes_with, page.things) if page else None,
        "coupon_form": coupon_form or CouponForm(),
        "removed": request.session.pop("removed", None) if request.method == "GET" else None,
    }
    return TemplateResponse(request, "orders/cart.html", context, status=status)


def _own(request: HttpRequest) -> Cart:
    cart = visitor.cart(request)
    if cart is None:
        raise UnknownItem
    return cart


def _to_cart() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("cart_detail"), status=SEE_OTHER)


def _back_to_product(pk: int) -> HttpResponseRedirect | None:
    product = Product.objects.filter(pk=pk).first()
    return HttpResponseRedirect(product.get_absolute_url(), status=SEE_OTHER) if product else None
