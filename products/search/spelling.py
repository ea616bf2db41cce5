"""The word that somebody may have meant. No database here."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from products.search import words

MUCH_MORE_OFTEN = 10
"""Times. So much more often must a word occur than the one typed to be offered in its place."""
SHORTEST = 4
"""Letters: shorter words, and codes with digits in them, are never corrected."""


class Known(NamedTuple):
    """A word of the catalog, without accents, and how many products have it."""

    word: str
    products: int


def can_be_wrong(word: str) -> bool:
    """Say whether a word of the catalog could be meant by ``word``."""
    return len(word) >= SHORTEST and not any(sign.isdigit() for sign in word)


def mistakes_allowed(length: int) -> int:
    """Return how many letters of a word of that ``length`` may be wrong."""
    return 0 if length < SHORTEST else 1 if length < 6 else 2 if length < 10 else 3


def best(word: str, known: Iterable[Known]) -> str:
    """Return the known word that ``word`` most likely stands for: itself if nothing is closer to the mark.

    Fewest mistakes first, a right first letter next, then what most products have.
    """
    typed, allowed = words.plain(word), mistakes_allowed(len(word))
    letters = set(typed)
    candidates = list(known)
    own = max((candidate.products for candidate in candidates if candidate.word == typed), default=0)
    found = []
    for candidate in candidates:
        if candidate.word == typed or candidate.products < own * MUCH_MORE_OFTEN:
            continue
        if len(letters.difference(candidate.word)) > allowed:
            continue  # at least one mistake for each letter: said sooner than counted
        mistakes = distance(typed, candidate.word, most=allowed)
        if mistakes <= allowed:
            found.append((mistakes, candidate.word[0] != typed[0], -candidate.products, candidate.word))
    return min(found)[-1] if found else word


def distance(one: str, other: str, *, most: int) -> int:
    """Return how many letters to add, drop, replace or swap with their neighbor; ``most + 1`` if more.

    Source: optimal string alignment, a restricted Damerau-Levenshtein distance.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, sign in enumerate(other, start=1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != sign))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == sign:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return last[-1]


def corrected(typed: words.Words, better: Mapping[str, str]) -> words.Words:
    """Return ``typed`` with its words replaced as ``better`` says, each in the case that it was typed in."""
    text, position, pieces = typed.text, 0, []
    for word in typed.words:
        if word not in better:
            continue
        start, end = _span(text, word, position)
        if start < 0:
            continue
        pieces += [text[position:start], _cased(better[word], like=text[start:end])]
        position = end
    return words.read("".join([*pieces, text[position:]]))


def _span(text: str, word: str, position: int) -> tuple[int, int]:
    for match in words.LETTERS_OR_DIGITS.finditer(text, position):
        if words.split(match[0]) == [word]:
            return match.span()
    return -1, -1


def _cased(word: str, *, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word
