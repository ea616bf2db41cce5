"""Where settings come from: the environment, and a ``.env`` file where there is one."""

import os
from collections.abc import Mapping
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]

REQUIRED: Mapping[str, str] = {
    "SECRET_KEY": "50 or more random characters",
    "ALLOWED_HOSTS": "shop.example.com,www.shop.example.com",
    "DATABASE_URL": "postgres://shop:password@db.internal:5432/shop",
    "REDIS_URL": "redis://redis.internal:6379/0",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "Marlow & Finch <shop@example.com>",
    "SITE_URL": "https://shop.example.com",
    "PAYMENT_PROVIDER": "stripe",
}
"""What production cannot start without, each with an example."""
REQUIRED_BY_PROVIDER: Mapping[str, Mapping[str, str]] = {
    "stripe": {"STRIPE_SECRET_KEY": "sk_live_...", "STRIPE_WEBHOOK_SECRET": "whsec_..."},
}
"""What a payment provider needs on top."""

env = environ.Env()


if (_path := BASE_DIR / ".env").exists():  # before any setting is read; what is in the environment wins
    environ.Env.read_env(str(_path))


def insist_on_required() -> None:
    """Refuse to start half-configured, naming everything that is missing.

    Raises:
        ImproperlyConfigured: With each missing variable and an example of its value.
    """
    required = {**REQUIRED, **REQUIRED_BY_PROVIDER.get(os.environ.get("PAYMENT_PROVIDER", ""), {})}
    missing = [name for name in required if not os.environ.get(name)]
    if missing:
        lines = "\n".join(f"    {name}={required[name]}" for name in missing)
        raise ImproperlyConfigured(
            f"The shop cannot start: these environment variables are missing (with examples):\n{lines}\n"
            "Every variable is explained in .env.example. On a developer's machine use "
            "DJANGO_SETTINGS_MODULE=dbProject.settings.local, which needs none of them."
        )
