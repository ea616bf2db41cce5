"""What people type and press to show that it is them."""

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from users.forms import PlainForm

DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code"}


class CodeOfAnApp(PlainForm):
    """A form that asks for a code of an app, or where it says so for a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs |= DIGITS


class AuthenticateForm(CodeOfAnApp, base.AuthenticateForm):
    pass


class ReauthenticateForm(CodeOfAnApp, base.ReauthenticateForm):
    pass


class ActivateForm(CodeOfAnApp, totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows")


class AddPasskeyForm(PlainForm, webauthn.AddWebAuthnForm):
    """A passkey under a name; each of them opens the account without a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"] = forms.CharField(
            label=_("Name"),
            max_length=60,
            required=False,
            help_text=_("So that you know it again, for example “Phone” or “Laptop”."),
        )


class RenamePasskeyForm(PlainForm, webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
