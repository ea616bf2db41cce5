"""Taking out of texts what says who somebody is, or opens something, before they are written down.

Our own lines hold none of it. Exceptions do: Postgres repeats the row, a mail server the address, and Python
what somebody typed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import quote, quote_plus

from django.http import HttpRequest, QueryDict

REMOVED = "[removed]"
SECRET = re.compile(
    r"pass(?:word|wd|phrase)?|secret|token|key|card|cvc|cvv|iban|code|otp|auth|cookie|session|signature|credential",
    re.IGNORECASE,
)
"""Names of fields whose values are never written down."""
PATTERNS = (
    re.compile(r"^[ \t]*(?:DETAIL|CONTEXT):.*$\n?", re.MULTILINE),  # Postgres repeats values of the row
    re.compile(r"(?<=\))=\([^)]*\)"),  # Key (email)=(...)
    re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"\b(?:bearer|token|basic)\s+[\w+/=.~-]{8,}", re.IGNORECASE),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # the password in an address
    # Long and random; but no UUID, no hash and no name in the database: those open nothing.
    re.compile(
        r"(?<![\w-])(?![0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}\b)"
        r"(?:(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{20,}|(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{24,})"
        r"(?![\w-])"
    ),
)
SHORTEST = 4
"""Characters of a typed value that are looked for: what is shorter stands everywhere by chance."""
MOST_TYPED, MOST_TYPED_CHARACTERS = 200, 20_000
"""Values of a request that are looked for, and their characters. To send more is cheap, to look is not."""
FRAME = re.compile(r'^ *File "[^"\n]+", line \d+, in \S+$', re.MULTILINE)
MOST_FRAMES = 100
LONGEST_HEAD, LONGEST_TAIL = 4_000, 16_000
"""Characters of a text that are kept: where a traceback begins, and where it ends, with what went wrong."""
OF_A_PERSON = ("email", "first_name", "last_name", "phone", "username")


def redacted(text: str, typed: Iterable[str] | None = ()) -> str:
    """Return ``text`` without mail addresses, secrets, rows that Postgres repeats, and what was ``typed``.

    Where that is None, too much to be looked for, only the frames of a traceback are left.
    """
    if typed is None:
        return "\n".join([*FRAME.findall(text)[-MOST_FRAMES:], REMOVED])
    for value in typed:
        text = text.replace(value, REMOVED)
    if len(text) > LONGEST_HEAD + LONGEST_TAIL:
        text = f"{text[:LONGEST_HEAD]}\n...\n{text[-LONGEST_TAIL:]}"
    for pattern in PATTERNS:
        text = pattern.sub(REMOVED, text)
    return text


def typed_in(request: HttpRequest) -> list[str] | None:
    """Return what came with a request and was read, and how its visitor is named; longest first.

    Each in the spellings in which texts repeat it: as it is, as Python, JSON and addresses quote it. None if
    it is too much to look for (``MOST_TYPED``).
    """
    try:
        values = _values(request)
    except RecursionError:  # lists in lists in lists
        return None
    if values is None:
        return None
    return sorted({form for value in values for form in _spellings(value)}, key=len, reverse=True)


def _values(request: HttpRequest) -> set[str] | None:
    if len(getattr(request, "_body", b"")) > MOST_TYPED_CHARACTERS:
        return None
    user = getattr(request, "_cached_user", None)
    values: set[str] = set()
    characters = 0
    for value in chain(
        request.COOKIES.values(),
        [request.META.get("HTTP_AUTHORIZATION", "")],
        [str(getattr(user, name, "")) for name in OF_A_PERSON],
        _leaves(request.GET),
        _leaves(_posted(request)),
    ):
        if len(value) >= SHORTEST and value not in values:
            values.add(value)
            characters += len(value)
            if len(values) > MOST_TYPED or characters > MOST_TYPED_CHARACTERS:
                return None
    return values


def body_of(request: HttpRequest, *, longest: int) -> str:
    """Return what was posted, as far as it is a form or JSON that somebody has read, without secrets."""
    return _text(_posted(request), longest)


def json_of(body: bytes, *, longest: int) -> str:
    """Return an answer in JSON without secrets; nothing if it is no JSON."""
    return _text(_plain(body), longest)


def _text(value: Any, longest: int) -> str:
    return json.dumps(without_secrets(value), default=str, ensure_ascii=False)[:longest]


def without_secrets(value: Any) -> Any:
    """Return plain data, with a stand-in where a name promises a secret, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: REMOVED if SECRET.search(str(name)) else without_secrets(part)
            for name, part in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [without_secrets(part) for part in value]
    return redacted(value) if isinstance(value, str) else value


def _spellings(value: str) -> tuple[str, ...]:
    return value, repr(value)[1:-1], json.dumps(value)[1:-1], quote(value), quote_plus(value)


def _posted(request: HttpRequest) -> Any:
    posted = getattr(request, "_post", None)
    if isinstance(posted, QueryDict) and posted:
        return dict(posted.lists())
    if posted:
        return posted
    return _plain(getattr(request, "_body", b""))


def _plain(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except (ValueError, RecursionError):  # no JSON, or lists in lists in lists
        return {}


def _leaves(value: Any) -> Iterator[str]:
    """Yield every text and number that stands in plain data."""
    if isinstance(value, QueryDict):
        value = dict(value.lists())
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    elif value is not None:
        yield str(value)
