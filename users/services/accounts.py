"""What happens to an account from the outside: it is confirmed, somebody logs in."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dbProject.access.errors import AccountGone
from users.models import User
from users.services import mails


def mark_verified(user: User) -> None:
    """Note that the owner has answered a mail to the account's address. Repeatable."""
    User.objects.filter(pk=user.pk, is_verified=False).update(is_verified=True)
    EmailAddress.objects.filter(user=user, email=user.email, verified=False).update(verified=True)
    user.is_verified = True


def lock(user: User) -> User:
    """Return ``user`` as stored, the row locked until the transaction ends.

    Raises:
        AccountGone: It was erased.
    """
    locked: User | None = User.objects.select_for_update(of=("self",)).filter(pk=user.pk).first()
    if locked is None:
        raise AccountGone
    return locked


def change_profile(user: User, *, first_name: str, last_name: str, phone: str) -> None:
    """Change how somebody is called and reached."""
    User.objects.filter(pk=user.pk).update(
        first_name=first_name, last_name=last_name, phone=phone, updated_at=timezone.now()
    )


def note_login(user: User, *, address: str | None) -> None:
    """Note from which network address somebody logged in; the account counts as unchanged."""
    User.objects.filter(pk=user.pk).update(last_login_ip=address)


@transaction.atomic
def remove_second_factors(user: User) -> bool:
    """Take every second factor off an account whose owner has lost them, and tell the owner; repeatable.

    Returns whether there was one. Whoever asks for this has to be known as the owner first.
    """
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    if removed:
        reset = f"{settings.SITE_URL}{reverse('account_reset_password')}"
        mails.record(
            "second_factors_removed",
            to=user.email,
            language=settings.LANGUAGE_CODE,
            facts={"password_reset_url": reset},
        )
    return bool(removed)
