"""What happens to accounts when Django and django-allauth say that something happened to them."""

import logging
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import (
    email_changed,
    email_confirmed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from dbProject import clients, security_log
from dbProject.access import services as access
from dbProject.limits import services as limits
from dbProject.limits.rules import Visitor
from users import identity
from users.middleware import ADDRESS
from users.models import User
from users.services import accounts


@receiver(email_confirmed)
def address_confirmed(email_address: EmailAddress, **_: Any) -> None:
    accounts.mark_verified(email_address.user)


@receiver(password_reset)
def password_replaced(user: User, **_: Any) -> None:
    """Whoever followed the link in the mail has answered it."""
    accounts.mark_verified(user)


@receiver(user_logged_in)
def logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    address = clients.address_of(request)
    accounts.note_login(user, address=address)
    age = settings.SESSION_AGE_OF_STAFF if user.is_staff else settings.SESSION_AGE_OF_CUSTOMERS
    request.session.set_expiry(timezone.now() + timedelta(seconds=age))
    if address:
        request.session[ADDRESS] = address
    limits.forgive(("login", "login_failures"), Visitor(address, identity.of(user)))
    security_log.note("login", level=logging.INFO, user_id=user.pk)


@receiver(user_login_failed)
def login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Count what somebody got wrong, whether there is such an account or not."""
    if request is not None:
        email = str(credentials.get("email") or credentials.get("username") or "")
        account = identity.written(email)
        is_last = limits.note_failure("login_failures", Visitor(clients.address_of(request), account))
        claimed = security_log.hashed("account", account)
        security_log.note("login_failed", account=claimed)
        if is_last:
            security_log.note("lockout", account=claimed)


@receiver(user_logged_out)
def logged_out(user: User | None, **_: Any) -> None:
    security_log.note("logout", level=logging.INFO, user_id=user.pk if user else None)


@receiver([password_changed, password_set, password_reset])
def has_new_password(user: User, **_: Any) -> None:
    """Whoever knew the old one is out, apps and scripts included."""
    access.log_out_everywhere(user)
    security_log.note("password_changed", user_id=user.pk)


@receiver(email_changed)
def has_new_address(user: User, **_: Any) -> None:
    security_log.note("email_changed", user_id=user.pk)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def has_other_second_factors(user: User, authenticator: Authenticator, **_: Any) -> None:
    security_log.note("second_factor_changed", user_id=user.pk, kind=authenticator.type)


@receiver(authentication_failed)
def second_factor_failed(user: User, **_: Any) -> None:
    security_log.note("second_factor_failed", user_id=user.pk)
