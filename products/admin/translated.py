"""What staff write of a thing in other languages, as one piece of JSON."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def checked(said: Any, shape: Mapping[str, type], *, example: str) -> dict[str, Any]:
    """Return ``said``: per language of the shop but its own what ``shape`` names, texts or texts by text.

    Raises:
        ValidationError: It is of another shape; shows the ``example``.
    """
    known = dict(settings.LANGUAGES).keys() - {settings.LANGUAGE_CODE}
    if not said:
        return {}
    if not (
        isinstance(said, dict)
        and said.keys() <= known
        and all(isinstance(words, dict) and words.keys() <= shape.keys() for words in said.values())
        and all(_is_text(word, shape[name]) for words in said.values() for name, word in words.items())
    ):
        raise ValidationError(_("Write it like this: %(example)s") % {"example": example})
    return said


def _is_text(word: Any, kind: type) -> bool:
    if kind is dict:
        return isinstance(word, dict) and all(isinstance(text, str) for text in word.values())
    return isinstance(word, str)
