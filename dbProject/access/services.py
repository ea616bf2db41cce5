"""Handing secrets out, knowing them again, and taking them back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dbProject.access.models import ApiKey, LoginToken, Scope, Secret

TOKEN, KEY = "shop_token_", "shop_key_"
"""What secrets begin with, so that they are found where they should not be: in a log, in a repository."""
BYTES = 32
SHOWN = 5
"""Letters of a secret that are kept, behind its beginning."""
USE_NOTED_EVERY = timedelta(minutes=5)
S = TypeVar("S", bound=Secret)


@transaction.atomic
def log_in(user: Any) -> str:
    """Return a new token of ``user``, good for as long as a session of theirs is."""
    age = settings.SESSION_AGE_OF_STAFF if user.is_staff else settings.SESSION_AGE_OF_CUSTOMERS
    token, kept = _new(TOKEN)
    LoginToken.objects.create(user=user, expires_at=timezone.now() + timedelta(seconds=age), **kept)
    return token


@transaction.atomic
def log_out(token: LoginToken) -> None:
    """Take ``token`` back. Repeatable."""
    LoginToken.objects.filter(pk=token.pk).delete()


@transaction.atomic
def log_out_everywhere(user: Any) -> int:
    """Take back all tokens of ``user``; return how many. Repeatable."""
    return LoginToken.objects.filter(user=user).delete()[0]


@transaction.atomic
def make_key(
    *, name: str, scopes: Iterable[str], by: Any = None, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key for a system; return it with the secret, which nobody can find out again.

    Raises:
        ValueError: A scope that there is not.
    """
    wanted = sorted(Scope(scope).value for scope in scopes)
    secret, kept = _new(KEY)
    key = ApiKey.objects.create(name=name, scopes=wanted, created_by=by, expires_at=expires_at, **kept)
    return key, secret


@transaction.atomic
def change_key(key: ApiKey, *, name: str, scopes: Iterable[str], expires_at: datetime | None) -> None:
    """Change what a key is called and good for; the secret stays. Repeatable."""
    wanted = sorted(Scope(scope).value for scope in scopes)
    ApiKey.objects.filter(pk=key.pk).update(
        name=name, scopes=wanted, expires_at=expires_at, updated_at=timezone.now()
    )


@transaction.atomic
def revoke_key(key: ApiKey) -> bool:
    """Take a key back for good; return whether it was still good. Repeatable."""
    now = timezone.now()
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now, updated_at=now))


def holder_of(secret: str) -> LoginToken | ApiKey | None:
    """Return what a secret opens, and note every five minutes that it is used; one query, then two."""
    now, digest = timezone.now(), sha256(secret.encode()).hexdigest()
    if secret.startswith(TOKEN):
        tokens = LoginToken.objects.filter(digest=digest, expires_at__gt=now, user__is_active=True)
        return _noted(tokens.select_related("user").first(), now)
    if secret.startswith(KEY):
        is_good = Q(expires_at=None) | Q(expires_at__gt=now)
        return _noted(ApiKey.objects.filter(is_good, digest=digest, revoked_at=None).first(), now)
    return None


def tidy() -> int:
    """Forget tokens that have ended; return how many. Repeatable."""
    return LoginToken.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _new(beginning: str) -> tuple[str, dict[str, str]]:
    secret = beginning + token_urlsafe(BYTES)
    digest = sha256(secret.encode()).hexdigest()  # as long as it is random, there is nothing to guess slowly
    return secret, {"digest": digest, "prefix": secret[: len(beginning) + SHOWN]}


def _noted(found: S | None, now: datetime) -> S | None:
    if found is not None and (found.last_used_at is None or found.last_used_at < now - USE_NOTED_EVERY):
        type(found)._default_manager.filter(pk=found.pk).update(last_used_at=now)
    return found
