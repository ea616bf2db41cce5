"""The checkout: one page, three parts, and what it will cost beside them at all times."""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dbProject.behavior import counting
from dbProject.behavior.models import BehaviorCount
from dbProject.errors import ShopError
from orders.errors import CouponRefused, EmptyCart, PriceChanged, VatNumberRefused
from orders.forms import CheckoutForm
from orders.models import Cart
from orders.pricing import vat_numbers
from orders.selectors import carrier_prices, carts, delivery, orders, totals
from orders.services import checkout as services
from orders.views import visitor
from products.errors import OutOfStock
from users import addresses
from users.models import Address, User

SEE_OTHER = 303
LONGEST_PK = 18
"""Digits that the database can compare."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponseBase:
    """Show the checkout, bring it up to date (``update``), or place the order.

    Whatever is refused leaves everything that was typed where it was.
    """
    cart = visitor.cart(request)
    if cart is None:
        return _to_cart()
    user = visitor.account(request)
    if request.method != "POST":
        page = _page(request, cart, user, initial=_initial(user))
        if page.status_code == 200 and request.method == "GET":
            counting.count(BehaviorCount.Step.CHECKOUT)
        return page
    if "update" in request.POST:
        return _page(request, cart, user, initial=_typed(request))
    return _buy(request, cart, user)


def _buy(request: HttpRequest, cart: Cart, user: User | None) -> HttpResponseBase:
    offered = delivery.remembered_methods()
    form = CheckoutForm(
        request.POST,
        codes=delivery.countries(offered),
        methods=[(method.pk, method.name) for method in offered],
    )
    if not form.is_valid():
        return _page(request, cart, user, form=form, status=422)
    typed = form.cleaned_data
    try:
        order = services.place_order(
            user=user,
            cart=cart,
            idempotency_key=str(typed["idempotency_key"]),
            email=typed["email"],
            phone=typed["phone"],
            shipping_address=form.address(),
            shipping_method=typed["shipping_method"],
            asked=carrier_prices.asked(cart, country=typed["country"], zip_code=typed["zip_code"]),
            vat_number=typed["vat_number"],
            total_seen=typed["total_seen"],
            notes=typed["notes"],
        )
    except EmptyCart:
        return _to_cart()
    except ShopError as refusal:
        return _page(request, cart, user, form=form, refusal=refusal, status=refusal.status)
    return HttpResponseRedirect(
        f"{reverse('order_pay', args=[order.order_number])}?key={orders.signature(order)}", status=SEE_OTHER
    )


def _page(
    request: HttpRequest,
    cart: Cart,
    user: User | None,
    *,
    initial: dict[str, Any] | None = None,
    form: CheckoutForm | None = None,
    refusal: ShopError | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page with today's total, for the country and the delivery that are chosen so far."""
    typed = form.data if form is not None else initial or {}
    destination = _destination(typed)
    method = str(typed.get("shipping_method") or "")
    page = carts.page(
        cart,
        destination=destination,
        method_id=int(method) if method.isdecimal() and len(method) <= LONGEST_PK else None,
        asked=carrier_prices.asked(cart, country=destination.country, zip_code=destination.zip_code),
        with_saved=False,
    )
    if not page.lines:
        return _to_cart()
    quote = page.quote
    current = {
        "country": destination.country,
        "shipping_method": quote.chosen.method_id if quote and quote.chosen else None,
        "idempotency_key": typed.get("idempotency_key") or uuid4(),
        "total_seen": quote.totals.total_amount if quote else Decimal(),
    }
    shown = CheckoutForm(
        initial={**{name: typed[name] for name in typed}, **current},
        codes=quote.countries if quote else [],
        methods=[(option.method_id, option.name) for option in quote.options] if quote else [],
        wrong=form.errors if form is not None else None,
    )
    context = {
        "page": page,
        "units_in_cart": page.units,
        "form": shown,
        "refusal": refusal,
        "is_sold_out": isinstance(refusal, OutOfStock),
        "is_dearer": isinstance(refusal, PriceChanged),
        "is_coupon": isinstance(refusal, CouponRefused),
        "hold_minutes": settings.HOLD_MINUTES,
        "user_email": user.email if user else "",
    }
    return TemplateResponse(request, "orders/checkout.html", context, status=status)


def _destination(typed: Mapping[str, Any]) -> totals.Destination:
    """Return where it goes so far, with postal code and VAT number as the order will have them.

    Else the price on the page would be another than the order's. What cannot be right yet counts as it was
    typed, and a VAT number not at all: pressing the button says what is wrong.
    """
    country = _country(typed.get("country"))
    zip_code, vat_number = (
        str(typed.get(name) or "").replace("\0", "").strip() for name in ("zip_code", "vat_number")
    )
    with suppress(ValueError):
        zip_code = addresses.zip_code(zip_code, country=country)
    try:
        vat_number = vat_numbers.normalized(vat_number, country)
    except VatNumberRefused:
        vat_number = ""
    return totals.Destination(country, zip_code, vat_number)


def _country(typed: Any) -> str:
    """Return the country that was chosen, in ISO 3166-1 alpha-2; the store's, if that is none."""
    code = str(typed or "")
    return code if len(code) == 2 and code.isascii() and code.isalpha() else str(settings.STORE_COUNTRY)


def _to_cart() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("cart_detail"), status=SEE_OTHER)


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {name: value for name, value in request.POST.items() if name in CheckoutForm.base_fields}


def _initial(user: User | None) -> dict[str, Any]:
    """Return what the shop knows of a customer already."""
    if user is None:
        return {}
    known: QuerySet[Address] = user.addresses.order_by("-is_default_shipping", "-pk")
    address = known.values(
        "name", "company", "street", "street2", "zip_code", "city", "state", "country", "phone"
    )
    return {"email": user.email, "name": user.get_full_name(), **(address.first() or {})}
