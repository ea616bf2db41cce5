"""A form that nobody sends: every kind of field in every state, for the style guide."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """Fields as forms of the shop have them."""

    name = forms.CharField(label=_("Name"))
    postal_code = forms.RegexField(
        r"^[0-9]{5}$",
        label=_("Postal code"),
        help_text=_("Five digits, for example 53111."),
        error_messages={"invalid": _("A German postal code has five digits.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    note = forms.CharField(
        label=_("Note for the carrier"), required=False, widget=forms.Textarea({"rows": 3})
    )
    sort = forms.ChoiceField(label=_("Sort by"), choices=[("newest", _("Newest first"))], required=False)
    delivery = forms.ChoiceField(
        label=_("Delivery"),
        choices=[("home", _("To your door")), ("shop", _("Collect it yourself"))],
        widget=forms.RadioSelect,
    )
    terms = forms.BooleanField(
        label=_("Send me news once a month"), help_text=_("You can end this any time.")
    )


def filled_in_form() -> SampleForm:
    """Return a form in which some is right and some is wrong."""
    return SampleForm({"sample-name": "Ada", "sample-postal_code": "12"}, prefix="sample")
