"""Products from files: read in batches, each of which is written whole or not at all.

A file may be imported any number of times, by several processes at once, and be interrupted anywhere:
running it again completes it and changes nothing else. Rows are checked before anything is written, so
that one bad row costs itself and not its batch.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import reset_queries
from django.utils import translation

from products import readers
from products.errors import ImportRefused
from products.readers import Item, Problem, Record, fields
from products.services import search_words
from products.services.imports import batches, local_pictures, statistics
from products.services.imports.seen import Seen

BATCH_SIZE = 1_000
VALUES_AT_ONCE = 20_000
"""Attribute values after which a batch is full, so that products stay locked for a second at most."""


@dataclass(frozen=True)
class Source:
    """A file to import. ``name`` is what people call it; ``mapping`` a TOML file (see ``readers.mapped``)."""

    path: Path
    format: str = readers.AUTO
    mapping: Path | None = None
    name: str = ""
    pictures_from: Path | None = None
    """The folder that paths of pictures start in. Without one, only the shop's own pictures can be named."""


@dataclass(slots=True)
class Tally:
    """What became of a file. Parents are not counted: they come and change with their variants."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    warned: int = 0
    read: int = 0
    """Records that this call consumed, refused ones included; so many more to ``skip`` next time."""

    def __str__(self) -> str:
        return (
            f"created={self.created} updated={self.updated} unchanged={self.unchanged} refused={self.refused}"
        )


OnProgress = Callable[[int, Tally], None]
OnProblem = Callable[[Problem], None]


def import_products(
    source: Source,
    *,
    dry_run: bool = False,
    batch_size: int = BATCH_SIZE,
    skip: int = 0,
    reference: str = "",
    on_progress: OnProgress | None = None,
    on_problem: OnProblem | None = None,
    stop: Callable[[], bool] | None = None,
) -> Tally:
    """Create or update the products in ``source`` by SKU. Repeating it changes nothing; memory is constant.

    ``dry_run`` does everything and takes it back. ``skip`` passes over records of an earlier call.
    ``reference`` goes into the stock ledger, the file's name where there is none. After each batch
    ``on_progress`` hears of all records passed or read so far, and ``stop`` may say True to end it there.

    Raises:
        ImportRefused: The file cannot be read, or not any further; what stands before that is in.
    """
    tally = Tally()
    reference = (reference or source.name or source.path.name)[:255]
    with Seen() as seen, closing(_ahead(_batches(source, seen, size=max(1, batch_size), skip=skip))) as ahead:
        for batch in ahead:
            if not batch.records and not batch.problems:
                continue
            result = batches.run(batch.records, reference=reference, dry_run=dry_run)
            added = set() if dry_run else local_pictures.add(result, folder=source.pictures_from)
            tally.created += result.created
            tally.updated += result.updated + len(added & result.unchanged)
            tally.unchanged += len(result.unchanged - added)
            tally.read += batch.read
            for problem in sorted((*batch.problems, *result.problems), key=lambda problem: problem.line):
                tally.refused += problem.is_refusal
                tally.warned += not problem.is_refusal
                if on_problem:
                    on_problem(problem)
            if settings.DEBUG:
                reset_queries()  # Django remembers every one of them
            if on_progress:
                on_progress(skip + tally.read, tally)
            if stop and stop():
                return tally
    written = tally.created + tally.updated
    if not dry_run and (written >= statistics.MANY or (written and skip >= statistics.MANY)):
        statistics.gather()
        search_words.refresh()  # or whoever misspells what is new is not understood for some minutes
    return tally


def add_sold_out(raws: Sequence[Mapping[str, Any]], *, reference: str) -> None:
    """Create products that are known by name alone: listed, none of them left.

    ``raws`` say ``sku``, ``name`` and ``price`` of products that do not exist; what cannot be a product is
    left out. ``reference`` goes into the stock ledger.
    """
    items = (item for raw in raws for item in fields.records({**raw, "stock_quantity": 0}, line=1))
    batches.run([item for item in items if isinstance(item, Record)], reference=reference, dry_run=False)


class _Batch:
    """Records to be written together, and what was wrong with rows between them."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.problems: list[Problem] = []
        self.values = 0
        self.read = 0

    def is_full(self, size: int) -> bool:
        return len(self.records) + len(self.problems) >= size or self.values >= VALUES_AT_ONCE


def _batches(source: Source, seen: Seen, *, size: int, skip: int) -> Iterator[_Batch]:
    batch = _Batch()
    items = readers.read(source.path, format_name=source.format, mapping=source.mapping)
    try:
        for item in _unread(items, seen, skip):
            batch.read += isinstance(item, Record) or item.is_refusal
            if isinstance(item, Problem):
                batch.problems.append(item)
            elif earlier := seen.earlier(item):
                batch.problems.append(earlier)
            else:
                batch.records.append(item)
                batch.values += len(item.attributes)
            if batch.is_full(size):
                yield batch
                batch = _Batch()
    except ImportRefused:  # damaged from here on: what came before is whole
        yield batch
        raise
    yield batch


def _ahead(batches: Iterator[_Batch]) -> Generator[_Batch]:
    """Yield ``batches``, reading the next in a thread while the database works on one."""
    language = translation.get_language()  # that problems are told in
    with ThreadPoolExecutor(1, initializer=translation.activate, initargs=(language,)) as thread:
        reading = thread.submit(next, batches, None)
        while batch := reading.result():
            reading = thread.submit(next, batches, None)
            yield batch


def _unread(items: Iterator[Item], seen: Seen, skip: int) -> Iterator[Item]:
    """Yield what comes after ``skip`` records, remembering the SKUs of these."""
    for item in items:
        if skip <= 0:
            yield item
        elif isinstance(item, Record):
            seen.earlier(item)
            skip -= 1
        else:
            skip -= item.is_refusal
