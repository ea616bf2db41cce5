"""What staff type about deliveries."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from dbProject.staff import ShopModelForm
from orders import carriers
from orders.admin.localized import LocalizedNameForm
from orders.models import ShippingBand
from users import countries


class ZoneForm(ShopModelForm):
    """A zone, its countries chosen by name."""

    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"), widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("countries"), forms.ChoiceField):
            field.choices = countries.choices({*countries.NAMES, *self.instance.countries})


class MethodForm(LocalizedNameForm):
    """A method; a carrier is one of those in the settings."""

    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"),
        required=False,
        widget=widgets.UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Asked for its price; while it does not answer, the prices below count."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(field := self.fields.get("carrier"), forms.ChoiceField):
            known = sorted({*carriers.codes(), self.instance.carrier} - {""})
            field.choices = [("", _("None: the prices below")), *((code, code) for code in known)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        least, most = cleaned.get("days_min"), cleaned.get("days_max")
        if least is not None and most is not None and least > most:
            self.add_error("days_max", _("Not less than the days at least."))
        if (cleaned.get("free_from") or 0) < 0:
            self.add_error("free_from", _("This cannot be negative."))
        return cleaned


class BandForm(forms.ModelForm[ShippingBand]):
    """One price, for goods of some weight and value."""

    class Meta:
        model = ShippingBand
        fields = ("price", "weight_from", "weight_below", "value_from", "value_below")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("price", "value_from"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, _("This cannot be negative."))
        for start, end in (("weight_from", "weight_below"), ("value_from", "value_below")):
            low, high = cleaned.get(start), cleaned.get(end)
            if low is not None and high is not None and high <= low:
                self.add_error(end, _("More than where it begins, or empty."))
        return cleaned
