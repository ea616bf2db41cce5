"""Search on SQLite: the FTS5 table ``product_search``, kept by triggers (see ``sqlite_index``)."""

# ruff: noqa: S608 -- SQL is put together here from constants; what was typed is always a parameter.

import json
from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import FloatField, Func
from django.db.models.expressions import RawSQL

from products.search import sqlite_index
from products.search.spelling import Known
from products.search.words import AllOf, Question, Word, plain

RANKED = 2_000
"""Products at most that are ranked one by one; what more there is follows in the order of the list."""
WEIGHTS = "10, 10, 5, 2, 0.5"
"""Name, codes, brand and category, short description with options and variants, description."""
FOUND = "SELECT rowid FROM product_search WHERE product_search MATCH %s"
CLOSE_WORDS = """
    SELECT asked.value, known.word, known.products
    FROM json_each(%s) AS asked JOIN search_words AS known
      ON length(known.word) BETWEEN length(asked.value) - 3 AND length(asked.value) + 3
     AND (substr(known.word, 1, 1) = substr(asked.value, 1, 1)
          OR substr(known.word, -3) = substr(asked.value, -3))
    ORDER BY known.products DESC LIMIT %s
"""
MAX_CLOSE_WORDS = 4_000


def write(question: Question) -> str:
    """Return ``question`` in the language of FTS5."""
    if isinstance(question, Word):
        return f'"{plain(question.text)}"{" *" if question.is_beginning else ""}'
    operator = " AND " if isinstance(question, AllOf) else " OR "
    return f"({operator.join(write(part) for part in question.parts)})" if question.parts else '""'


def counts(
    questions: Sequence[Question], *, most: int, code: str, using: str
) -> tuple[list[int], int | None]:
    """Return how many products answer each question, ``most`` at most, and which has ``code``; one query."""
    counting = f"SELECT %s, count(*) FROM ({FOUND} LIMIT %s)"
    exact = f"SELECT -1, (SELECT min(rowid) FROM ({FOUND}))"
    parameters: list[Any] = [f'codes : "{plain(code)}{sqlite_index.CODE_END}"' if code else '""']
    for number, question in enumerate(questions):
        parameters += [number, write(question), most]
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join([exact, *[counting] * len(questions)]), parameters)
        found = dict(cursor.fetchall())
    return [found[number] for number in range(len(questions))], found[-1]


def answering(question: Question, exact: int | None) -> RawSQL:
    """Return the subquery for the pks of what answers ``question``, and ``exact``."""
    if exact is None:
        return RawSQL(FOUND, [write(question)])  # noqa: S611 -- parameters only
    return RawSQL(f"{FOUND} UNION ALL SELECT %s", [write(question), exact])  # noqa: S611 -- likewise


def candidates(question: Question) -> RawSQL:
    """Return the subquery for the pks of ``RANKED`` products at most that answer ``question``."""
    return RawSQL(f"{FOUND} LIMIT {RANKED}", [write(question)])  # noqa: S611 -- parameters only


class Rank(Func):
    """How well the product with that pk answers a question; 0 beyond the ``RANKED`` best."""

    output_field = FloatField()

    def __init__(self, pk: Any, *, question: Question) -> None:
        super().__init__(pk)
        self.question = question

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (expression,) = self.get_source_expressions()
        pk, parameters = compiler.compile(expression)
        # bm25() looks at every match of the question, so all ranks are worked out once and then looked up:
        # SQLite keeps a subquery that depends on nothing outside, and makes an index for it.
        ranks = (
            f"SELECT rowid AS product_id, -bm25(product_search, {WEIGHTS}) AS rank FROM product_search"
            f" WHERE product_search MATCH %s ORDER BY rank DESC LIMIT {RANKED}"
        )
        return (
            f"COALESCE((SELECT ranked.rank FROM ({ranks}) AS ranked WHERE ranked.product_id = {pk}), 0)",
            [write(self.question), *parameters],
        )


def rank(question: Question, pk: Any, *, is_all: bool) -> Func:
    """Return the expression for how well the product ``pk`` answers ``question``: higher is better."""
    return Rank(pk, question=question)


def close_words(asked: Sequence[str], *, using: str) -> dict[str, list[Known]]:
    """Return the catalog's words that begin or end like each of ``asked`` (without accents); one query."""
    found: dict[str, list[Known]] = {word: [] for word in asked}
    with connections[using].cursor() as cursor:
        cursor.execute(CLOSE_WORDS, [json.dumps(list(asked)), MAX_CLOSE_WORDS])
        for word, close, products in cursor.fetchall():
            found[word].append(Known(close, products))
    return found
