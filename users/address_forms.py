"""The form of an address, which follows its country."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from users import addresses, countries
from users.forms import speak_plainly


class AddressForm(forms.Form):
    """Where something goes. What is asked for, and under which name, is what the country's post needs."""

    ADDRESS_FIELDS = ("name", "company", "street", "street2", "zip_code", "city", "state", "country", "phone")

    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "shipping country"})
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
        max_length=20, widget=forms.TextInput(attrs={"autocomplete": "shipping postal-code"})
    )
    city = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"autocomplete": "shipping address-level2"})
    )
    state = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"autocomplete": "shipping address-level1"})
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "shipping organization"}),
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

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        """Offer the countries with these ``codes`` (ISO 3166-1 alpha-2)."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.choices(codes)  # type: ignore[attr-defined]
        known = addresses.shape(self.country_so_far)
        if known.states:
            self.fields["state"] = forms.ChoiceField(
                choices=[("", _("Please choose")), *known.states],
                widget=forms.Select(attrs={"autocomplete": "shipping address-level1"}),
            )
        self.fields["state"].label = known.state_word
        self.fields["state"].required = known.needs_state
        self.fields["city"].label = known.city_word
        self.fields["zip_code"].label = known.zip_code_word
        self.fields["zip_code"].required = known.needs_zip_code
        for field in self.fields.values():
            speak_plainly(field)

    @property
    def country_so_far(self) -> str:
        """The country that was chosen so far, or the store's own."""
        return str(self["country"].value() or settings.STORE_COUNTRY)

    @property
    def needs_state(self) -> bool:
        """Whether an address there is not complete without a state."""
        return addresses.shape(self.country_so_far).needs_state

    def clean_zip_code(self) -> str:
        """Write the postal code as it is written in the country; one that cannot be there is refused."""
        typed = str(self.cleaned_data["zip_code"])
        country = str(self.cleaned_data.get("country") or self.country_so_far)
        try:
            return addresses.zip_code(typed, country=country)
        except ValueError:
            example = addresses.shape(country).zip_code_examples[:1]
            raise forms.ValidationError(
                _("Please enter one like %(example)s."), params={"example": "".join(example)}
            ) from None

    def address(self) -> dict[str, str]:
        """Return what was typed, once it is valid."""
        return {name: self.cleaned_data[name] for name in self.ADDRESS_FIELDS}


class KeptAddressForm(AddressForm):
    """An address that an account keeps, and what it is for."""

    field_order = ("name", "company", "street", "street2", "zip_code", "city", "state", "country", "phone")

    is_default_shipping = forms.BooleanField(label=_("Deliver here unless I say otherwise"), required=False)
    is_default_billing = forms.BooleanField(label=_("Write it on invoices"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, codes=countries.NAMES, **kwargs)
        if not self.needs_state and not addresses.shape(self.country_so_far).states:
            del self.fields["state"]

    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in self.ADDRESS_FIELDS}
