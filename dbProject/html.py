"""HTML that people other than us wrote: what of it the shop shows."""

import html
import re

import nh3

TAGS = {"p", "br", "strong", "em", "u", "ol", "ul", "li", "h2", "h3", "a"}
"""For staff-edited pages; what comes from elsewhere has no headings and no links (``CONTENT_TAGS``)."""
CONTENT_TAGS = {"p", "br", "strong", "em", "u", "ol", "ul", "li"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""What no reader sees and what turns the direction of a text around."""
_BREAKS = re.compile(r"<\s*(?:br|/p|/li|/div|/h[1-6])[^>]*>", re.IGNORECASE)


def clean(content: str, *, tags: set[str] = CONTENT_TAGS) -> str:
    """Return ``content`` with nothing but ``tags``, no attribute but a link's address. Repeatable."""
    return nh3.clean(
        content.replace("\x00", ""),
        tags=tags,
        attributes={"a": {"href"}} if "a" in tags else {},
        url_schemes={"https", "http", "mailto"},
    ).strip()


def plain(content: str) -> str:
    """Return the text of ``content`` in one line, without tags and with characters for entities."""
    text = nh3.clean(_BREAKS.sub(" ", content.replace("\x00", "")), tags=set())
    return " ".join(html.unescape(text).split())


def plain_lines(content: str) -> str:
    """Return what somebody typed as text in lines, without tags; at most one line is empty in a row."""
    lines = (plain(_CONTROLS.sub("", line)) for line in content.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
