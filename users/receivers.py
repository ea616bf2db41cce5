"""What happens to accounts when Django and django-allauth say that something happened to them."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from dbProject import clients
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


@receiver(user_login_failed)
def login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Count what somebody got wrong, whether there is such an account or not."""
    if request is not None:
        email = str(credentials.get("email") or credentials.get("username") or "")
        limits.note_failure("login_failures", Visitor(clients.address_of(request), identity.written(email)))
