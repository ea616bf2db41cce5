"""What every template may read."""

from django.conf import settings
from django.http import HttpRequest


def store(request: HttpRequest) -> dict[str, str]:
    """Return the store's name, currency (ISO 4217) and address."""
    return {
        "STORE_NAME": settings.STORE_NAME,
        "STORE_CURRENCY": settings.STORE_CURRENCY,
        "SITE_URL": settings.SITE_URL,
    }
