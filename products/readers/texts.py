"""Text as strangers send it, made fit to store; and cells that a spreadsheet would run."""

import re

from dbProject import html

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no text needs and databases refuse: control characters, half surrogate pairs, non-characters."""
FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
QUOTED_FORMULA = re.compile(r"'+[=+\-@\t\r\n]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MARKUP = re.compile(r"[<>&]")
LAYERS = 5
"""How often something may be wrapped in entities until it counts as nonsense."""


def line(text: str) -> str:
    """Return ``text`` in one line, without control characters. Repeatable."""
    if not text.isprintable():
        text = CONTROLS.sub("", text.replace("\r", "\n"))
    return " ".join(text.split()) if "  " in text or not text.isprintable() else text.strip()


def lines(text: str) -> str:
    """Return ``text`` in its lines, without control characters. Repeatable."""
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain(text: str) -> str:
    """Return ``text`` in one line without tags, and with characters for entities. Repeatable.

    What comes out holds no markup however often it was wrapped: ``&amp;lt;b&amp;gt;`` is no ``<b>``.
    """
    text = line(text)
    for _layer in range(LAYERS):
        if not MARKUP.search(text):
            return text
        before, text = text, line(html.plain(text))
        if text == before:
            return text
    return line(MARKUP.sub("", text))


def rich(text: str) -> str:
    """Return ``text`` as HTML with no more than the tags that a description may have. Repeatable."""
    text = text.strip() if text.isprintable() else lines(text)
    return html.clean(text) if MARKUP.search(text) else text


def neutralized(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet takes it for a formula; :func:`original` undoes it.

    Source: OWASP, CSV Injection. Negative numbers are left alone.
    """
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def original(cell: str) -> str:
    """Return what :func:`neutralized` was given."""
    return cell[1:] if QUOTED_FORMULA.match(cell) else cell
