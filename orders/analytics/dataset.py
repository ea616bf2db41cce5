"""Where exported orders lie: a folder of Parquet files in days, and a manifest that says what belongs to it.

    lines/day=2026-11-27/part-0.parquet
    manifest.json     rows, bytes and SHA-256 of each file; how far the database was read; days still to write

A file is written under another name, flushed and renamed; the manifest comes last. Killed in between, the
folder holds whole days, old or new, and the manifest still lists what is to be written.
"""

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from orders.analytics import facts
from orders.analytics.errors import DiskFull

FORMAT = 3
"""Of manifest, columns and what a row is; another one is written anew, whole."""
PART = "part-0.parquet"
ROWS_AT_ONCE = 20_000
"""That are in memory while a day is written, and in each group of rows of its file."""


@dataclass
class Manifest:
    """What the folder holds. ``days`` by dataset; a day without rows has no file and no entry."""

    days: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in facts.DATASETS}
    )
    read_through: str | None = None
    """The newest change of an order that was seen when days were last looked for; ISO 8601."""
    prints: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """What was seen of rows that tell no time of change, by table and day: how many, and telling sums."""
    pending: dict[str, list[str]] = field(default_factory=dict)
    """Days still to write, by dataset; and what ``read_through`` and ``prints`` are once they are."""
    then_through: str | None = None
    then_prints: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    format: int = FORMAT

    def digests(self, dataset: str) -> dict[date, str]:
        """Return day -> SHA-256 of its file."""
        return {date.fromisoformat(day): entry["sha256"] for day, entry in self.days[dataset].items()}


def load(root: Path) -> Manifest:
    """Read the manifest; an empty one where there is none, or one that cannot be understood."""
    try:
        read = json.loads((root / "manifest.json").read_text())
    except (FileNotFoundError, ValueError):
        return Manifest()
    return Manifest(**read) if read.get("format") == FORMAT else Manifest()


def save(root: Path, manifest: Manifest) -> None:
    """Replace the manifest at once.

    Raises:
        DiskFull: There is no room.
    """
    with room(root):
        root.mkdir(parents=True, exist_ok=True)
        draft = root / f".manifest.{uuid4().hex}"
        try:
            with draft.open("w") as file:
                json.dump(asdict(manifest), file, separators=(",", ":"), sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(root / "manifest.json")
        finally:
            draft.unlink(missing_ok=True)
        _flush(root)


def file_of(root: Path, dataset: str, day: date) -> Path:
    """Return where a day of a dataset lies."""
    return root / dataset / f"day={day.isoformat()}" / PART


def write(root: Path, dataset: str, day: date, rows: Iterable[tuple[Any, ...]]) -> dict[str, Any] | None:
    """Replace a day by ``rows``, unless it is the same already; return its entry, ``None`` without rows.

    In memory are some thousand rows at a time. The same rows are the same bytes.

    Raises:
        DiskFull: There is no room; the day is as it was.
    """
    final = file_of(root, dataset, day)
    with room(root):
        draft = root / f".{dataset}.{day}.{uuid4().hex}"
        root.mkdir(parents=True, exist_ok=True)
        try:
            count = _write(draft, dataset, rows)
            if not count:
                _remove(final)
                return None
            entry = {"rows": count, "bytes": draft.stat().st_size, "sha256": checksum(draft)}
            if not (final.exists() and checksum(final) == entry["sha256"]):
                final.parent.mkdir(parents=True, exist_ok=True)
                draft.replace(final)
                _flush(final.parent)
            return entry
        finally:
            draft.unlink(missing_ok=True)


def missing(root: Path, manifest: Manifest) -> dict[str, list[str]]:
    """Return the days of each dataset whose file is gone or has another length than it was written with."""
    return {
        dataset: [
            day
            for day, entry in days.items()
            if _length(file_of(root, dataset, date.fromisoformat(day))) != entry["bytes"]
        ]
        for dataset, days in manifest.days.items()
    }


def is_intact(root: Path, manifest: Manifest, dataset: str, day: date) -> bool:
    """Say whether a day's file is, byte for byte, what was written."""
    file = file_of(root, dataset, day)
    entry = manifest.days[dataset].get(day.isoformat())
    if entry is None:
        return not file.exists()
    return file.exists() and checksum(file) == entry["sha256"]


def distrust(root: Path, file: str) -> None:
    """Have the next export write the day of a damaged ``file`` anew."""
    path = Path(file)
    if path.is_relative_to(root):
        path.unlink(missing_ok=True)


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = sha256()
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def alone(root: Path) -> Iterator[bool]:
    """Keep others on this machine from writing here; yield whether nobody does."""
    import fcntl

    with room(root):
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def room(root: Path) -> Iterator[None]:
    """Say in the shop's words that there is no room to write.

    Raises:
        DiskFull: The disk or a quota is full, or a file would be longer than allowed.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(str(root)) from error
        raise


def _write(draft: Path, dataset: str, rows: Iterable[tuple[Any, ...]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = facts.schema(dataset)
    count, waiting = 0, iter(rows)
    writer = None
    try:
        while piece := list(islice(waiting, ROWS_AT_ONCE)):
            writer = writer or pq.ParquetWriter(
                draft, schema, compression="zstd", write_page_checksum=True, write_statistics=False
            )
            columns = zip(zip(*piece, strict=True), schema.types, strict=True)
            arrays = [pa.array(values, kind) for values, kind in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(piece)
    finally:
        if writer is not None:
            writer.close()
    if count:
        with draft.open("rb") as file:
            os.fsync(file.fileno())
    return count


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    with suppress(OSError):  # gone, or something else is in it
        file.parent.rmdir()


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return -1


def _flush(folder: Path) -> None:
    """Have the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
