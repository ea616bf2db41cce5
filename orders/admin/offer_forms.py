"""What staff type about offers and coupons."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from dbProject.staff import ShopModelForm
from orders.admin.localized import LocalizedNameForm
from orders.models import Promotion
from orders.selectors import offers

Kind = Promotion.Kind
ALL = Decimal(100)
BELONGS = {
    Kind.PERCENT: ("value",),
    Kind.AMOUNT: ("value",),
    Kind.FREE_SHIPPING: (),
    Kind.BUY_X_GET_Y: ("buy", "get"),
    Kind.TIERS: ("tiers",),
}
"""Kind -> the fields that say how much. The others are emptied, so that nothing left over confuses."""
EMPTY: dict[str, Any] = {"value": Decimal(), "buy": 0, "get": 0, "tiers": []}


class TiersField(forms.CharField):
    """Steps as lines, ``100: 10`` each: from a goods value of 100 on, 10 percent."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{start}: {percent}" for start, percent in value)

    def to_python(self, value: Any) -> Any:
        steps = [self._step(line) for line in (value or "").splitlines() if line.strip()]
        if len({start for start, _percent in steps}) < len(steps):
            raise ValidationError(_("Two steps begin at the same value."))
        return [[f"{start:f}", f"{percent:f}"] for start, percent in sorted(steps)]

    def validate(self, value: Any) -> None:
        """Nothing is left to say: no step at all is the form's matter."""

    def run_validators(self, value: Any) -> None:
        """As above."""

    def _step(self, line: str) -> tuple[Decimal, Decimal]:
        try:
            start, percent = (
                Decimal(part.strip().rstrip("%").strip().replace(",", ".")) for part in line.split(":")
            )
        except (InvalidOperation, ValueError):
            raise ValidationError(
                _("“%(line)s” is no step. Write it like this: 100: 10") % {"line": line}
            ) from None
        if not (start.is_finite() and start >= 0 and percent.is_finite() and 0 < percent <= ALL):
            raise ValidationError(
                _("“%(line)s”: a value from 0 up, and a percentage up to 100.") % {"line": line}
            )
        return start, percent


class OfferForm(LocalizedNameForm):
    """An offer; of the figures only those count that belong to its kind."""

    class Meta:
        labels = {
            "value": gettext_lazy("How much"),
            "minimum": gettext_lazy("From a goods value of"),
            "starts_at": gettext_lazy("Begins"),
            "ends_at": gettext_lazy("Ends"),
        }

    tiers = TiersField(
        label=gettext_lazy("Steps"),
        required=False,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One step a line, goods value and percent. For example 50: 5 and below it 100: 10"
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind not in BELONGS:
            return cleaned
        for name, empty in EMPTY.items():
            if name not in BELONGS[kind]:
                cleaned[name] = empty
                self.errors.pop(name, None)
        value = cleaned.get("value")
        if kind == Kind.PERCENT and value is not None and not 0 < value <= ALL:
            self.add_error("value", _("A percentage above 0, up to 100."))
        if kind == Kind.AMOUNT and value is not None and value <= 0:
            self.add_error("value", _("An amount above 0."))
        for name in ("buy", "get"):
            if kind == Kind.BUY_X_GET_Y and cleaned.get(name) == 0:
                self.add_error(name, _("At least one unit."))
        if kind == Kind.TIERS and cleaned.get("tiers") == []:
            self.add_error("tiers", _("At least one step."))
        if (cleaned.get("minimum") or 0) < 0:
            self.add_error("minimum", _("This cannot be negative."))
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("It has to end after it has begun."))
        return cleaned


class CouponForm(ShopModelForm):
    """A code with its limits."""

    fields_of = {"uses_exceeded": "most_uses"}

    def clean_code(self) -> str:
        code = offers.clean_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("A code has letters from A to Z or digits."))
        return code

    def clean_most_uses(self) -> int | None:
        most: int | None = self.cleaned_data["most_uses"]
        if most is not None and most < self.instance.uses:
            raise ValidationError(
                _("It has been used more often already: %(uses)d.") % {"uses": self.instance.uses}
            )
        return most
