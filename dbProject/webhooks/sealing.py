"""Secrets that the shop has to use itself, so that it cannot keep just their hashes.

They are encrypted with a key that follows from ``SECRET_KEY``: a copy of the database alone opens none.
While an old key stands in ``SECRET_KEY_FALLBACKS``, it opens what was sealed with it.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what :func:`seal` was given.

    Raises:
        cryptography.fernet.InvalidToken: It was sealed with a key that is gone.
    """
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = (salted_hmac("dbProject.webhooks", "seal", key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
