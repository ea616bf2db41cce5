"""Jobs that count, crash, refuse or wait, and what becomes of what a job is known by."""

import logging
from datetime import timedelta
from threading import Event

from celery import current_app
from django.utils import timezone

from dbProject.errors import ShopError
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job

seen: list[int] = []
"""Every number that any slice of any test has counted, in order."""
entered, may_go_on = Event(), Event()
logger = logging.getLogger(__name__)


class Crash(Exception):
    """A bug."""


def count_to_ten(turn):
    number = turn.job.position or 0
    while number < 10 and not turn.should_stop():
        number += 1
        seen.append(number)
        turn.report(jobs.Progress(position=number, done=number, total=10))
    return jobs.Progress(position=number, done=number, total=10, is_finished=number == 10)


def count_three_per_slice(turn):
    start = turn.job.position or 0
    end = min(10, start + 3)
    seen.extend(range(start + 1, end + 1))
    return jobs.Progress(position=end, done=end, total=10, is_finished=end == 10)


def crash_after_four(turn):
    number = turn.job.position or 0
    if number >= 4:
        raise Crash
    return count_to_four(turn)


def count_to_four(turn):
    for number in range(1, 5):
        seen.append(number)
        turn.report(jobs.Progress(position=number, done=number))
    raise Crash


def refuse(turn):
    raise ShopError("This file holds no products.")


def crash_once(turn):
    if turn.job.position is None and turn.job.attempts == 1:
        raise Crash
    logger.info("counting")
    return count_three_per_slice(turn)


def wait_inside(turn):
    entered.set()
    assert may_go_on.wait(20)
    turn.report(jobs.Progress(position="late", done=99))
    assert turn.should_stop()
    return jobs.Progress(position="late", done=99, is_finished=True)


def lose_the_lease(job):
    Job.objects.filter(pk=job.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))


def forget_the_message(job):
    Job.objects.filter(pk=job.pk).update(updated_at=timezone.now() - timedelta(minutes=1))


def queued(queue=None) -> int:
    with current_app.connection_for_read() as broker:
        return broker.default_channel.client.llen(queue or current_app.conf.task_default_queue)
