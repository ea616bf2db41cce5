"""What visitors type into cart and checkout. Forms check shapes; what may be is for the services to say."""

from collections.abc import Iterable
from typing import Any, TypedDict

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from orders.errors import VatNumberRefused
from orders.models import MOST_UNITS
from orders.pricing import vat_numbers
from users import countries
from users.forms import speak_plainly

LARGEST_PK = 2**63 - 1
ADDRESS_FIELDS = ("name", "company", "street", "street2", "zip_code", "city", "state", "country", "phone")
WITH_STATE = {"AU", "CA", "JP", "US"}
"""Countries where an address is not complete without a state or region."""
WITHOUT_ZIP_CODE = {"HK", "AE", "QA"}


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


class CheckoutForm(forms.Form):
    """Who buys, where it goes, and how. What is folded away is optional and mostly left out."""

    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    total_seen = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("For the confirmation and news of this order, nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "shipping name"})
    )
    street = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "shipping address-line1"}),
    )
    zip_code = forms.CharField(
        label=_("Postal code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "shipping postal-code"}),
    )
    city = forms.CharField(
        label=_("City"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "shipping address-level2"}),
    )
    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "shipping country"})
    )
    state = forms.CharField(
        label=_("State or region"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "shipping address-level1"}),
    )
    shipping_method = forms.TypedChoiceField(
        label=_("Delivery"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "shipping organization"}),
    )
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=20,
        required=False,
        help_text=_("Of a business in another country of the EU: then no VAT is charged."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    street2 = forms.CharField(
        label=_("Address line 2"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "shipping address-line2"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        help_text=_("Only for questions about the delivery."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
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
        codes: Iterable[str],
        methods: Iterable[tuple[int, str]],
        wrong: ErrorDict | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the countries with these ``codes``, and these delivery ``methods`` (pk and name).

        ``wrong`` is what was wrong with the form before, for one that is shown anew with today's choices.
        """
        super().__init__(*args, **kwargs)
        if wrong is not None:
            self._errors = wrong
        for field in self.fields.values():
            speak_plainly(field)
        self.fields["country"].choices = countries.choices(codes)  # type: ignore[attr-defined]
        self.fields["shipping_method"].choices = [  # type: ignore[attr-defined]
            *methods
        ]
        self.fields["zip_code"].required = self.country_so_far not in WITHOUT_ZIP_CODE
        self.fields["state"].required = self.country_so_far in WITH_STATE

    @property
    def country_so_far(self) -> str:
        """The country that was chosen so far, or the store's own."""
        return str(self["country"].value() or settings.STORE_COUNTRY)

    @property
    def needs_state(self) -> bool:
        return self.country_so_far in WITH_STATE

    def clean_vat_number(self) -> str:
        """Refuse a VAT number that cannot be one of the country the goods go to."""
        number = str(self.cleaned_data["vat_number"])
        if not number:
            return ""
        try:
            return vat_numbers.normalized(number, self.cleaned_data.get("country") or self.country_so_far)
        except VatNumberRefused as refusal:
            raise forms.ValidationError(refusal.detail) from refusal

    def address(self) -> dict[str, str]:
        """Return where the goods go."""
        return {name: self.cleaned_data[name] for name in ADDRESS_FIELDS if name in self.cleaned_data}


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


class TestPaymentForm(forms.Form):
    """What the page of the test provider sends."""

    __test__ = False  # not a test, whatever it is called

    answer = forms.ChoiceField(choices=[("pay", "pay"), ("decline", "decline")])
    event_id = forms.UUIDField()
