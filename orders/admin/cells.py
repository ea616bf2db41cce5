"""How orders look in the lists of staff."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.models import OfferState, Order, Promotion, Return, ShippingMethod
from orders.selectors.refunds import Books
from products.admin.cells import amount, badge, thumbnail
from products.models import Product

COLORS = {
    Order.Status.PENDING: "plain",
    Order.Status.CONFIRMED: "warn",
    Order.Status.PROCESSING: "info",
    Order.Status.SHIPPED: "info",
    Order.Status.DELIVERED: "good",
    Order.Status.CANCELLED: "plain",
    Order.Status.REFUNDED: "plain",
}


def status(order: Order) -> SafeString:
    """Return the status as a badge; what waits for hands stands out."""
    return badge(order.get_status_display(), COLORS[Order.Status(order.status)])


def payment(order: Order, books: Books) -> SafeString:
    """Return as a badge how the money of an order is doing, whatever its goods do."""
    if order.is_historic:
        return badge(_("From before the shop"), "plain")
    if books.going_back > 0:
        if books.under_way > 0:
            return badge(_("Refund under way"), "warn")
        return badge(_("Refunded") if books.kept <= 0 else _("Refunded in part"), "plain")
    if books.captured >= order.total_amount:
        return badge(_("Paid"), "good")
    return badge(_("Not paid"), "plain")


RETURN_COLORS = {
    Return.Status.REQUESTED: "warn",
    Return.Status.ACCEPTED: "info",
    Return.Status.DECLINED: "plain",
    Return.Status.RECEIVED: "good",
}


def return_state(back: Return) -> SafeString:
    """Return the state of a return as a badge; what waits for an answer stands out."""
    return badge(back.get_status_display(), RETURN_COLORS[Return.Status(back.status)])


def customer(order: Order) -> list[str]:
    """Return who ordered: a name, and the address to write to."""
    account = order.user.get_full_name() if order.user else ""
    return [account or str(order.shipping_address.get("name") or order.email), order.email]


def total(order: Order) -> SafeString:
    return format_html('<span class="shop-number">{}</span>', amount(order.total_amount))


def held(order: Order) -> str:
    """Say how long the goods of an unpaid order are kept for it, or that an order is from before the shop."""
    if order.is_historic:
        return _("From before the shop")
    if order.status != Order.Status.PENDING or order.hold_expires_at is None:
        return ""
    if not order.holds_stock:
        return _("no longer held")
    time = date_format(timezone.localtime(order.hold_expires_at), "TIME_FORMAT")
    return _("held until %(time)s") % {"time": time}


def cover(product: Product) -> SafeString:
    """Return the thumbnail of a product that was loaded with its cover."""
    return thumbnail(next(iter(product.cover_images), None))


def rate(share: Decimal) -> str:
    """Return a tax rate as people say it: 19 %, 7.7 %."""
    return percent(share * 100)


def percent(figure: Decimal) -> str:
    """Return a percentage without zeros that say nothing."""
    return f"{number_format(f'{figure.normalize():f}', use_l10n=True)}\N{NO-BREAK SPACE}%"


OFFER_COLORS = {
    OfferState.RUNNING: "good",
    OfferState.PLANNED: "info",
    OfferState.OVER: "plain",
    OfferState.USED_UP: "plain",
    OfferState.NO_CODE: "warn",
    OfferState.OFF: "plain",
}


def offer_state(row: Any) -> SafeString:
    """Return as a badge whether an offer or coupon, loaded with its state, counts just now."""
    state = OfferState(row.state)
    return badge(str(state.label), OFFER_COLORS[state])


def uses(row: Any) -> SafeString:
    """Return how often a coupon, or those of an offer, have been used, and how often they may be."""
    if row.most_uses is None:
        return number(str(row.uses))
    return number(_("%(uses)d of %(most)d") % {"uses": row.uses, "most": row.most_uses})


def number(text: str) -> SafeString:
    return format_html('<span class="shop-number">{}</span>', text)


def taken_off(offer: Promotion) -> str:
    """Say in a few words what an offer takes off, from when on, and of what."""
    parts = [_reduction(offer)]
    if offer.minimum:
        parts.append(_("from %(amount)s on") % {"amount": amount(offer.minimum)})
    shelves = ", ".join(category.name for category in offer.categories.all())
    return " · ".join(part for part in (", ".join(parts), shelves) if part)


def _reduction(offer: Promotion) -> str:
    match offer.kind:
        case Promotion.Kind.PERCENT:
            return _("%(percent)s off") % {"percent": percent(offer.value)}
        case Promotion.Kind.AMOUNT:
            return _("%(amount)s off") % {"amount": amount(offer.value)}
        case Promotion.Kind.BUY_X_GET_Y:
            return _("Buy %(buy)d, get %(get)d free") % {"buy": offer.buy, "get": offer.get}
        case Promotion.Kind.TIERS:
            steps = (
                (amount(Decimal(str(start))), percent(Decimal(str(share)))) for start, share in offer.tiers
            )
            text = _("%(percent)s from %(amount)s on")
            return ", ".join(text % {"amount": start, "percent": share} for start, share in steps)
        case _:
            return str(offer.get_kind_display())


def delivery_price(method: ShippingMethod) -> SafeString:
    """Return what a method costs, from the cheapest of its prices to the dearest."""
    prices = sorted(band.price for band in method.bands.all())
    if not prices:
        return number("\u2013") if method.carrier else badge(_("No price"), "warn")
    if prices[0] == prices[-1]:
        return number(amount(prices[0]))
    return number(f"{amount(prices[0])} \u2013 {amount(prices[-1])}")


def days(method: ShippingMethod) -> str:
    """Return how many working days a delivery takes."""
    if method.days_min == method.days_max:
        return str(method.days_min)
    return f"{method.days_min} \u2013 {method.days_max}"
