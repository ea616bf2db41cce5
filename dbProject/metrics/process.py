"""What is true of a whole process, written down every few seconds."""

from threading import Lock

import psutil

from dbProject import batches, caching, observation, resilience
from dbProject.metrics import measures
from dbProject.resilience import BreakerState

STATES = {BreakerState.CLOSED: 0, BreakerState.HALF_OPEN: 1, BreakerState.OPEN: 2}
_lock = Lock()
_reads_told: dict[tuple[str, str], int] = {}


@batches.register
def write() -> None:
    """Say how this process is doing."""
    with _lock:
        of_requests = [one for one in observation.running() if one.request is not None]
        measures.in_progress.set(len(of_requests))
        process = psutil.Process()
        measures.memory_bytes.set(process.memory_info().rss)
        measures.threads.set(process.num_threads())
        for name, breaker in resilience.breakers().items():
            measures.breaker_state.labels(name).set(STATES[breaker.state])
        for group, levels in caching.figures().items():
            for level, number in levels.items():
                key = (group, level)
                measures.cache_reads.labels(*key).inc(number - _reads_told.get(key, 0))
                _reads_told[key] = number
