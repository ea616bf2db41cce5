"""How accounts work here where django-allauth asks: user names, mails, who enters a code, second factors."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dbProject import clients, repeats, sealing
from users.models import User
from users.services import mails

SECOND_FACTORS = "second factors"
"""The purpose for which an app's secret is sealed."""
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 -- stands where a server on a socket does not say who connects


class CodeStage(EmailVerificationStage):
    """Who made an account proves the address once; accounts that staff made or that were imported need not.

    For a known address the page looks the same, so nobody learns from it who has an account.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user: User | None = self.login.user
        if user is not None and not waits_for_code(user):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


def waits_for_code(user: User) -> bool:
    """Say whether ``user`` signed up and has not entered the code of the mail yet; at most one query."""
    if user.is_verified or not settings.SIGNUP_WAITS_FOR_CODE:
        return False
    # Only signing up makes a primary address; looking at the page of addresses makes another kind of row.
    signed_up: bool = EmailAddress.objects.filter(user=user, primary=True, verified=False).exists()
    return signed_up


class AccountAdapter(DefaultAccountAdapter):
    """The shop's own rules for accounts."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and this password do not belong together."),
        "incorrect_code": _("That is not the code in our latest mail."),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
        "duplicate_email": _("That is the address you have."),
    }

    def get_login_stages(self) -> list[str]:
        ours = f"{CodeStage.__module__}.{CodeStage.__name__}"
        return [
            ours if path.endswith(".EmailVerificationStage") else path for path in super().get_login_stages()
        ]

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Make the user name from the address, as ``create_user`` does."""
        user.username = user.username or user.email

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Refuse an address that is another account's, whether that one confirmed it or not."""
        if User.objects.filter(email=email_address.email).exclude(pk=email_address.user_id).exists():
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False
        return bool(super().confirm_email(request, email_address))

    def get_client_ip(self, request: HttpRequest) -> str:
        return clients.address_of(request) or UNKNOWN_ADDRESS

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner, also of an account that staff made: allauth knows no address of it."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Have a mail sent whose links lead to the shop's own address, whatever the request called it."""
        links = {name: _ours(value) for name, value in context.items() if name.endswith("_url")}
        links.setdefault("password_reset_url", _ours(reverse("account_reset_password")))
        links["login_url"] = _ours(reverse("account_login"))
        texts = {name: value for name, value in context.items() if isinstance(value, str)}
        if "timestamp" in context:
            texts["timestamp"] = context["timestamp"].isoformat()
        kind = template_prefix.rpartition("/")[2]
        mails.record(
            kind, to=email, language=get_language() or settings.LANGUAGE_CODE, facts={**texts, **links}
        )


class SecondFactorAdapter(DefaultMFAAdapter):
    """The shop's own rules for second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Staff keep a second factor: add a passkey before this one goes."),
        "cannot_generate_recovery_codes": _("Recovery codes come with a second factor: set one up first."),
        "incorrect_code": _("That is not the code."),
    }

    def is_mfa_enabled(self, user: User, types: Sequence[Authenticator.Type] | None = None) -> bool:
        with repeats.allowed("django-allauth asks anew at each step of a sign-in"):
            return bool(super().is_mfa_enabled(user, types))

    def get_totp_issuer(self) -> str:
        return str(settings.STORE_NAME)

    def _get_site_name(self) -> str:
        return str(settings.STORE_NAME)

    def encrypt(self, text: str) -> str:
        """Keep the secret of an app so that a stolen copy of the database opens no account."""
        return sealing.seal(text, purpose=SECOND_FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, purpose=SECOND_FACTORS)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Let staff, who need a second factor, not remove the last one."""
        if not (settings.STAFF_NEED_SECOND_FACTOR and authenticator.user.is_staff):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type=Authenticator.Type.WEBAUTHN)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}


def _ours(url: str) -> str:
    """Return the address with the shop's name in front: a forged Host header must not end up in a mail."""
    parts = urlsplit(url)
    return f"{settings.SITE_URL}{parts.path}{'?' if parts.query else ''}{parts.query}"
