"""What pages show of the visitor's cart, and of when things arrive."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from orders.selectors import carts, delivery

register = template.Library()


@register.simple_tag(takes_context=True)
def cart_units(context: dict[str, Any]) -> int:
    """Return how many units the visitor's cart holds; no query for who has none, or where the view knows."""
    if (known := context.get("units_in_cart")) is not None:
        return int(known)
    request = context.get("request")
    if request is None or not hasattr(request, "session"):
        return 0
    user = request.user if request.user.is_authenticated else None
    return carts.units(user=user, session_key=request.session.get(carts.GUEST_CART))


@register.simple_tag
def arrival(days_min: int, days_max: int, since: Any = None) -> str:
    """Say when what is ordered now arrives: With you Tue 24 Nov to Thu 26 Nov."""
    start = timezone.localdate(since) if since else timezone.localdate()
    return _in_words(start, days_min, days_max, get_language())


@lru_cache(500)
def _in_words(start: date, days_min: int, days_max: int, _language: str | None) -> str:
    first, last = (_day(delivery.arrives(start, days)) for days in (days_min, days_max))
    if first == last:
        return _("With you %(day)s") % {"day": first}
    return _("With you %(first)s to %(last)s") % {"first": first, "last": last}


register.simple_tag(delivery.promise, name="delivery_promise")


def _day(day: date) -> str:
    return date_format(day, "D j M")


@register.simple_block_tag
def once(content: str) -> str:
    """Draw what is shown in several places once: ``{% once as lines %}…{% endonce %}{{ lines }}``."""
    return content
