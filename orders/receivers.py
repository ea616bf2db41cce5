"""What orders do when Django says that something happened to an account."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from orders.selectors.carts import CART_TOKEN, GUEST_CART
from orders.services import cart, claims
from users.models import User


@receiver(post_save, sender=User)
def account_made(instance: User, created: bool, raw: bool, **_: Any) -> None:
    """Give a new account its cart; ``raw`` means a fixture that brings its own."""
    if created and not raw:
        cart.open_for(instance)


@receiver(user_logged_in)
def logged_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Put what the guest had in the cart into the account's, and say what could not be taken along."""
    key = request.session.pop(GUEST_CART, None) or request.headers.get(CART_TOKEN)
    if key:
        for note in cart.merge(session_key=key, user=user):
            messages.info(request, note, fail_silently=True)  # there are logins without pages


@receiver(email_confirmed)
def address_confirmed(email_address: EmailAddress, **_: Any) -> None:
    """Bring what was ordered as a guest with an address into the account whose owner has proven it."""
    claims.claim(email_address.user, email=email_address.email)
