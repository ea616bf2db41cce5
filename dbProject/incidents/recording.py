"""Writing down an error that nobody foresaw, where it happens, without making anything worse.

One short transaction for each: the group is counted by one upsert, so two at once are two. More than a few a
minute of the same error are counted in this process and written with the next batch. While the database
fails, nobody waits for it: the line of the log is there in any case.
"""

import hashlib
import logging
import secrets
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePath
from threading import Lock
from types import TracebackType
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from dbProject import batches, logs, observation, redaction, resilience
from dbProject.errors import ErrorCategory, Severity
from dbProject.incidents import announcing
from dbProject.incidents.models import SLOTS, ErrorGroup, ErrorOccurrence
from dbProject.limits.counters import Memory
from dbProject.resilience import CircuitOpen

logger = logging.getLogger(__name__)

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What an error's number is made of: nothing that sounds or looks like something else."""
FRAMES = 30
MOST_CHARACTERS = 3_000
"""Of a traceback's frames, and a third of that for its message, for each of three linked exceptions."""
LINKED = 3
MOST_PENDING = 200
BUCKET_SECONDS = 300
UPSERT = """
INSERT INTO error_groups
    (fingerprint, exception, place, severity, category, state, is_told, count, first_seen_at, last_seen_at)
VALUES (%(fingerprint)s, %(exception)s, %(place)s, %(severity)s, %(category)s, 'open', %(no)s, %(count)s,
    %(now)s, %(now)s)
ON CONFLICT (fingerprint) DO UPDATE SET
    count = error_groups.count + excluded.count,
    last_seen_at = excluded.last_seen_at,
    state = CASE WHEN error_groups.state = 'resolved' THEN 'open' ELSE error_groups.state END
RETURNING *
"""
"""A group that was resolved and comes back is open again, and nobody was told of that yet."""
COUNT = """
INSERT INTO error_counts (group_id, began_at, count) VALUES (%(group)s, %(began_at)s, %(count)s)
ON CONFLICT (began_at, group_id) DO UPDATE SET count = error_counts.count + excluded.count
"""
_memory = Memory()
_lock = Lock()
_pending: dict["Kind", int] = {}


class Kind(NamedTuple):
    """What makes errors the same: their type, and the innermost function of ours that they came through."""

    exception: str
    place: str
    severity: Severity
    category: ErrorCategory

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.exception}\n{self.place}".encode()).hexdigest()


