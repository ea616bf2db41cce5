"""Where a visitor comes from, as far as a request says so by itself; and who is no visitor at all."""

import re
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest

from dbProject import sessions

DIRECT = "direct"
"""Typed in, a bookmark, an app, a mail program; or the way here was longer than one page."""
OTHER = "other"
OF_SESSION = "source"
"""Where the session that a cart needs anyway keeps the word, so that its checkout has it too."""
LONGEST = 60
WORD = re.compile(r"[a-z0-9][a-z0-9._-]*")
BOTS = re.compile(
    r"bot\b|bot[/-]|crawl|spider|slurp|preview|facebookexternalhit|monitor|uptime|pingdom|lighthouse|headless"
    r"|scan|fetch|archiv|curl|wget|python|httpx|aiohttp|okhttp|java/|go-http|libwww|perl|ruby|axios|node",
    re.IGNORECASE,
)
"""What programs call themselves; those that lie are counted as people."""


def source_of(request: HttpRequest) -> str:
    """Return one word: ``utm_source``, else the site that led here, else what the session knows, else direct.

    The address of the page before is ours on every way through the shop; it may carry a ``utm_source``, too.
    """
    query = request.META.get("QUERY_STRING", "")
    before = request.META.get("HTTP_REFERER", "")
    if "utm_source=" in query and (word := _utm_source(query)):
        return word
    if before:
        host, word = _site(before)
        own = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")
        if host != own.partition(":")[0].lower():
            return _word(host.removeprefix("www.")) or DIRECT
        if word:
            return word
    return str(sessions.loaded(request).get(OF_SESSION) or DIRECT)


def is_person(request: HttpRequest) -> bool:
    """Say whether a browser asks, and for somebody who looks: no bot, and no page that is fetched ahead."""
    meta = request.META
    if "prefetch" in meta.get("HTTP_SEC_PURPOSE", "") or "prefetch" in meta.get("HTTP_PURPOSE", ""):
        return False
    return not _is_bot(meta.get("HTTP_USER_AGENT", "")[:300])


@lru_cache(512)
def _is_bot(user_agent: str) -> bool:
    return not user_agent or BOTS.search(user_agent) is not None


@lru_cache(512)
def _site(address: str) -> tuple[str, str]:
    """Return the host of an address, and its ``utm_source``; nothing of what is no address."""
    try:
        parts = urlsplit(address[:2_000])
        return parts.netloc.rpartition("@")[2].partition(":")[0].lower(), _utm_source(parts.query)
    except ValueError:
        return "", ""


def _utm_source(query: str) -> str:
    if "utm_source=" not in query:
        return ""
    return _word(parse_qs(query[:2_000]).get("utm_source", [""])[0])


def _word(text: str) -> str:
    """Return what may be stored: letters, digits, dots and dashes, or nothing."""
    word = text.strip().lower()[:LONGEST]
    return word if WORD.fullmatch(word) else ""
