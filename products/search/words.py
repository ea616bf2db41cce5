"""What a shopper typed, as words to look for. No database here.

A question is a tree of :class:`Word`, :class:`AllOf` and :class:`AnyOf`; each database's module writes it in
its own language. Only letters and digits get into it, so that nothing typed can be an operator.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

MAX_CHARACTERS = 200
MAX_WORDS = 10
LONGEST_WORD = 50
"""Characters. What lies beyond these bounds is not looked at."""
SHORTEST_BEGINNING = 3
"""Letters or digits that may stand for every word that begins with them."""

LETTERS_OR_DIGITS = re.compile(r"[^\W_]+")
LETTERS_THEN_DIGITS = re.compile(r"(\D{2,})(\d.*)")
WITHOUT_ACCENT = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
UMLAUTS_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
SPELLED_UMLAUT = re.compile(r"(?<=.)([aou])e(?=.)")
ENGLISH_STOP_WORDS = (
    "a an and any are as at be by can do for from have i in into is it its me my need of on or our some that "
    "the this to want we what which with you your"
)
GERMAN_STOP_WORDS = (
    "am auf aus bei das dem den der des die ein eine einen einer für im ist mit oder und von vom zu zum zur"
)
STOP_WORDS = frozenset((*ENGLISH_STOP_WORDS.split(), *GERMAN_STOP_WORDS.split()))
"""Words that narrow nothing down; they count only if nothing else was typed."""


class Word(NamedTuple):
    """One word, or with ``is_beginning`` everything that starts with it. Case-folded, accents kept."""

    text: str
    is_beginning: bool = False


class AllOf(NamedTuple):
    """Every part has to be found."""

    parts: tuple["Question", ...]


class AnyOf(NamedTuple):
    """One part has to be found."""

    parts: tuple["Question", ...]


Question = Word | AllOf | AnyOf
NOTHING = AnyOf(())
"""The question that nothing answers."""


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, cut to its bounds, and the words in it.

    ``chunks`` are the indexes of the words that narrow something down, those together that were typed
    together: ``HP CE-285A`` has two chunks, and half of a part number is worth nothing.
    """

    text: str
    words: tuple[str, ...]
    chunks: tuple[tuple[int, ...], ...]

    @property
    def places(self) -> tuple[int, ...]:
        """The indexes of the words that narrow something down."""
        return tuple(place for chunk in self.chunks for place in chunk)

    @property
    def code(self) -> str:
        """The letters and digits as one: how SKUs and EANs are compared. Leading zeros do not count."""
        return "".join(self.words).lstrip("0")

    @property
    def telling(self) -> tuple[str, ...]:
        """The words that narrow something down."""
        return tuple(self.words[place] for place in self.places)

    def all(self) -> Question:
        """Ask for every word, as it is."""
        return all_of(self._place(place) for place in self.places)

    def beginnings(self, *, shortest: int = SHORTEST_BEGINNING) -> Question:
        """Ask for every word or something that begins with it."""
        return all_of(self._place(place, shortest=shortest) for place in self.places)

    def unfinished(self) -> Question:
        """Ask for every word, the last of which is still being typed."""
        last = self.places[-1:]
        return all_of(self._place(place, shortest=1 if (place,) == last else 0) for place in self.places)

    def each(self) -> list[Question]:
        """Ask for one chunk at a time, as it is."""
        return [all_of(self._place(place) for place in chunk) for chunk in self.chunks]

    def apart(self) -> list[Question]:
        """Ask for what begins with one chunk at a time, but for no word together with others: cheaper."""
        said = [Word(word, len(word) >= SHORTEST_BEGINNING) for word in self.words]
        return [all_of(said[place] for place in chunk) for chunk in self.chunks]

    def _place(self, place: int, *, shortest: int = 0) -> Question:
        """Ask for one word: itself, together with its neighbors (``CE 285 A``), taken apart, spelled out.

        With ``shortest`` beginnings of at least so many characters will do.
        """
        word = self.words[place]

        def asked(text: str) -> Word:
            return Word(text, is_beginning=bool(shortest) and len(text) >= shortest)

        found: list[Question] = [asked(word)]
        found += [asked(glued) for glued in self._glued(place)]
        if parts := LETTERS_THEN_DIGITS.fullmatch(word):
            found.append(AllOf((Word(parts[1]), asked(parts[2]))))
        if (spelled := word.translate(UMLAUTS_SPELLED)) != word:
            found.append(asked(spelled))
        if shortest and (umlaut := SPELLED_UMLAUT.sub(r"\1", word)) != word:
            found.append(asked(umlaut))
        return any_of(found)

    def _glued(self, place: int) -> list[str]:
        """Return the words that the one at ``place`` makes with its neighbors; three only of a code."""
        runs = []
        for length in (2, 3):
            for start in range(max(0, place - length + 1), min(place, len(self.words) - length) + 1):
                run = "".join(self.words[start : start + length])
                if len(run) <= LONGEST_WORD and (length == 2 or any(sign.isdigit() for sign in run)):
                    runs.append(run)
        return runs


def read(typed: str) -> Words:
    """Return the words in whatever was ``typed``."""
    sound = typed[: MAX_CHARACTERS * 4].encode("utf-8", "ignore").decode().replace("\x00", " ")
    text = " ".join(sound.split())[:MAX_CHARACTERS].strip()
    words: list[str] = []
    chunks: list[list[int]] = []
    for chunk in text.split():
        found = [word[:LONGEST_WORD] for word in split(chunk)][: MAX_WORDS - len(words)]
        if found:
            chunks.append(list(range(len(words), len(words) + len(found))))
            words += found
    telling = [[place for place in chunk if words[place] not in STOP_WORDS] for chunk in chunks]
    wanted = telling if any(telling) else chunks
    return Words(text, tuple(words), tuple(tuple(chunk) for chunk in wanted if chunk))


def split(text: str) -> list[str]:
    """Return the words in ``text``, case-folded (``ß`` is ``ss``), with their accents in one piece."""
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return LETTERS_OR_DIGITS.findall("".join(sign for sign in composed if not unicodedata.combining(sign)))


def plain(text: str) -> str:
    """Return ``text`` case-folded and without accents: ``Crème Straße`` is ``creme strasse``."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).translate(WITHOUT_ACCENT)


def all_of(parts: Iterable[Question]) -> Question:
    """Return the question for every one of ``parts``."""
    several = tuple(dict.fromkeys(parts))
    return several[0] if len(several) == 1 else AllOf(several) if several else NOTHING


def any_of(parts: Iterable[Question]) -> Question:
    """Return the question for one of ``parts``."""
    several = tuple(dict.fromkeys(parts))
    return several[0] if len(several) == 1 else AnyOf(several) if several else NOTHING


def some_of(parts: Sequence[Question], count: int) -> Question:
    """Return the question for any ``count`` of ``parts``; nothing answers it if there are fewer."""
    return any_of(all_of(few) for few in combinations(dict.fromkeys(parts), count)) if count > 0 else NOTHING


def leaves(question: Question) -> Question:
    """Return the question for any word of ``question``."""
    if isinstance(question, Word):
        return question
    return any_of(leaf for part in question.parts for leaf in _leaves(part))


def _leaves(question: Question) -> list[Word]:
    if isinstance(question, Word):
        return [question]
    return [leaf for part in question.parts for leaf in _leaves(part)]
