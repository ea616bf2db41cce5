"""What a password needs, and how strong it is."""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from django.contrib.auth import password_validation as django
from django.core.exceptions import ValidationError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from users.models import User

ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
)
"""What a hand or a head runs along: the alphabet, the digits, the rows of keyboards."""
LOOKALIKES = str.maketrans("013457@$!|", "oieastasil")
NEIGHBORS = {pair for row in ROWS for pair in (*pairwise(row), *pairwise(row[::-1]))}
WORDS = (
    gettext_lazy("Very weak"),
    gettext_lazy("Weak"),
    gettext_lazy("Fair"),
    gettext_lazy("Strong"),
    gettext_lazy("Very strong"),
)
BITS = (30, 45, 65, 90)
"""Where the next word begins: bits that somebody has to guess who knows nothing of the person."""
CLASSES = {"upper": 26, "lower": 26, "digit": 10, "special": 33}
"""Kinds of characters and how many there are on a keyboard."""
FAIR = 2


class Strength(NamedTuple):
    """How strong a password is: 0 (very weak) to 4 (very strong), and the word for it."""

    score: int
    word: str


def in_short() -> str:
    """Return in a line what a new password needs; what is refused besides is told when it happens."""
    wanted = [rule for rule in django.get_default_password_validators() if isinstance(rule, NEEDS)]
    return " ".join(rule.get_help_text() for rule in wanted)


def strength(password: str, *, is_refused: bool) -> Strength:
    """Return how strong ``password`` is; one that the rules refuse is fair at best.

    Each character counts as a choice among all of the kinds that occur, unless it repeats the one before it
    or follows it in a row. ``static/js/shop.js`` counts alike while somebody types.
    """
    fresh = 1 + sum(a != b and (a, b) not in NEIGHBORS for a, b in pairwise(password.lower()))
    pool = sum(size for kind, size in CLASSES.items() if kind in set(_kinds(password)))
    bits = fresh * math.log2(pool) if pool else 0.0
    score = sum(bits >= least for least in BITS)
    score = min(score, FAIR) if is_refused else score
    return Strength(score, str(WORDS[score]))


def _kinds(password: str) -> Iterator[str]:
    for character in password:
        if character.isupper():
            yield "upper"
        elif character.isdigit():
            yield "digit"
        else:
            yield "lower" if character.isalpha() else "special"


class LengthValidator(django.MinimumLengthValidator):
    """Wants so many characters."""

    def get_error_message(self) -> str:
        return ngettext(
            "Please take at least %d character.", "Please take at least %d characters.", self.min_length
        ) % (self.min_length,)

    def get_help_text(self) -> str:
        return ngettext("At least %d character.", "At least %d characters.", self.min_length) % (
            self.min_length,
        )


class KindsValidator:
    """Wants at least one character of each of these kinds: ``upper``, ``lower``, ``digit``, ``special``."""

    def __init__(self, kinds: tuple[str, ...] = tuple(CLASSES)) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: User | None = None) -> None:
        """Name every kind that is missing.

        Raises:
            ValidationError: One is.
        """
        words = {
            "upper": _("A capital letter is missing."),
            "lower": _("A small letter is missing."),
            "digit": _("A digit is missing."),
            "special": _("A special character is missing, such as a hyphen, a comma or a space."),
        }
        there = set(_kinds(password))
        missing = [
            ValidationError(words[kind], code=f"password_no_{kind}")
            for kind in self.kinds
            if kind not in there
        ]
        if missing:
            raise ValidationError(missing)

    def get_help_text(self) -> str:
        words = {
            "upper": _("a capital letter"),
            "lower": _("a small letter"),
            "digit": _("a digit"),
            "special": _("a special character"),
        }
        return _("With %(kinds)s.") % {"kinds": get_text_list([words[kind] for kind in self.kinds], _("and"))}


NEEDS = (LengthValidator, KindsValidator)


class RunsValidator:
    """Refuses the same character again and again, and rows of the alphabet, the digits or the keyboard."""

    def __init__(self, longest_repeat: int = 2, longest_row: int = 4) -> None:
        self.longest_repeat = longest_repeat
        self.longest_row = longest_row

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse ``aaa``, ``12345`` and ``qwert``, forwards and backwards.

        Raises:
            ValidationError: There is such a run.
        """
        if re.search(rf"(.)\1{{{self.longest_repeat}}}", password.lower()):
            raise ValidationError(_("The same character comes too often in a row."), code="password_repeats")
        if any(run in password.lower() for run in self._runs()):
            raise ValidationError(
                _("It has a row like 12345 or qwert, which is tried first."), code="password_row"
            )

    def _runs(self) -> Iterator[str]:
        size = self.longest_row + 1
        for row in ROWS:
            for way in (row, row[::-1]):
                yield from (way[start : start + size] for start in range(len(way) - size + 1))

    def get_help_text(self) -> str:
        return _("No rows like aaa, 12345 or qwert.")


class PersonValidator(django.UserAttributeSimilarityValidator):
    """Refuses what is like the name or the address of the person, or holds a long part of it."""

    LONG_PART = 5

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        for attribute in self.user_attributes:
            for part in re.split(r"\W+|_", str(getattr(user, attribute, "") or "").lower()):
                if len(part) >= self.LONG_PART and part in password.lower() and part not in PROVIDERS:
                    raise ValidationError(self.get_error_message(), code="password_too_similar")

    def get_error_message(self) -> str:
        return _("It is too much like your name or your address.")


PROVIDERS = {"example", "gmail", "yahoo", "outlook", "hotmail", "icloud", "proton"}
"""Parts of addresses that say nothing of the person."""


class CommonValidator(django.CommonPasswordValidator):
    """Refuses what many people take, also with digits and signs around it or in place of letters."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Look for the password as it is, and for the one word that is in it.

        Raises:
            ValidationError: It is a common one.
        """
        whole = password.lower().strip()
        bare = re.sub(r"^\W*|[\W\d_]*$", "", whole)
        if self.passwords.intersection({whole, bare, bare.translate(LOOKALIKES)}):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        return _("Many people have this one or nearly this one, and it is tried first.")
