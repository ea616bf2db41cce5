"""What staff type when they ship, answer, receive and refund."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from dbProject.errors import ShopError
from orders.admin.steps import WORDS
from orders.models import Return
from orders.selectors.fulfillment import Progress
from orders.selectors.refunds import Proposal
from orders.services.packing import Tracking
from orders.unit_forms import Choice, UnitsForm
from products.admin.cells import amount

CENT = Decimal("0.01")
AS_NEW = (Return.Reason.UNSAID, Return.Reason.DISLIKED, Return.Reason.UNFITTING, Return.Reason.LATE)
"""For which what comes back is most likely as good as new."""


class CountsForm(UnitsForm):
    """A number for each line."""

    def units_field(self, choice: Choice) -> forms.IntegerField:
        widget = widgets.UnfoldAdminIntegerFieldWidget()
        field = forms.IntegerField(
            label=choice.item.product_name,
            min_value=0,
            max_value=choice.item.quantity,
            initial=choice.initial,
            required=False,
            help_text=self.help_of(choice),
            widget=widget,
        )
        field.widget.attrs["max"] = choice.most
        return field

    def help_of(self, choice: Choice) -> str:
        raise NotImplementedError


class ShipForm(CountsForm):
    """What goes into a parcel, and how it can be followed."""

    carrier = forms.CharField(
        label=gettext_lazy("Carrier"),
        max_length=100,
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget(),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=100,
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget(),
    )
    tracking_url = forms.URLField(
        label=gettext_lazy("Tracking link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy(
            "The customer follows the parcel by it. Empty: the page of the carrier, if it is DHL, DPD, GLS,"
            " Hermes, UPS, FedEx or Deutsche Post."
        ),
        widget=widgets.UnfoldAdminURLInputWidget(),
    )

    def __init__(self, data: Any, *, lines: Iterable[Progress]) -> None:
        """Offer what is left, and all of it to begin with."""
        super().__init__(data, choices=[Choice(line.item, line.left, line.left) for line in lines])

    def help_of(self, choice: Choice) -> str:
        return _("%(sku)s · %(left)d to ship") % {"sku": choice.item.product_sku, "left": choice.most}

    def clean_tracking_url(self) -> str:
        """Let a link lead to the web: the customer's browser opens it."""
        url = str(self.cleaned_data["tracking_url"])
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Enter an address that begins with https://."))
        return url

    def tracking(self) -> Tracking:
        """Return how the parcel can be followed."""
        data = self.cleaned_data
        return Tracking(data["carrier"], data["tracking_number"], data["tracking_url"])


class ReceiveForm(CountsForm):
    """How many units of what came back are as good as new."""

    def __init__(self, data: Any, *, back: Return) -> None:
        """Propose all, unless the reason speaks against it."""
        is_new = back.reason in AS_NEW
        choices = [
            Choice(one.item, one.quantity, one.quantity * is_new) for one in back.items.select_related("item")
        ]
        super().__init__(data, choices=choices)

    def help_of(self, choice: Choice) -> str:
        text = _("%(sku)s · %(most)d came back. How many go on the shelf?")
        return text % {"sku": choice.item.product_sku, "most": choice.most}


class AnswerForm(forms.Form):
    """What the customer reads about their return."""

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=WORDS,
        required=False,
        help_text=gettext_lazy("The customer reads it on the page of the order. May stay empty."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )

    def refuse(self, refusal: ShopError) -> None:
        self.add_error(None, refusal.detail)


class RefundForm(forms.Form):
    """How much goes back, for the goods and for the delivery, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    goods = forms.DecimalField(
        label=gettext_lazy("For the goods"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
        widget=widgets.UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
    )
    delivery = forms.DecimalField(
        label=gettext_lazy("For the delivery"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
        widget=widgets.UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The customer reads it on the page of the order."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )
    closes = forms.BooleanField(
        label=gettext_lazy("Close the order as refunded"),
        required=False,
        help_text=gettext_lazy("When all of its money goes back and nothing more is to come."),
        widget=widgets.UnfoldBooleanWidget(),
    )

    def __init__(
        self, data: Any, *, proposal: Proposal, left: Decimal, back: Return | None, may_close: bool
    ) -> None:
        """Propose what a return is worth, and no delivery; at most ``left`` may go back."""
        reason = _("Return %(number)d") % {"number": back.number} if back else ""
        initial = {"goods": proposal.goods, "delivery": Decimal("0.00"), "reason": reason}
        super().__init__(data, initial=initial)
        self.fields["goods"].help_text = _("Gross. At most %(left)s can go back.") % {"left": amount(left)}
        self.fields["goods"].widget.attrs["max"] = left
        if not proposal.delivery:
            del self.fields["delivery"]
        else:
            text = _("Gross. %(left)s of it can go back.")
            self.fields["delivery"].help_text = text % {"left": amount(proposal.delivery)}
            self.fields["delivery"].widget.attrs["max"] = proposal.delivery
        if not may_close:
            del self.fields["closes"]

    def clean(self) -> dict[str, Any]:
        """Refuse a refund of nothing."""
        data = super().clean() or {}
        if not self.errors and self.amount() < CENT:
            raise forms.ValidationError(_("Say how much goes back."))
        return data

    def amount(self) -> Decimal:
        """Return what goes back in all."""
        goods: Decimal = self.cleaned_data["goods"]
        return goods + self.delivery_amount()

    def delivery_amount(self) -> Decimal:
        """Return how much of it is for the delivery."""
        return self.cleaned_data.get("delivery") or Decimal()

    def refuse(self, refusal: ShopError) -> None:
        self.add_error(None, refusal.detail)
