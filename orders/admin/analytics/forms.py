"""What staff choose of a report: days, a comparison, a currency, steps."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from orders.selectors.reports import asked, rollups
from orders.selectors.reports.asked import Asked, Compared, Grains, Preset, Unanswerable
from orders.selectors.reports.periods import Period
from orders.selectors.reports.report import Report, Takes

FIELDS = {
    Takes.DATES: ("preset", "first", "last"),
    Takes.COMPARISON: ("compare",),
    Takes.CURRENCY: ("currency",),
    Takes.GRAIN: ("grain",),
    Takes.TARGET: ("target_days",),
}
DATES = ["%Y-%m-%d", "%d.%m.%Y"]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=DATES,
        error_messages={"invalid": _("That is no day. Write it as 2026-01-31.")},
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=widgets.UnfoldAdminSelectWidget()
    )


class AskedForm(forms.Form):
    """A question to ``report``, from its address; what is not said is the usual.

    Days other than those of the preset are days of one's own: a page without scripts needs no third choice.
    """

    preset = forms.ChoiceField(required=False, choices=Preset.choices, widget=forms.HiddenInput())
    first = _day(_("From day"))
    last = _day(_("To day"))
    compare = _choice(_("Compared with"), Compared.choices)
    grain = _choice(_("In steps of"), [("", _("By itself")), *Grains.choices])
    currency = _choice(_("Currency"), ())
    target_days = forms.IntegerField(
        label=_("Days to have in stock"),
        required=False,
        min_value=1,
        max_value=asked.LONGEST_TARGET,
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
    )
    asked: Asked

    def __init__(self, given: Mapping[str, str], *, report: Report, today: date) -> None:
        self.currencies = rollups.currencies()
        usual = {
            "preset": Preset.LAST_30.value,
            "compare": Compared.BEFORE.value,
            "currency": self.currencies[0],
            "target_days": str(asked.TARGET_DAYS),
        }
        super().__init__({**usual, **{name: value for name, value in given.items() if value}})
        self.today = today
        currency: Any = self.fields["currency"]
        currency.choices = [(code, code) for code in self.currencies]
        wanted = {name for takes in report.takes for name in FIELDS[takes]}
        if {self.data["currency"], *self.currencies} == {self.currencies[0]}:
            wanted -= {"currency"}  # nothing to choose
        for name in set(self.fields) - wanted:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        currency = cleaned.get("currency") or self.currencies[0]
        try:
            period = self._period(cleaned, currency)
        except Unanswerable as wrong:
            self.add_error(wrong.field, str(wrong))
            return cleaned
        self.asked = Asked(
            period,
            asked.compared_with(period, cleaned.get("compare", ""), preset=cleaned.get("preset", "")),
            currency,
            cleaned.get("grain") or asked.default_grain(period),
            cleaned.get("target_days") or asked.TARGET_DAYS,
        )
        return cleaned

    def _period(self, cleaned: dict[str, Any], currency: str) -> Period:
        preset = cleaned.get("preset") or Preset.LAST_30.value
        first, last = cleaned.get("first"), cleaned.get("last")
        known = rollups.known(currency) if preset == Preset.ALL else None
        if preset != Preset.CUSTOM:
            period = asked.period_of(preset, today=self.today, known=known)
            if (first or period.first, last or period.last) == (period.first, period.last):
                return period
            first, last = first or period.first, last or period.last
        cleaned["preset"] = Preset.CUSTOM.value
        return asked.period_of(Preset.CUSTOM, today=self.today, known=None, first=first, last=last)

    @property
    def query(self) -> str:
        """What was asked as it stands in an address, in one way only."""
        return self.query_with()

    def query_with(self, **other: str) -> str:
        """Return the address's query with something else chosen; other days where a preset is."""
        preset = self.cleaned_data.get("preset") or ""
        names = [name for name in self.fields if name not in ("first", "last") or preset == Preset.CUSTOM]
        if "preset" in other:
            names = [name for name in names if name not in ("first", "last")]
        chosen = {name: other.get(name) or self.cleaned_data.get(name) for name in names}
        return urlencode({name: str(value) for name, value in chosen.items() if value})

    def filled(self) -> "AskedForm":
        """Return it with the days that its preset means, as the page shows it."""
        if self.is_valid() and "first" in self.fields:
            data: Any = self.data
            data |= {
                "first": self.asked.period.first.isoformat(),
                "last": self.asked.period.last.isoformat(),
                "preset": self.cleaned_data.get("preset") or Preset.LAST_30.value,
            }
        return self


class ViewForm(forms.Form):
    """A name for what is on the page, and whether it comes by mail."""

    name = forms.CharField(
        label=_("Name of the view"), max_length=80, widget=widgets.UnfoldAdminTextInputWidget()
    )
    by_mail = forms.BooleanField(
        label=_("By mail every Monday"), required=False, widget=widgets.UnfoldBooleanWidget()
    )
