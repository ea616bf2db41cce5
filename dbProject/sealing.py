"""Secrets that the shop has to use itself, so that it cannot keep just their hashes.

They are encrypted with a key that follows from ``SECRET_KEY``, another one for each purpose: a copy of the
database alone opens none. While an old key stands in ``SECRET_KEY_FALLBACKS``, it opens what was sealed
with it.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str, *, purpose: str) -> str:
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return what :func:`seal` was given for the same purpose.

    Raises:
        cryptography.fernet.InvalidToken: It was sealed for another purpose, or with a key that is gone.
    """
    return _box(purpose).decrypt(sealed.encode()).decode()


def _box(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = (salted_hmac("dbProject.sealing", purpose, key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
