"""What the mails about an order's steps say, in the language that is active."""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _

from orders.models import OrderEvent

Kind = OrderEvent.Kind


class Letter(NamedTuple):
    """Subject (with ``%(number)s`` and ``%(store)s``), heading, and what there is to say."""

    subject: str
    heading: str
    text: str
    shows_lines: bool = False
    shows_parcels: bool = False


def about(kind: str) -> Letter:
    """Return the letter about a step of this kind.

    Raises:
        KeyError: It is one that no mail is sent about.
    """
    return LETTERS[kind]()


LETTERS: dict[str, Callable[[], Letter]] = {
    Kind.CONFIRMED: lambda: Letter(
        _("Paid: your order %(number)s at %(store)s"),
        _("Your payment is here. We are packing."),
        _("The invoice is attached. We write again as soon as the parcel leaves."),
        shows_lines=True,
    ),
    Kind.PART_SHIPPED: lambda: Letter(
        _("Part of your order %(number)s is on its way"),
        _("The first part is on its way."),
        _("The rest follows; each parcel has a mail of its own."),
        shows_parcels=True,
    ),
    Kind.SHIPPED: lambda: Letter(
        _("Your order %(number)s is on its way"),
        _("Your order is on its way."),
        _("Everything you ordered has left our house."),
        shows_parcels=True,
    ),
    Kind.DELIVERED: lambda: Letter(
        _("Your order %(number)s has arrived"),
        _("Your order has arrived."),
        _("If something is not as it should be, send it back from the page of your order."),
        shows_lines=True,
    ),
    Kind.CANCELLED: lambda: Letter(
        _("Cancelled: your order %(number)s at %(store)s"),
        _("Your order is cancelled."),
        _("What you have paid goes back the way it came. You need not do anything."),
        shows_lines=True,
    ),
    Kind.REFUND_DUE: lambda: Letter(
        _("Money goes back for your order %(number)s"),
        _("Your money is on its way back."),
        _("It goes back the way you paid; banks take up to five working days. The credit note is attached."),
    ),
    Kind.REFUNDED: lambda: Letter(
        _("Refunded: your order %(number)s at %(store)s"),
        _("Your order is refunded."),
        _("All you have paid goes back the way it came. The credit note is attached."),
        shows_lines=True,
    ),
    Kind.RETURN_ACCEPTED: lambda: Letter(
        _("Your return for the order %(number)s"),
        _("Please send it back to us."),
        _("We expect your parcel. The page of your order shows what goes into it."),
    ),
    Kind.RETURN_DECLINED: lambda: Letter(
        _("Your return for the order %(number)s"),
        _("We cannot take this back."),
        _("What we know of it stands below. If you see it otherwise, please write to us."),
    ),
    Kind.RETURN_RECEIVED: lambda: Letter(
        _("Your return for the order %(number)s has arrived"),
        _("Your return has arrived."),
        _("We look at it and write to you about the money."),
    ),
}
"""Kind of a step -> its letter. A step that is not here has no mail."""
