"""The ways a cart or an order can say no. Refusals of stock come from ``products.errors``."""

from decimal import Decimal

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, Severity, ShopError


class VatNumberRefused(ShopError):
    """A VAT number that cannot be: of no member state, of another one, or with a digit that is wrong."""

    code = "vat_number_refused"
    category = ErrorCategory.VALIDATION

    def __init__(self, country: str) -> None:
        text = _("This VAT number cannot be right for this country. Please check it, or leave it out.")
        super().__init__(text, country=country)


class EmptyCart(ShopError):
    """There is nothing to order."""

    code = "empty_cart"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Your cart is empty."))


class UnknownItem(ShopError):
    """This line is not, or no longer, in the cart."""

    code = "unknown_item"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("This is no longer in your cart."))


class LimitReached(ShopError):
    """More than one cart or one order may hold."""

    code = "limit_reached"
    status = 409


class PriceChanged(ShopError):
    """The total moved between the customer's last look and the order."""

    code = "price_changed"
    status = 409

    def __init__(self, *, total_seen: Decimal, total_amount: Decimal) -> None:
        super().__init__(
            _("The total has changed since you last looked. Nothing was ordered: please check it again."),
            total_seen=str(total_seen),
            total_amount=str(total_amount),
        )


class CouponRefused(ShopError):
    """A coupon that is unknown, over, used up, or not for this cart; the text says which."""

    code = "coupon_refused"
    status = 409

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail, reason=reason)


class NotDelivered(ShopError):
    """The shop does not deliver there, or not these goods, or not this way."""

    code = "not_delivered"
    status = 409


class UnknownOrder(ShopError):
    """There is no such order, or it is somebody else's: the answer is the same."""

    code = "unknown_order"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such order."))


class IllegalTransition(ShopError):
    """The order cannot go from the status it has to the one asked for."""

    code = "illegal_transition"
    status = 409

    def __init__(self, *, status_now: str, status_wanted: str) -> None:
        super().__init__(
            _("The order has moved on meanwhile; this is no longer possible."),
            status_now=status_now,
            status_wanted=status_wanted,
        )


class PastOrder(ShopError):
    """The order is from before the shop: it is looked at, and nothing happens to it any more."""

    code = "past_order"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This order is from before the shop. It is kept to be looked at."))


class PaymentRefused(ShopError):
    """A payment event that cannot be true: no such order, another currency, a negative amount."""

    code = "payment_refused"
    status = 422
    category = ErrorCategory.EXTERNAL_API


class UnknownLine(ShopError):
    """This is not a line of the order."""

    code = "unknown_line"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("This is not part of the order."))


class NothingChosen(ShopError):
    """A shipment or a return of nothing."""

    code = "nothing_chosen"
    status = 422
    category = ErrorCategory.VALIDATION

    def __init__(self) -> None:
        super().__init__(_("Choose at least one unit of something."))


class TooManyUnits(ShopError):
    """More units than were ordered, have arrived, or are left."""

    code = "too_many_units"
    status = 409


class SentBefore(ShopError):
    """The same form came before, and said something else."""

    code = "sent_before"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This form was sent before. Look at the order again, then start anew."))


class PartlyShipped(ShopError):
    """An order is to be cancelled of which something has left the house."""

    code = "partly_shipped"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "Part of this order is on its way already, so it cannot be cancelled. What you do not want"
                " to keep you can send back."
            )
        )


class UnknownReturn(ShopError):
    """There is no such return of this order."""

    code = "unknown_return"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such return."))


class NothingToReturn(ShopError):
    """An order of which nothing has arrived, or all has come back, or that has ended."""

    code = "nothing_to_return"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("There is nothing of this order that can be sent back."))


class ReturnMovedOn(ShopError):
    """A return cannot go from the status it has to the one asked for."""

    code = "return_moved_on"
    status = 409

    def __init__(self, *, status_now: str, status_wanted: str) -> None:
        super().__init__(
            _("The return has moved on meanwhile; this is no longer possible."),
            status_now=status_now,
            status_wanted=status_wanted,
        )


class RefundRefused(ShopError):
    """More money than the shop still has of an order, or of one that has none to give back."""

    code = "refund_refused"
    status = 409


class OfferInUse(ShopError):
    """An offer or coupon that orders have used: it is kept, and can be switched off."""

    code = "offer_in_use"
    status = 409

    def __init__(self, name: str) -> None:
        text = _("%(name)s has been used by orders and stays in the books. Switch it off instead.")
        super().__init__(text % {"name": name}, name=name)


class UsesExceeded(ShopError):
    """A coupon may not be limited to less uses than it has had."""

    code = "uses_exceeded"
    status = 409

    def __init__(self, uses: int) -> None:
        super().__init__(_("It has been used more often already: %(uses)d.") % {"uses": uses}, uses=uses)


class WebhookRefused(ShopError):
    """A message that is not a payment provider's. ``reason`` is for the log, the sender learns nothing."""

    code = "webhook_refused"
    status = 400
    category = ErrorCategory.AUTHENTICATION

    def __init__(self, reason: str) -> None:
        super().__init__(_("This message is not signed as it should be."))
        self.reason = reason


class DocumentDamaged(ShopError):
    """The stored file of an invoice or credit note is gone, or is not the one that was stored."""

    code = "document_damaged"
    status = 503
    severity = Severity.HIGH
    category = ErrorCategory.SYSTEM

    def __init__(self) -> None:
        super().__init__(_("We cannot show this document right now. We have been told, and look after it."))


class OrderOnItsWay(ShopError):
    """Who ordered cannot be forgotten yet: the rest of the order still has to find them."""

    code = "order_on_its_way"
    status = 409

    def __init__(self, order_number: str) -> None:
        text = _(
            "A part of your order %(number)s has left our house, and the rest needs your address."
            " Please wait until it has arrived, or write to us."
        )
        super().__init__(text % {"number": order_number}, order_number=order_number)


class PaymentHeldUp(ShopError):
    """Too many cards were declined: the next payment has to wait, or its buyer to log in. Nothing was asked.

    ``retry_after`` is in seconds; ``login_helps`` says whether it is the network's count.
    """

    code = "payment_held_up"
    status = 429
    severity = Severity.MEDIUM
    category = ErrorCategory.AUTHORIZATION

    def __init__(self, *, seconds: int, login_helps: bool) -> None:
        super().__init__(
            _("Several payments were declined. Please wait before the next one."),
            retry_after=seconds,
            login_helps=login_helps,
        )
        self.seconds = seconds
        self.login_helps = login_helps


class UnknownCart(ShopError):
    """A guest without a cart, or a cart token that leads to none any more."""

    code = "unknown_cart"
    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such cart."))


class ViewRefused(ShopError):
    """A view of a report cannot be kept like this; ``detail`` says why, beside its name."""

    code = "view_refused"
    status = 409
