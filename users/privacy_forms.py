"""What customers decide about what the shop knows of them."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DeleteForm(forms.Form):
    """The second thought before an account is deleted."""

    is_meant = forms.BooleanField(
        label=_("Delete my account for ever"),
        error_messages={"required": _("Please tick the box if you mean it.")},
    )