def new_id() -> str:
    """Return a number for an error, short enough for the telephone: 50 random bits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def note(error: BaseException, *, error_id: str, task: str = "") -> None:
    """Write down ``error``, which happened in the request or task that is observed here; never raises."""
    try:
        _note(error, error_id=error_id, task=task)
    except CircuitOpen:
        pass
    except Exception as failure:  # it must not hide the error that it is about, nor become one more
        logger.warning("An error could not be written down", exc_info=failure)


@batches.register
def write_pending() -> None:
    """Write down what was only counted in this process; what cannot be written stays for the next time."""
    if not _pending:
        return
    with _lock:
        counted = dict(_pending)
        _pending.clear()
    try:
        for kind in tuple(counted):
            _write(kind, counted[kind], None)
            del counted[kind]
    finally:
        for kind, count in counted.items():
            _count_later(kind, count)


def bucket_of(moment: datetime) -> datetime:
    """Return when the five minutes began in which ``moment`` is counted."""
    return datetime.fromtimestamp(moment.timestamp() // BUCKET_SECONDS * BUCKET_SECONDS, UTC)


def forget() -> None:
    """Begin anew in this process."""
    _memory.clear()
    _pending.clear()


def _note(error: BaseException, *, error_id: str, task: str) -> None:
    kind = kind_of(error, is_task=bool(task))
    of_its_kind = _memory.count(kind.fingerprint, window_seconds=60).used
    if of_its_kind > settings.ERRORS_WRITTEN_PER_MINUTE or (
        _memory.count("all", window_seconds=60).used > 10 * settings.ERRORS_WRITTEN_PER_MINUTE
    ):
        _count_later(kind)
        return
    breaker = resilience.breaker("error_groups", trips_on=(DatabaseError, InterfaceError), failures=1)
    with breaker.guard():
        _write(kind, 1, _occurrence(error, error_id=error_id, task=task))


def _count_later(kind: Kind, count: int = 1) -> None:
    with _lock:
        if kind in _pending or len(_pending) < MOST_PENDING:
            _pending[kind] = _pending.get(kind, 0) + count
    batches.wake()


@transaction.atomic
def _write(kind: Kind, count: int, occurrence: ErrorOccurrence | None) -> None:
    now = timezone.now()
    instant = connection.ops.adapt_datetimefield_value
    fields = {**kind._asdict(), "fingerprint": kind.fingerprint}
    (group,) = ErrorGroup.objects.raw(UPSERT, {**fields, "no": False, "count": count, "now": instant(now)})
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"group": group.pk, "began_at": instant(bucket_of(now)), "count": count})
    if occurrence is not None:
        occurrence.group, occurrence.slot, occurrence.happened_at = group, group.count % SLOTS, now
        ErrorOccurrence.objects.bulk_create(
            [occurrence],
            update_conflicts=True,
            unique_fields=["group", "slot"],
            update_fields=[
                *("error_id", "happened_at", "request_id", "trace_id"),
                *("user_pk", "method", "route", "release", "traceback"),
            ],
        )
    if group.state == ErrorGroup.State.OPEN and not group.is_told:
        ErrorGroup.objects.filter(pk=group.pk).update(is_told=True)
        announcing.tell_of_group(group, occurrence)


def _occurrence(error: BaseException, *, error_id: str, task: str) -> ErrorOccurrence:
    seen = observation.current()
    known = logs.context_of(seen) if seen is not None else {}
    typed = redaction.typed_in(seen.request) if seen and seen.request else []
    return ErrorOccurrence(
        error_id=error_id,
        request_id=known.get("request_id", ""),
        trace_id=known.get("trace_id", ""),
        user_pk=known.get("user_id"),
        method=known.get("method", "")[:10],
        route=(task or known.get("route") or "")[:200],
        release=settings.RELEASE[:100],
        traceback=text_of(error, typed),
    )


# What an error is


def kind_of(error: BaseException, *, is_task: bool) -> Kind:
    """Return under what an error is counted."""
    category = _category_of(error)
    if category in {ErrorCategory.DATABASE, ErrorCategory.CONFIGURATION} or isinstance(error, MemoryError):
        severity = Severity.CRITICAL
    else:  # a task is tried again, a visitor is not
        severity = Severity.MEDIUM if is_task else Severity.HIGH
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return Kind(name[:200], _place_of(error.__traceback__)[:300], severity, category)


def text_of(error: BaseException, typed: Iterable[str] | None = ()) -> str:
    """Return frames and message of an error and of what it came from: bounded, and without anybody's data."""
    typed = None if typed is None else list(typed)
    parts: list[str] = []
    linked: BaseException | None = error
    while linked is not None and len(parts) < LINKED:
        frames = "".join(traceback.format_tb(linked.__traceback__, limit=-FRAMES))
        message = "".join(traceback.format_exception_only(linked))
        parts.append(
            redaction.redacted(frames[-MOST_CHARACTERS:], typed)
            + redaction.redacted(message, typed)[: MOST_CHARACTERS // 3]
        )
        linked = linked.__cause__ or (None if linked.__suppress_context__ else linked.__context__)
    text = "\nIt came from:\n\n".join(parts)
    return text.encode(errors="replace").decode().replace("\0", "")


def _category_of(error: BaseException) -> ErrorCategory:
    if isinstance(error, (DatabaseError, InterfaceError)):
        return ErrorCategory.DATABASE
    if isinstance(error, ImproperlyConfigured):
        return ErrorCategory.CONFIGURATION
    if isinstance(error, resilience.ServiceFailed):
        return ErrorCategory.EXTERNAL_API
    if isinstance(error, (ConnectionError, TimeoutError)) or type(error).__module__.startswith("httpx"):
        return ErrorCategory.NETWORK
    return ErrorCategory.SYSTEM


def _place_of(found: TracebackType | None) -> str:
    """Return the innermost function of ours; where there is none, the innermost of all."""
    own = place = ""
    for frame, _line in traceback.walk_tb(found):
        place = f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_qualname}"
        path = PurePath(frame.f_code.co_filename)
        if path.is_relative_to(settings.BASE_DIR) and not {"site-packages", ".venv"} & {*path.parts}:
            own = f"{path.relative_to(settings.BASE_DIR)}:{frame.f_code.co_qualname}"
    return own or place
