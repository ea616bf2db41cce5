"""Signing up and in without a page: django-allauth's own steps, as its views take them.

Each step gets the request, because allauth writes down in its session who has shown what.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.signup import complete_signup
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from dbProject.api.errors import Invalid
from dbProject.limits import services as limits
from dbProject.limits.rules import Visitor, rule
from users import identity
from users.adapter import waits_for_code
from users.errors import SecondFactorRequired, VerificationRequired, WrongCredentials
from users.forms import ResetPasswordForm, SignupForm
from users.middleware import SECOND_FACTORS
from users.models import User
from users.second_factor_forms import AuthenticateForm

OURS = {"password1": "password"}
"""What a field of a form is called in the API."""


def sign_up(request: HttpRequest, *, email: str, password: str, first_name: str) -> str:
    """Make an account and mail its code; return its address. Who has one already gets a mail that says so.

    Raises:
        Invalid: No address, or a password that is too weak.
    """
    form = SignupForm({"email": email, "password1": password, "first_name": first_name})
    _insist(form)
    user, answered = form.try_save(request)
    if answered is None:
        complete_signup(request, user=user)
    return str(form.cleaned_data["email"])


def log_in(request: HttpRequest, *, email: str, password: str, code: str) -> User:
    """Begin a session for whoever has this address, this password, and where need be the second factor.

    Raises:
        WrongCredentials: The two do not belong together, or the account is closed.
        VerificationRequired: Whoever made the account has not entered the code of its mail yet.
        SecondFactorRequired: The account has one, and ``code`` is missing or wrong.
        TooManyRequests: Too many codes were wrong (``dbProject.limits``).
    """
    adapter, email = get_adapter(), identity.written(email)
    user: User | None = adapter.authenticate(request, email=email, password=password)
    if user is None or not user.is_active:
        raise WrongCredentials
    if waits_for_code(user):
        raise VerificationRequired(f"{settings.SITE_URL}{reverse('account_login')}")
    proof = _second_factor(user, code)
    record_authentication(request, user, method="password", email=email)
    if proof is not None:
        proof.save()
    adapter.login(request, user)
    return user


def mail_reset_link(request: HttpRequest, *, email: str) -> None:
    """Have a link mailed that sets a new password, if there is such an account.

    Raises:
        Invalid: That is no address.
    """
    form = ResetPasswordForm({"email": email})
    _insist(form)
    form.save(request)


def _insist(form: forms.Form) -> None:
    """Refuse as the page would, at the same fields.

    Raises:
        Invalid: Something of it is missing or wrong.
    """
    if not form.is_valid():
        raise Invalid(
            [
                {
                    "pointer": "" if name == "__all__" else f"/{OURS.get(name, name)}",
                    "code": error["code"] or "invalid",
                    "detail": error["message"],
                }
                for name, errors in form.errors.get_json_data().items()
                for error in errors
            ]
        )


def _second_factor(user: User, code: str) -> AuthenticateForm | None:
    """Return the proof that ``user`` has their second factor at hand; None where there is none."""
    if not is_mfa_enabled(user, SECOND_FACTORS):
        return None
    if not code:
        raise SecondFactorRequired
    if settings.RATE_LIMIT_ENABLED:
        limits.use((rule("second_factor"),), Visitor(None, identity.of(user)))
    form = AuthenticateForm({"code": code}, user=user)
    if not form.is_valid():
        raise SecondFactorRequired(is_wrong=True)
    return form
