"""The steps of an order as buttons: which there are, what they ask first, and what they say after."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from orders.models import Order
from products.admin.cells import amount

S = Order.Status
WORDS = 300
"""Letters of a step's detail in the timeline."""


@dataclass(frozen=True, slots=True)
class Step:
    """One button. What moves money, or cannot be taken back, ``asks`` on a page of its own first."""

    to: str
    permission: str
    """Who may do it; to see the order is one of its own, and to leave a note as well."""
    title: Any
    icon: str
    done: Any
    asks: bool = False
    page: str = ""
    """The name of the page that it is taken on, where that is not the common one."""
    variant: str = ""
    """The look of its button; empty is the strongest."""


FULFILL, CANCEL, SETTLE = (f"orders.{verb}_order" for verb in ("fulfill", "cancel", "settle"))
STEPS = (
    Step(
        S.CONFIRMED, SETTLE, gettext_lazy("Record a payment by hand"), "payments",
        gettext_lazy("Paid and confirmed."), asks=True,
    ),
    Step(
        S.PROCESSING, FULFILL, gettext_lazy("Start packing"), "package_2", gettext_lazy("Being packed now."),
    ),
    Step(
        S.SHIPPED, FULFILL, gettext_lazy("Ship"), "local_shipping", gettext_lazy("On its way."),
        page="admin:orders_order_ship",
    ),
    Step(
        S.DELIVERED, FULFILL, gettext_lazy("Mark as delivered"), "task_alt", gettext_lazy("Delivered."),
    ),
    Step(
        S.CANCELLED, CANCEL, gettext_lazy("Cancel the order"), "close", gettext_lazy("Cancelled."),
        asks=True, variant="default",
    ),
    Step(
        S.REFUNDED, SETTLE, gettext_lazy("Refund everything"), "undo", gettext_lazy("The money goes back."),
        asks=True, variant="default",
    ),
)  # fmt: skip
BY_STATUS = {str(step.to): step for step in STEPS}


def possible(order: Order, user: Any) -> list[Step]:
    """Return the buttons that ``Order.NEXT`` allows, and ``user``'s roles; forward first.

    What has left the house in part is not cancelled.
    """
    allowed = [step for step in STEPS if order.may_become(step.to) and user.has_perm(step.permission)]
    return [step for step in allowed if step.to != S.CANCELLED or order.is_open]


def consequence(order: Order, step: Step) -> str:
    """Say what a step that asks will do; up to two queries."""
    if step.to == S.CONFIRMED:
        text = _("Only if %(amount)s has arrived outside the shop. The order counts as paid from then on.")
        return text % {"amount": amount(order.total_amount)}
    kept = order.amount_kept()
    back = _("%(amount)s goes back to the customer.") % {"amount": amount(kept)} if kept > 0 else ""
    if step.to == S.CANCELLED:
        goods = _("The goods go back on the shelf.") if order.holds_stock else ""
    else:
        goods = _("The stock stays as it is: count what comes back.")
    return " ".join(text for text in (back, goods, _("This cannot be undone.")) if text)


class ReasonForm(forms.Form):
    """Why; the customer reads it in the timeline of the order."""

    detail = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=WORDS,
        required=False,
        help_text=gettext_lazy("The customer reads it on the page of the order. May stay empty."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )


class NoteForm(forms.Form):
    """A line for colleagues; the customer does not see it."""

    note = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        max_length=WORDS,
        help_text=gettext_lazy("The customer does not see it."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )
