"""What happens to accounts when Django and django-allauth say that something happened to them."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

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
    try:
        address = get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # a test client, or a server on a socket that does not say
        address = None
    accounts.note_login(user, address=address)
