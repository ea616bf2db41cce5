"""What was searched, in words that are about nobody, and whether it was found: said by the page itself.

The header that says so stays with a page that is kept for all, and is taken off before anybody gets it.
"""

import re

from django.http import HttpResponseBase

HEADER = "X-Search-Found"
LONGEST = 80
LONG_NUMBER = re.compile(r"[+(]?\d(?:[\s./()-]*\d){4,}")
"""Five digits or more, however they are set apart: telephone, order, card, postal code."""
STREET = r"(?:stra(?:ß|ss)e|str\b\.?|gasse|platz|allee|weg|street|road|avenue|lane)"
ABOUT_SOMEBODY = (
    re.compile(r"\S*@\S*"),
    re.compile(r"\S*(?:://|www\.)\S*"),
    LONG_NUMBER,
    re.compile(rf"\S*{STREET}\s*\d+\s*\w?\b"),
    re.compile(rf"\b\d+\s*\w?\s+\S+\s+{STREET}"),
)
"""An address of mail or of a page, a long number, a street with a house number."""
UNREADABLE = re.compile(r"[^\w\s.,&+/'%-]")


def say(response: HttpResponseBase, found: int) -> None:
    """Have a page say how many things its words found."""
    response[HEADER] = str(found)


def found(response: HttpResponseBase) -> int | None:
    """Take off a page what it says of its search; none where it was no search."""
    said: str | None = response.get(HEADER)
    if said is None:
        return None
    del response[HEADER]
    return int(said)


def words(typed: str) -> str:
    """Return what may be kept of what was typed: small letters, one line, nothing about anybody."""
    text = " ".join(typed[:1_000].lower().split())
    for pattern in ABOUT_SOMEBODY:
        text = pattern.sub(" ", text)
    text = " ".join(UNREADABLE.sub(" ", text).split())
    return text[:LONGEST].strip()
