"""How busy and how full the machines of the shop are, told by those that run it.

Every process that answers requests or runs tasks looks once a minute, in the thread of ``batches``. The first
one of a machine to look in that minute says it for the whole machine; which one that is, the cache decides,
and without it all of them say the same.
"""

import socket
from time import monotonic
from typing import NamedTuple

import psutil
from django.conf import settings
from django.core.cache import cache

from dbProject import batches
from dbProject.incidents import watching
from dbProject.incidents.models import Alert

LOOK_SECONDS = 60
SAID_FOR_SECONDS = 50
"""How long one word of a machine is enough: a bit shorter, so that the same process may say the next."""


class Processors(NamedTuple):
    """How long the processors of this machine have worked so far, and could have; seconds."""

    busy: float
    all: float


class Look(NamedTuple):
    """What a process saw at which moment of ``monotonic()``."""

    at: float
    processors: Processors


_last: Look | None = None


@batches.register
def look() -> None:
    """Say once a minute how this machine is doing; the first look only begins the minute."""
    global _last
    now = monotonic()
    if _last is not None and now - _last.at < LOOK_SECONDS:
        return
    before, _last = _last, Look(now, processors())
    if before is None or not _is_first():
        return
    watching.note(Alert.Rule.CPU, host=name(), value=_percent(before.processors, _last.processors))
    watching.note(Alert.Rule.SPACE, host=name(), value=space())


def name() -> str:
    """Return what this machine is called; containers are told the name of what they run on."""
    return (settings.MACHINE_NAME or socket.gethostname())[:100]


def processors() -> Processors:
    """Ask the system; waiting for a disk is no work."""
    times = psutil.cpu_times()
    of_guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # they are in user and nice
    total = sum(times) - of_guests
    return Processors(total - times.idle - getattr(times, "iowait", 0.0), total)


def space() -> float:
    """Percent in use of this machine's memory or of the disk with the shop, whichever is fuller."""
    disk = psutil.disk_usage(str(settings.BASE_DIR))
    return float(max(psutil.virtual_memory().percent, disk.percent))


def forget() -> None:
    """Begin anew in this process; for tests."""
    global _last
    _last = None


def _percent(before: Processors, now: Processors) -> float:
    """Percent of this machine's processors that were in use between two looks."""
    could = now.all - before.all
    return min(100.0, max(0.0, 100 * (now.busy - before.busy) / could)) if could > 0 else 0.0


def _is_first() -> bool:
    """Say whether nobody on this machine has told in this minute; where the cache is away, nobody knows."""
    return cache.add(f"machine:{name()}", 1, SAID_FOR_SECONDS) is not False
