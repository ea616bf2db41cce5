"""Which account a request is about before anybody is logged in."""

import json

from allauth.account.internal.stagekit import unstash_login
from django.http import HttpRequest

from users.models import User

FIELDS = ("login", "email")
"""Where forms and programs write the address."""


def written(email: str) -> str:
    """Return what stands for the account with this address, whoever has it and however it was typed."""
    return email.strip().lower()


def of(user: User) -> str:
    """Return what stands for ``user`` before they are logged in."""
    return written(user.email)


def account_of(request: HttpRequest) -> str:
    """Return what stands for the account that somebody claims to be: typed, or past the password already."""
    typed = _typed(request)
    for name in FIELDS:
        if isinstance(email := typed.get(name), str):
            return written(email)
    login = unstash_login(request, peek=True)
    return of(login.user) if login is not None and login.user is not None else ""


def _typed(request: HttpRequest) -> dict[str, object]:
    if request.content_type != "application/json":
        return dict(request.POST.items())
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
