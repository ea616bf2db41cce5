"""Import and export as background jobs: the same services as the commands, a slice at a time."""

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils.translation import gettext as _

from dbProject.jobs import files
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from products.errors import ImportRefused
from products.models import Product
from products.readers import Problem, texts
from products.services import exports, imports

BATCH = 500
"""Records between two looks at the clock and two reports."""
TALLY = ("created", "updated", "unchanged", "refused", "warned")
COLUMNS = ("line", "column", "sku", "reason", "refused")
BLOCK = 1 << 20  # bytes
START: dict[str, Any] = {"pk": 0, "bytes": 0, "done": 0, "heading": ""}
"""Where an export begins: nothing behind the last pk, nothing written."""


def run_import(turn: jobs.Turn) -> jobs.Progress:
    """Import the job's file from where the last slice stopped.

    ``params``: ``format`` and ``name`` (what the file was called). What a killed slice did is done again,
    and changes nothing: the import knows what is equal.

    Raises:
        ImportRefused: The file cannot be read as products.
    """
    job = turn.job
    before = {"read": 0, "errors": 0, "total": None, **(job.position or {})}
    if not job_files().exists(job.input_file.name or ""):
        raise ImportRefused(_("The file is gone. Upload it again."))
    earlier = {name: job.result.get(name, 0) for name in TALLY}
    problems = list(job.problems)
    is_stopped = False

    with (
        files.on_disk(job.input_file.name or "") as input_file,
        _problem_file(job, before["errors"]) as (name, sink, keep),
    ):
        total = before["total"] if job.position else _about_how_many(input_file.path)
        writer = csv.writer(sink)

        def note(problem: Problem) -> None:
            writer.writerow(_row(problem))
            if len(problems) < jobs.PROBLEMS_SHOWN:
                problems.append(_shown(problem))

        def so_far(tally: imports.Tally, *, is_finished: bool = False) -> jobs.Progress:
            sink.flush()
            keep()
            read = before["read"] + tally.read
            result = {key: earlier[key] + getattr(tally, key) for key in TALLY}
            count = result["refused"] + result["warned"]
            return jobs.Progress(
                position={"read": read, "errors": sink.tell(), "total": total},
                done=read,
                total=read if is_finished else total and max(total, read),
                result=result,
                error_count=count,
                problems=problems,
                error_file=name if count else "",
                is_finished=is_finished,
            )

        def stop() -> bool:
            nonlocal is_stopped
            is_stopped = turn.should_stop()
            return is_stopped

        tally = imports.import_products(
            source_of(job, input_file.path),
            batch_size=BATCH,
            skip=before["read"],
            reference=f"job {job.pk}",
            on_progress=lambda _done, tally: turn.report(so_far(tally)),
            on_problem=note,
            stop=stop,
        )
        return so_far(tally, is_finished=not is_stopped)


def look_at(path: Path, *, params: dict[str, Any], rows: int) -> tuple[imports.Tally, list[dict[str, Any]]]:
    """Say what importing the first ``rows`` records of a file would do, without doing it.

    Returns:
        The tally, and the first 20 problems as mappings.

    Raises:
        ImportRefused: The file cannot be read as products.
    """
    problems: list[dict[str, Any]] = []

    def note(problem: Problem) -> None:
        if len(problems) < jobs.PROBLEMS_SHOWN:
            problems.append(_shown(problem))

    source = _source(path, params)
    tally = imports.import_products(source, dry_run=True, batch_size=rows, on_problem=note, stop=lambda: True)
    return tally, problems


def run_export(turn: jobs.Turn) -> jobs.Progress:
    """Write the products of the job to its file, in pk order, from where the last slice stopped.

    ``params``: ``format`` (csv or jsonl), ``pks`` (a list; without one everything; a parent brings its
    variants).
    """
    job = turn.job
    kind, pks = job.params["format"], job.params.get("pks")
    chosen = Product.objects.order_by("pk")
    if pks is not None:
        chosen = chosen.filter(Q(pk__in=pks) | Q(parent__in=pks))
    total = job.total if job.position else chosen.count()
    at = {**START, **(job.position or {})}
    name = job.result_file.name or job_files().save(f"results/{job.pk}.{kind}", ContentFile(b""))

    def so_far(*, is_finished: bool = False) -> jobs.Progress:
        return jobs.Progress(
            position=dict(at),
            done=at["done"],
            total=at["done"] if is_finished else total,
            result={"products": at["done"]},
            result_file=name,
            is_finished=is_finished,
        )

    with files.on_disk(name) as file, open(file.path, "r+b") as out:
        if out.seek(0, os.SEEK_END) < at["bytes"]:  # of a slice that was killed before its copy was kept
            at = dict(START)
        out.truncate(at["bytes"])
        out.seek(at["bytes"])
        while batch := list(chosen.filter(pk__gt=at["pk"]).values_list("pk", flat=True)[:BATCH]):
            lines = exports.rows(kind, products=chosen.filter(pk__in=batch))
            if kind == "csv":
                heading = next(lines)
                if at["heading"] not in {"", heading}:  # an attribute came or went: its column would shift
                    at |= START
                    out.truncate(0)
                    out.seek(0)
                    continue
                if not at["bytes"]:
                    out.write(heading.encode())
                at["heading"] = heading
            out.writelines(line.encode() for line in lines)
            out.flush()
            at |= {"pk": batch[-1], "bytes": out.tell(), "done": at["done"] + len(batch)}
            turn.report(so_far())
            if turn.should_stop():
                file.keep()
                return so_far()
        if kind == "csv" and not at["bytes"]:
            out.writelines(line.encode() for line in exports.rows(kind, products=Product.objects.none()))
        out.flush()
        file.keep()
    return so_far(is_finished=True)


def source_of(job: Job, path: Path) -> imports.Source:
    """Return the job's file as the import takes it."""
    return _source(path, job.params)


def _source(path: Path, params: dict[str, Any]) -> imports.Source:
    return imports.Source(path=path, format=params.get("format", "auto"), name=params.get("name", ""))


@contextmanager
def _problem_file(job: Job, size: int) -> Iterator[tuple[str, TextIO, Callable[[], None]]]:
    """Open the job's file of problems, cut to the ``size`` (bytes) that the last report knew of.

    Offers its name, the file, and what keeps it once it is flushed.
    """
    name = job.error_file.name or f"problems/{job.pk}.csv"
    if not job_files().exists(name):
        name = job_files().save(name, ContentFile(b""))
    with files.on_disk(name) as file, open(file.path, "r+", encoding="utf-8", newline="") as sink:
        sink.truncate(size)
        sink.seek(size)
        if not size:
            csv.writer(sink).writerow(COLUMNS)
        yield name, sink, file.keep


def _row(problem: Problem) -> list[str]:
    row = [str(problem.line), problem.column, problem.sku, problem.reason, str(problem.is_refusal).lower()]
    return [texts.neutralized(cell) for cell in row]


def _shown(problem: Problem) -> dict[str, Any]:
    return asdict(problem)


def _about_how_many(path: Path) -> int | None:
    """Count the lines of a text file as a first guess at its records; ``None`` for an archive."""
    if path.suffix.lower() in {".zip", ".json"}:
        return None
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
    return max(1, lines)
