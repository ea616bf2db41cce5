"""How orders look in the lists of staff."""

from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders.models import Order
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


def customer(order: Order) -> list[str]:
    """Return who ordered: a name, and the address to write to."""
    account = order.user.get_full_name() if order.user else ""
    return [account or str(order.shipping_address.get("name") or order.email), order.email]


def total(order: Order) -> SafeString:
    return format_html('<span class="shop-number">{}</span>', amount(order.total_amount))


def held_until(order: Order) -> str:
    """Say how long the goods of an unpaid order are kept for it."""
    if order.status != Order.Status.PENDING or order.hold_expires_at is None:
        return "\u2013"
    if not order.holds_stock:
        return _("no longer")
    return date_format(timezone.localtime(order.hold_expires_at), "TIME_FORMAT")


def cover(product: Product) -> SafeString:
    """Return the thumbnail of a product that was loaded with its cover."""
    return thumbnail(next(iter(product.cover_images), None))


def rate(share: Decimal) -> str:
    """Return a tax rate as people say it: 19 %, 7.7 %."""
    return f"{number_format(f'{(share * 100).normalize():f}', use_l10n=True)}\N{NO-BREAK SPACE}%"
