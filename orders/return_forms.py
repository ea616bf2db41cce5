"""What customers type who want to send something back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Return
from orders.unit_forms import Choice, UnitsForm


class ReturnForm(UnitsForm):
    """How many units of what, why, and in whose words."""

    reason = forms.ChoiceField(
        label=_("Why?"), choices=Return.Reason, help_text=_("You need not say. It helps us to do better.")
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=1000,
        required=False,
        help_text=_("What is broken, what you expected, or what we should know."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def units_field(self, choice: Choice) -> forms.TypedChoiceField:
        most = choice.most
        keep, back = (_("Keep it"), _("Send it back")) if most == 1 else (_("Keep them"), None)
        some = _("Send %(count)d of %(most)d back")
        texts = [back or some % {"count": count, "most": most} for count in range(1, most + 1)]
        field = forms.TypedChoiceField(
            label=choice.item.product_name,
            choices=[(count, str(count)) for count in range(choice.item.quantity + 1)],
            coerce=int,
            initial=choice.initial,
        )
        field.widget.choices = list(enumerate([keep, *texts]))
        return field
