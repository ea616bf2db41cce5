"""What keeps a core busy: the same work in turn, in threads, and in processes."""

import os
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from dbProject.architecture import figures

ROUNDS = 1_500_000
"""Of the loop; about a tenth of a second."""
TASKS = 4


class Times(NamedTuple):
    """Seconds for the same four tasks, and on how many cores."""

    in_turn: float
    in_threads: float
    in_processes: float
    cores: int


def compare(*, rounds: int = ROUNDS) -> Times:
    """Do ``TASKS`` equal tasks that only compute; in threads and processes two at a time.

    Processes are started afresh, never forked from a process with threads, and not counted before they are
    there.
    """
    work = [rounds] * TASKS
    burn(rounds)  # the first time is slower, and would be the first figure's fault
    _, in_turn = figures.timed(lambda: [burn(count) for count in work])
    with ThreadPoolExecutor(2) as threads:
        in_threads = _measured(threads, work)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        in_processes = _measured(processes, work)
    return Times(in_turn, in_threads, in_processes, _cores())


def _cores() -> int:
    """Return how many cores this process may use, where the system can say so; else how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def burn(rounds: int) -> int:
    """Compute something that no library does for us."""
    total = 0
    for number in range(rounds):
        total += number & 7
    return total


def _measured(pool: Executor, work: list[int]) -> float:
    list(pool.map(burn, [1, 1]))  # both are there now
    return figures.timed(lambda: list(pool.map(burn, work)))[1]
