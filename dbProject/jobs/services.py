"""Background work in slices of some 20 seconds, that no crash loses and no repetition harms.

The row is the truth and the broker only a courier. A slice claims its job by a conditional
UPDATE, works, writes down how far it came under that claim, and asks for the next slice. Whoever
dies in between leaves a lease that expires; ``resume`` then asks again. A slice that comes back
from the dead finds its claim gone and can write nothing.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from dbProject import observation
from dbProject.errors import ShopError
from dbProject.jobs.models import Job, job_files

SLICE_SECONDS = 20
LEASE = timedelta(seconds=110)
"""How long a slice keeps its job to itself; more than CELERY_TASK_TIME_LIMIT, after which it is killed."""
MAX_ATTEMPTS = 5
"""Slices that may die at the same position before the job is given up."""
PATIENCE = timedelta(seconds=10)
"""How long a waiting job trusts the broker before its message counts as lost."""
RETRY_AFTER = timedelta(seconds=10)
"""Pause after a slice that ended with an error of ours, for each attempt."""
KEPT = timedelta(days=30)
PROBLEMS_SHOWN = 20
STAGED = "staged"
STAGED_FOR = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a handler came; everything in it is stored together."""

    position: Any = None
    done: int = 0
    total: int | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    error_count: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    error_file: str = ""
    result_file: str = ""
    is_finished: bool = False


class Turn:
    """One slice of one job, in the hands of its handler."""

    def __init__(self, job: Job, claim: UUID) -> None:
        self.job = job
        self._claim = claim
        self._ends_at = time.monotonic() + SLICE_SECONDS
        self._is_ours = True

    def should_stop(self) -> bool:
        """Say whether to return now: the time is up, the job is cancelled, or another has taken over."""
        return not self._is_ours or time.monotonic() >= self._ends_at

    @property
    def is_ours(self) -> bool:
        """Say whether the last report was stored: nobody has cancelled the job or taken over."""
        return self._is_ours

    def report(self, progress: Progress) -> None:
        """Store how far the job came, so that it is seen and a crash goes on from here."""
        self._is_ours = self._is_ours and _store(self.job, self._claim, progress)

    def hand_back(self, progress: Progress) -> None:
        """Store what the slice ended with: the whole job is done, or the next slice may begin."""
        if progress.is_finished:
            end = {"status": Job.Status.SUCCEEDED, "finished_at": timezone.now()}
            with transaction.atomic():
                if _store(self.job, self._claim, progress, claim=None, claimed_until=None, **end):
                    _drop_input(self.job)
        elif _store(self.job, self._claim, progress, claim=None, claimed_until=None):
            poke(self.job)

    def refuse(self, reason: str) -> None:
        """End the job as failed, for a ``reason`` that whoever started it can read."""
        if self._held().update(**_failed(reason)):
            _drop_input(self.job)

    def let_go(self) -> None:
        """Give the job back after an error of ours, to be tried again after a pause."""
        pause = timezone.now() + RETRY_AFTER * max(1, self.job.attempts)
        self._held().update(claimed_until=pause)

    def _held(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, claim=self._claim, status=Job.Status.RUNNING)


Handler = Callable[[Turn], Progress]
"""Works on ``turn.job`` from ``job.position`` until the end or ``turn.should_stop()``, reporting on the way.

Its effect has to be harmless to repeat: after a crash the work since the last report is done again.
"""


@transaction.atomic
def start(
    kind: str,
    *,
    params: Mapping[str, Any] | None = None,
    by: Any = None,
    api_key: Any = None,
    file: File[Any] | None = None,
    staged: str = "",
) -> Job:
    """Write down a job of that ``kind`` (see ``JOB_HANDLERS``) and ask a worker to begin once this commits.

    ``by`` is the account that may see it, or ``api_key`` the system. Its input is a ``file``, or one
    ``staged`` before. A broker that is away or hangs costs the caller 2 s at most: the schedule finds the
    job again.
    """
    if kind not in settings.JOB_HANDLERS:
        raise ValueError(f"no handler in JOB_HANDLERS for {kind}")
    job = Job(kind=kind, params=dict(params or {}), created_by=by, api_key=api_key, **observation.origin())
    if file is not None:
        suffix = Path(file.name or "").suffix.lower()[:10]
        job.input_file.save(f"{job.pk}{suffix}", file, save=False)
    elif staged:
        job.input_file = staged
    job.save(force_insert=True)
    transaction.on_commit(lambda: poke(job))
    return job


def stage(file: File[Any]) -> str:
    """Keep ``file`` for a job that may be started within a day; return the name to start it with."""
    suffix = Path(file.name or "").suffix.lower()[:10]
    return job_files().save(f"{STAGED}/{uuid4()}{suffix}", file)


def unstage(name: str) -> None:
    """Drop what was staged: no job will be made of it. Repeating it changes nothing."""
    job_files().delete(name)


def poke(job: Job) -> bool:
    """Ask a worker that can do jobs of its kind for a slice; say whether the broker took the message.

    Whoever asks, the slice follows from the request that has started the job.
    """
    try:
        current_app.send_task(
            "dbProject.jobs.tasks.run_job",
            args=[str(job.pk)],
            headers=observation.headers_of(job),
            queue=settings.JOB_QUEUES.get(job.kind),
            retry=False,
        )
    except OperationalError:
        return False
    return True


