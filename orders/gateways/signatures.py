"""Signed messages as payment providers send them: ``t=<seconds>,v1=<HMAC-SHA256>`` over time and body."""

import hashlib
import hmac

from orders.errors import WebhookRefused

TOLERANCE_SECONDS = 300
"""How old a message may be, and how far ahead its sender's clock."""


def sign(body: bytes, *, secret: str, at: int) -> str:
    """Return the header of a message sent ``at`` (seconds since 1970)."""
    return f"t={at},v1={_mac(body, secret=secret, at=str(at))}"


def check(body: bytes, header: str, *, secret: str, now: float) -> None:
    """Let a message pass whose signature is right and whose time is now.

    Raises:
        WebhookRefused: Anything else; the text does not say what, the log does.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    given = [value for name, _, value in parts if name == "v1"]
    right = _mac(body, secret=secret, at=at)
    if not any(hmac.compare_digest(right.encode(), value.encode()) for value in given):
        raise WebhookRefused("the signature is wrong")
    check_time(at, now=now)


def check_time(at: str, *, now: float) -> None:
    """Refuse what was sent too long ago, to be replayed, or has yet to be sent.

    Raises:
        WebhookRefused: Not within five minutes of now.
    """
    if not (at.isascii() and at.isdigit() and abs(now - int(at)) <= TOLERANCE_SECONDS):
        raise WebhookRefused(f"sent at {at[:20]}")


def _mac(body: bytes, *, secret: str, at: str) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
