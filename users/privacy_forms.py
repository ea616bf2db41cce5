"""What customers decide about what the shop knows of them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from users.models import MailConsent


class DeleteForm(forms.Form):
    """The second thought before an account is deleted."""

    is_meant = forms.BooleanField(
        label=_("Delete my account for ever"),
        error_messages={"required": _("Please tick the box if you mean it.")},
    )


class MailsForm(forms.Form):
    """A box for each kind of mail; ``wanted`` is kind -> whether it comes now."""

    def __init__(self, *args: Any, wanted: Mapping[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in MailConsent.Kind.choices:
            self.fields[kind] = forms.BooleanField(label=label, required=False, initial=wanted[kind])