def run_slice(pk: UUID) -> None:
    """Work on that job for about 20 s, unless somebody else does. Any number may call it at once."""
    with _claimed(pk) as turn:
        if turn is None:
            return
        handler: Handler = import_string(settings.JOB_HANDLERS[turn.job.kind])
        try:
            progress = handler(turn)
        except ShopError as refusal:
            turn.refuse(refusal.detail)
        else:
            turn.hand_back(progress)


def resume() -> int:
    """Find what nobody works on: give up what died too often, ask again for the rest; return how many."""
    now = timezone.now()
    dead = Job.objects.unclaimed(now).filter(attempts__gte=MAX_ATTEMPTS)
    for job in dead:
        text = _("It stopped %(times)s times at the same place without an answer.")
        reason = text % {"times": MAX_ATTEMPTS}
        if Job.objects.unclaimed(now).filter(pk=job.pk).update(**_failed(reason)):
            _drop_input(job)
    waiting = Job.objects.unclaimed(now).filter(updated_at__lt=now - PATIENCE)
    asked = 0
    for job in waiting.only("kind", "request_id", "traceparent").order_by("created_at")[:100]:
        if not poke(job):
            break
        Job.objects.unclaimed(now).filter(pk=job.pk).update(updated_at=now)
        asked += 1
    return asked


def cancel(job: Job) -> bool:
    """End an unfinished ``job``; say whether it was. A slice at work stops at its next report."""
    end = {"status": Job.Status.CANCELLED, "finished_at": timezone.now(), "updated_at": timezone.now()}
    was_unfinished = Job.objects.unfinished().filter(pk=job.pk).update(claim=None, claimed_until=None, **end)
    if was_unfinished:
        _drop_input(job)
    return bool(was_unfinished)


def tidy() -> int:
    """Forget jobs that ended long ago with their files, and files that no job knows.

    Returns how many jobs. How long each kind is kept says ``JOBS_KEPT``; 30 days, unless it does.
    """
    _drop_strays()
    now = timezone.now()
    is_old = Q(finished_at__lt=now - KEPT)
    for kind, age in settings.JOBS_KEPT.items():
        is_old |= Q(kind=kind, finished_at__lt=now - age)
    old = list(Job.objects.finished().filter(is_old)[:500])
    for job in old:
        for name in _files(job):
            job_files().delete(name)
    Job.objects.filter(pk__in=[job.pk for job in old]).delete()
    return len(old)


def forget_of(user: Any) -> int:
    """Remove the jobs of ``user`` with their files, whatever they are about; return how many."""
    own = list(Job.objects.of(user))
    for name in (name for job in own for name in _files(job)):
        transaction.on_commit(partial(job_files().delete, name), robust=True)
    return Job.objects.filter(pk__in=[job.pk for job in own]).delete()[0]


@contextmanager
def _claimed(pk: UUID) -> Iterator[Turn | None]:
    """Reserve the job for the block, which ends it or hands it back; a block that fails lets it go."""
    now, claim = timezone.now(), uuid4()
    free = Job.objects.unclaimed(now).filter(pk=pk, attempts__lt=MAX_ATTEMPTS)
    is_ours = free.update(
        status=Job.Status.RUNNING,
        claim=claim,
        claimed_until=now + LEASE,
        attempts=F("attempts") + 1,
        updated_at=now,
    )
    if not is_ours:
        yield None
        return
    turn = Turn(Job.objects.get(pk=pk), claim)
    is_done = False
    try:
        yield turn
        is_done = True
    finally:
        if not is_done:
            turn.let_go()


def _store(job: Job, held: UUID, progress: Progress, **more: Any) -> bool:
    """Write ``progress`` down if the claim is still the one ``held``; say whether it was."""
    if progress.position != job.position:
        more["attempts"] = job.attempts = 0
        job.position = progress.position
    return bool(
        Job.objects.filter(pk=job.pk, claim=held, status=Job.Status.RUNNING).update(
            position=progress.position,
            done=progress.done,
            total=progress.total,
            result=dict(progress.result),
            error_count=progress.error_count,
            problems=progress.problems[:PROBLEMS_SHOWN],
            error_file=progress.error_file,
            result_file=progress.result_file,
            updated_at=timezone.now(),
            **more,
        )
    )


def _failed(reason: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "status": Job.Status.FAILED,
        "failure": reason[:500],
        "claim": None,
        "claimed_until": None,
        "finished_at": now,
        "updated_at": now,
    }


def _files(job: Job) -> list[str]:
    return [name for name in (job.input_file.name, job.error_file.name, job.result_file.name) if name]


def _drop_input(job: Job) -> None:
    """Remove what was uploaded for a job that is over, once that is certain."""
    name = job.input_file.name
    if name:
        transaction.on_commit(lambda: job_files().delete(name))


def _drop_strays() -> None:
    """Delete files that no job knows: uploads that became none, and what a killed process left."""
    files = job_files()
    oldest = timezone.now() - STAGED_FOR
    known = {
        STAGED: Job.objects.unfinished().values_list("input_file", flat=True),
        "results": Job.objects.values_list("result_file", flat=True),
        "problems": Job.objects.values_list("error_file", flat=True),
    }
    for folder, names in known.items():
        if not files.exists(folder):
            continue
        taken = set(names)
        for name in (f"{folder}/{entry}" for entry in files.listdir(folder)[1]):
            if name not in taken and files.get_modified_time(name) < oldest:
                files.delete(name)
