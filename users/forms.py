"""What people type about themselves."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.internal.flows.login import perform_password_login
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from dbProject import uploads
from users import passwords
from users.models import User


def speak_plainly(field: forms.Field) -> None:
    """Say in the shop's words what every form may have to say of a field."""
    field.error_messages["required"] = _("Please fill this in.")
    if isinstance(field, forms.EmailField):
        field.error_messages["invalid"] = _("Please enter an address like name@example.com.")


class NewPasswordInput(forms.PasswordInput):
    """Where a new password is typed, and beside it how strong it is."""

    template_name = "users/new_password.html"
    strength: passwords.Strength | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        measured = {"strength": self.strength, "words": passwords.WORDS}
        return super().get_context(name, value, attrs) | measured


class PlainForm(forms.Form):
    """A form of django-allauth as the shop shows it: no words inside fields, no password twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        if "password1" in self.fields:
            self.fields["password1"].widget = NewPasswordInput(self.fields["password1"].widget.attrs)
            self.fields["password1"].help_text = passwords.in_short()
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            speak_plainly(field)
            if isinstance(field, forms.EmailField):
                field.label = _("E-mail address")
        for name in ("password", "oldpassword"):
            if name in self.fields:
                self.fields[name].help_text = ""  # the pages have a link of their own

    def full_clean(self) -> None:
        """Say of a refused password how strong it is, where no script says so while it is typed."""
        super().full_clean()
        if self.is_bound and "password1" in self.errors and (typed := self["password1"].value()):
            self.fields["password1"].widget.strength = passwords.strength(typed, is_refused=True)


class LoginForm(PlainForm, allauth.LoginForm):
    def _login_with_password(
        self, request: HttpRequest, redirect_url: str | None, credentials: dict[str, Any]
    ) -> HttpResponse:
        """Log in; for how long is settled when it has happened (``users.receivers``), not by a box here."""
        self._login.redirect_url = redirect_url
        answer: HttpResponse = perform_password_login(request, credentials, self._login)
        return answer


class SignupForm(PlainForm, allauth.SignupForm):
    first_name = forms.CharField(
        label=_("First name"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    field_order = ["first_name", "email", "password1"]
    account_already_exists: bool

    def clean(self) -> dict[str, Any]:
        """Compare the password with the name too; allauth does with the address."""
        typed: dict[str, Any] = super().clean() or {}
        if password := typed.get("password1"):
            try:
                passwords.PersonValidator().validate(password, User(first_name=typed.get("first_name", "")))
            except forms.ValidationError as refusal:
                self.add_error("password1", refusal)
        return typed

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Make the account; who comes second with the same address reads the same as who comes late."""
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return self._saved(request)
            except IntegrityError:
                self.account_already_exists = True
        else:
            make_password(self.cleaned_data["password1"])  # as long as for a new account
        return self._saved(request)

    def _saved(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


class AddEmailForm(PlainForm, allauth.AddEmailForm):
    pass


class ChangePasswordForm(PlainForm, allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Password so far")
        self.fields["password1"].label = _("New password")


class SetPasswordForm(PlainForm, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(PlainForm, allauth.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainForm, allauth.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")


class ReauthenticateForm(PlainForm, allauth.ReauthenticateForm):
    pass


class CodeForm(PlainForm, allauth.ConfirmEmailVerificationCodeForm):
    pass


class ProfileForm(forms.ModelForm[User]):
    """How a customer is called and reached; the rest of an account is changed where it is proven."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "phone")
        labels = {"first_name": _("First name"), "last_name": _("Last name"), "phone": _("Phone")}
        widgets = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }
        help_texts = {"phone": _("Only for questions about a delivery.")}


class AvatarForm(forms.Form):
    """The picture beside somebody's name."""

    avatar = uploads.PictureField(
        label=_("Choose a picture"),
        help_text=_("JPEG, PNG, WebP or AVIF, up to 10 MB. We keep a small square of its middle."),
        error_messages={
            "required": _("Please choose a picture."),
            "empty": _("This file is empty."),
        },
    )
