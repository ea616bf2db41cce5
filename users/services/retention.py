"""What accounts leave behind, and for how long (docs/decisions/privacy.md). Each function is repeatable."""

from contextlib import suppress
from datetime import timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from dbProject import personal_data
from dbProject.errors import ShopError
from users.models import User

AT_ONCE = 500
"""Accounts that one call erases."""


def sessions() -> int:
    """Drop sessions that have ended, and what the list of browsers says of them; return how many."""
    ended: int = Session.objects.filter(expire_date__lt=timezone.now()).count()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_AGE_OF_CUSTOMERS)
    listed: int = UserSession.objects.filter(created_at__lt=oldest).delete()[0]
    return ended + listed


def login_addresses() -> int:
    """Forget from where people logged in ``LOGIN_ADDRESS_AGE`` ago; return of how many."""
    oldest = timezone.now() - settings.LOGIN_ADDRESS_AGE
    rows = User.objects.filter(last_login__lt=oldest, last_login_ip__isnull=False)
    return rows.update(last_login_ip=None)


def unconfirmed_accounts() -> int:
    """Erase accounts whose address nobody confirmed in ``UNCONFIRMED_ACCOUNT_AGE``; return how many.

    Accounts that staff made, or whose owner has logged in, stay; so does one that cannot be let go yet,
    until the next time.
    """
    rows = User.objects.filter(
        is_verified=False,
        is_staff=False,
        last_login=None,
        date_joined__lt=timezone.now() - settings.UNCONFIRMED_ACCOUNT_AGE,
        emailaddress__verified=False,
    )
    erased = 0
    for user in rows.distinct()[:AT_ONCE]:
        with suppress(ShopError):
            personal_data.erase(user)
            erased += 1
    return erased
