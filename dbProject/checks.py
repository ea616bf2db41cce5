"""What ``manage.py check --deploy`` says of the shop's own settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


@register(deploy=True)
def lines_name_nobody(**_: Any) -> list[CheckMessage]:
    """Warn of a log that would hold what customers send."""
    if settings.LOG_LEVEL != "DEBUG":
        return []
    hint = "Set LOG_LEVEL=INFO."
    return [Warning("LOG_LEVEL=DEBUG writes down the bodies of requests.", hint=hint, id="shop.W002")]


@register(deploy=True)
def seller_is_known(**_: Any) -> list[CheckMessage]:
    """Warn of invoices that would not say who sold."""
    missing = [name for name in ("STORE_ADDRESS", "STORE_VAT_NUMBER") if not getattr(settings, name)]
    return [
        Warning(f"{name} is empty, and an invoice has to name it.", hint="See .env.example.", id="shop.W001")
        for name in missing
    ]


@register(deploy=True)
def api_is_described(**_: Any) -> list[CheckMessage]:
    """Refuse a release that left behind what /api/schema/ shows."""
    if (settings.BASE_DIR / "docs" / "openapi.yaml").exists():
        return []
    return [Error("docs/openapi.yaml is missing.", hint="It belongs to what is deployed.", id="shop.E001")]
