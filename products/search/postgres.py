"""Search on Postgres: weighted text vectors in ``product_search``, kept by triggers (migration 0004).

Everything is written as SQL with parameters; the questions themselves hold letters and digits only.
"""

# ruff: noqa: S608 -- SQL is put together here from constants; what was typed is always a parameter.

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import FloatField, Func
from django.db.models.expressions import RawSQL

from products.search import words
from products.search.spelling import Known
from products.search.words import AllOf, Question, Word

RANKED = 2_000
"""Products at most that are ranked one by one; what more there is follows in the order of the list."""
WEIGHTS = "{0.05, 0.2, 0.5, 1.0}"
"""Description; short description, options and variants; brand and category; name, SKU and EAN."""
BY_LENGTH = 1
"""Divide a rank by 1 + the logarithm of the text's length. Source: the manual of ``ts_rank``."""
ASKED = "to_tsquery('shop_english', %s)"
CLOSE_WORDS = """
    SELECT asked.word, close.word, close.products
    FROM unnest(%s::text[]) AS asked (word), LATERAL (
        (SELECT known.word, known.products FROM search_words known
         WHERE known.word %% asked.word
         ORDER BY similarity(known.word, asked.word) DESC, known.products DESC LIMIT 50)
        UNION
        (SELECT known.word, known.products FROM search_words known
         WHERE length(asked.word) < 6 AND known.word LIKE left(asked.word, 1) || '%%'
           AND length(known.word) BETWEEN length(asked.word) - 1 AND length(asked.word) + 1
         ORDER BY known.products DESC LIMIT 500)
    ) AS close
"""
"""Trigrams say little of short words, so of those everything with the same first letter is looked at."""


def write(question: Question, *, weights: str = "") -> str:
    """Return ``question`` in the language of ``to_tsquery``, asked of texts with these ``weights`` only."""
    if isinstance(question, Word):
        marks = f"{'*' if question.is_beginning else ''}{weights}"
        return f"'{question.text}'{':' if marks else ''}{marks}"
    operator = " & " if isinstance(question, AllOf) else " | "
    parts = operator.join(write(part, weights=weights) for part in question.parts)
    return f"({parts})" if parts else "'='"  # no word at all


def counts(
    questions: Sequence[Question], *, most: int, code: str, using: str
) -> tuple[list[int], int | None]:
    """Return how many products answer each question, ``most`` at most, and which has ``code``; one query."""
    counting = (
        f"SELECT %s, count(*) FROM (SELECT FROM product_search WHERE document @@ {ASKED} LIMIT %s) found"
    )
    # "+ 0": or the planner walks through the primary key to the first product with that code.
    exact = "SELECT -1, (SELECT min(product_id + 0) FROM product_search WHERE document @@ %s::tsquery)"
    parameters: list[Any] = [f"'={code}'"]
    for number, question in enumerate(questions):
        parameters += [number, write(question), most]
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join([exact, *[counting] * len(questions)]), parameters)
        found = dict(cursor.fetchall())
    return [found[number] for number in range(len(questions))], found[-1]


def answering(question: Question, exact: int | None) -> RawSQL:
    """Return the subquery for the pks of what answers ``question``, and ``exact``."""
    sql = f"SELECT product_id FROM product_search WHERE document @@ {ASKED}"
    if exact is None:
        return RawSQL(sql, [write(question)])  # noqa: S611 -- parameters only
    return RawSQL(f"{sql} UNION ALL SELECT %s", [write(question), exact])  # noqa: S611 -- likewise


def candidates(question: Question) -> RawSQL:
    """Return the subquery for the pks of ``RANKED`` products at most that answer ``question``."""
    return RawSQL(*_candidates(question))  # noqa: S611 -- parameters only


def _candidates(question: Question) -> tuple[str, list[Any]]:
    """Write that subquery: first what answers in name, brand or category."""
    some = f"(SELECT product_id FROM product_search WHERE document @@ {ASKED} LIMIT {RANKED})"
    sql = f"SELECT product_id FROM ({some} UNION ALL {some}) candidates LIMIT {RANKED}"
    return sql, [write(question, weights="AB"), write(question)]


class Rank(Func):
    """How well the product with that pk answers a question; 0 beyond the candidates, unless ``is_all``."""

    output_field = FloatField()

    def __init__(self, pk: Any, *, question: Question, is_all: bool) -> None:
        super().__init__(pk)
        self.question, self.is_all = question, is_all

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (expression,) = self.get_source_expressions()
        pk, pk_parameters = compiler.compile(expression)
        asked, any_word = write(self.question), write(words.leaves(self.question))
        # How near the words stand to each other, and how much each one weighs where it stands.
        questions = dict.fromkeys([asked, any_word])
        ranks = " + ".join([f"ts_rank('{WEIGHTS}', ranked.document, {ASKED}, {BY_LENGTH})"] * len(questions))
        rank = f"COALESCE((SELECT {ranks} FROM product_search ranked WHERE ranked.product_id = {pk}), 0)"
        if self.is_all:
            return rank, [*questions, *pk_parameters]
        some, some_parameters = _candidates(self.question)
        parameters = [*pk_parameters, *some_parameters, *questions, *pk_parameters]
        return f"CASE WHEN {pk} IN ({some}) THEN {rank} ELSE 0 END", parameters


def rank(question: Question, pk: Any, *, is_all: bool) -> Func:
    """Return the expression for how well the product ``pk`` answers ``question``: higher is better."""
    return Rank(pk, question=question, is_all=is_all)


def close_words(asked: Sequence[str], *, using: str) -> dict[str, list[Known]]:
    """Return the catalog's words that look like each of ``asked`` (without accents); one query."""
    found: dict[str, list[Known]] = {word: [] for word in asked}
    with connections[using].cursor() as cursor:
        cursor.execute(CLOSE_WORDS, [list(asked)])
        for word, close, products in cursor.fetchall():
            found[word].append(Known(close, products))
    return found
