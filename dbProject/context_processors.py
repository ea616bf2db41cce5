"""What every template may read."""

from django.conf import settings
from django.http import HttpRequest


def store(request: HttpRequest) -> dict[str, str]:
    """Return the store's name and currency (ISO 4217)."""
    return {"STORE_NAME": settings.STORE_NAME, "STORE_CURRENCY": settings.STORE_CURRENCY}
