"""What visitors type into cart and checkout. Forms check shapes; what may be is for the services to say."""

from collections.abc import Iterable
from typing import Any, TypedDict
from uuid import uuid4

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from orders.errors import VatNumberRefused
from orders.models import MOST_UNITS
from orders.pricing import vat_numbers
from users.address_forms import AddressForm
from users.forms import speak_plainly

LARGEST_PK = 2**63 - 1


class Wanted(TypedDict):
    """What to put into a cart."""

    product_id: int
    quantity: int


class AddForm(forms.Form):
    """What ``/cart/add/`` takes; without a quantity one unit is meant."""

    product_id = forms.IntegerField(min_value=1, max_value=LARGEST_PK)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_UNITS, required=False)

    def wanted(self) -> Wanted:
        """Return what to put into the cart."""
        return {
            "product_id": self.cleaned_data["product_id"],
            "quantity": self.cleaned_data["quantity"] or 1,
        }


class QuantityForm(forms.Form):
    """A line's new quantity; 0 removes it."""

    quantity = forms.IntegerField(min_value=0, max_value=MOST_UNITS)


class CouponForm(forms.Form):
    """A coupon's code; empty takes the coupon out."""

    code = forms.CharField(
        label=_("Coupon code"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class CheckoutForm(AddressForm):
    """Who buys, where it goes, and how. What is folded away is optional and mostly left out."""

    field_order = ("email", "name", "street", "zip_code", "city", "state", "country")

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    total_seen = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("For the confirmation and news of this order, nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    shipping_method = forms.TypedChoiceField(
        label=_("Delivery"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=20,
        required=False,
        help_text=_("Of a business in another country of the EU: then no VAT is charged."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    notes = forms.CharField(
        label=_("A note for us"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,
        methods: Iterable[tuple[int, str]],
        wrong: ErrorDict | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer these delivery ``methods`` (pk and name).

        ``wrong`` is what was wrong with the form before, for one that is shown anew with today's choices.
        """
        super().__init__(*args, **kwargs)
        if wrong is not None:
            self._errors = wrong
        self.fields["shipping_method"].choices = [  # type: ignore[attr-defined]
            *methods
        ]

    def clean_vat_number(self) -> str:
        """Refuse a VAT number that cannot be one of the country the goods go to."""
        number = str(self.cleaned_data["vat_number"])
        if not number:
            return ""
        try:
            return vat_numbers.normalized(number, self.cleaned_data.get("country") or self.country_so_far)
        except VatNumberRefused as refusal:
            raise forms.ValidationError(refusal.detail) from refusal


class FindOrderForm(forms.Form):
    """What a guest knows of their order."""

    order_number = forms.CharField(
        label=_("Order number"),
        max_length=30,
        help_text=_("As in our mail: ORD-20261126-AB3CD4."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class WithdrawalForm(forms.Form):
    """What a withdrawal has to say: who, from which contract, and where its receipt goes."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    order_number = forms.CharField(
        label=_("Order number"),
        max_length=30,
        help_text=_("As in our mail: ORD-20261126-AB3CD4."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The one you ordered with. The receipt goes there at once."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    what = forms.CharField(
        label=_("Only for some of it?"),
        max_length=1000,
        required=False,
        help_text=_("Then say which things. Left empty, it is about the whole order."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            speak_plainly(field)


class TestBankForm(forms.Form):
    """What the page of the test bank sends: what its customer does, and how the bank behaves."""

    __test__ = False  # not a test, whatever it is called

    answer = forms.ChoiceField(choices=[(name, name) for name in ("pay", "decline", "ask", "confirm")])
    webhook = forms.ChoiceField(
        label=_("The bank tells the shop"),
        choices=[("once", _("at once")), ("twice", _("twice")), ("late", _("half a minute later"))],
        required=False,
    )
    status = forms.ChoiceField(
        label=_("Asked by the shop, the bank"),
        choices=[("", _("answers")), ("1.5", _("answers slowly")), ("lose", _("does not answer"))],
        required=False,
    )
