"""Calls that leave the machine: time limits, retries, a breaker for what keeps failing, and a bulkhead.

They combine from the outside in: :meth:`Bulkhead.enter` around :class:`Retries` around :meth:`Breaker.guard`
around a time limit. So each try counts, a breaker that has opened ends the tries, a limit that ran out is a
failure like any other, and only so many wait for all of that.
Everything here belongs to one process and works in threads and in coroutines alike; nothing awaits or
sleeps while it holds a lock.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Condition, Lock
from typing import Any, ClassVar, TypeVar

import tenacity
from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, Severity, ShopError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Clock = Callable[[], float]
"""Seconds that only ever grow."""

FAILURES = 5
OPEN_SECONDS = 60.0
RETRIES = 3


class ServiceFailed(ShopError):
    """A service outside the shop did not do what it was asked."""

    code = "service_failed"
    status = 502
    severity = Severity.MEDIUM
    category = ErrorCategory.EXTERNAL_API

    def __init__(self, service: str, reason: str, **facts: Any) -> None:
        """Take the service's name and what went wrong: both for the logs, a person reads neither."""
        super().__init__(self._text(), **facts)
        self.service = service
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.service}: {self.reason}"

    def _text(self) -> str:
        return _("A service that the shop relies on has failed. Please try again in a moment.")


class ServiceTooSlow(ServiceFailed):
    """A service outside the shop did not answer in time."""

    code = "service_too_slow"
    status = 504

    def _text(self) -> str:
        return _("A service that the shop relies on takes too long. Please try again in a moment.")


class CircuitOpen(ServiceFailed):
    """A service has failed so often that it is left alone for a while; nothing was asked."""

    code = "service_suspended"
    status = 503

    def __init__(self, service: str, retry_after_seconds: float) -> None:
        seconds = max(1, round(retry_after_seconds))
        super().__init__(service, f"left alone for another {seconds} s", retry_after_seconds=seconds)

    def _text(self) -> str:
        return _("A service that the shop relies on is away at the moment. Please try again in a minute.")


class BulkheadFull(ServiceFailed):
    """As many wait for a service as may; nothing was asked, and the service may be well."""

    code = "service_crowded"
    status = 503

    def _text(self) -> str:
        return _("Many people are waiting for this at the moment. Please try again in a moment.")


# Time limits


class Deadline:
    """The moment at which a call has to be over, its retries and pauses included."""

    def __init__(self, seconds: float, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, never negative: what a socket or :func:`time_limit` may still take."""
        return max(0.0, self._end - self._clock())


@asynccontextmanager
async def time_limit(seconds: float, *, service: str) -> AsyncIterator[None]:
    """End what is awaited in the block after ``seconds``. Threads give the limit to their socket instead.

    Raises:
        ServiceTooSlow: When the time is over.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as late:
        raise ServiceTooSlow(service, f"no answer within {seconds:.1f} s") from late


# Retries


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a call is made again, and how long it is waited in between.

    Pauses double and are cut to a random length each (full jitter), so that callers who failed together do
    not come back together. Only for calls that are harmless to repeat.
    """

    on: tuple[type[Exception], ...]
    """What is worth another try. An open breaker never is."""
    times: int = RETRIES
    """After the first call."""
    first_pause_seconds: float = 0.2
    longest_pause_seconds: float = 2.0
    within_seconds: float = 10.0
    """No pause begins that would end later than this."""

    def call(self, function: Callable[[], T]) -> T:
        """Return what ``function`` returns, or raise what its last try raised."""
        return tenacity.Retrying(**self._policy())(function)

    async def call_async(self, function: Callable[[], Awaitable[T]]) -> T:
        """Return what the coroutine returns, or raise what its last try raised."""
        return await tenacity.AsyncRetrying(**self._policy())(function)

    def _policy(self) -> dict[str, Any]:
        return {
            "retry": tenacity.retry_if_exception(self._is_worth_another_try),
            "stop": tenacity.stop_any(
                tenacity.stop_after_attempt(1 + self.times), tenacity.stop_before_delay(self.within_seconds)
            ),
            "wait": tenacity.wait_random_exponential(
                multiplier=self.first_pause_seconds, max=self.longest_pause_seconds
            ),
            "before_sleep": _note,
            "reraise": True,
        }

    def _is_worth_another_try(self, error: BaseException) -> bool:
        return isinstance(error, self.on) and not isinstance(error, CircuitOpen)


def _note(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    logger.info("Try %d failed: %s; again in %.2f s", state.attempt_number, error, state.upcoming_sleep)


# The breaker


class BreakerState(StrEnum):
    """What happens to the next call: it goes through, is refused, or is the one that tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Leaves a service alone that has failed ``failures`` times in a row.

    It refuses at once for ``open_seconds``; then one call, and only one, goes through (half-open). If that
    one is answered, everything is as before; if it fails, the service is left alone again. What was asked
    before the breaker changed its mind no longer counts when it comes back.
    """

    def __init__(
        self,
        name: str,
        *,
        trips_on: tuple[type[Exception], ...] = (ServiceFailed, OSError),
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
        clock: Clock = time.monotonic,
    ) -> None:
        """Take which exceptions mean that the service fails; any other is an answer, if an unwelcome one."""
        self.name = name
        self.trips_on = trips_on
        self._most_failures = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._is_closed = True
        self._is_trying = False
        self._refuses_until = 0.0
        self._era = 0

    @property
    def state(self) -> BreakerState:
        with self._lock:
            if self._is_closed:
                return BreakerState.CLOSED
            if self._is_trying or self._clock() >= self._refuses_until:
                return BreakerState.HALF_OPEN
            return BreakerState.OPEN

    @property
    def failures(self) -> int:
        """Return how many calls in a row have failed."""
        with self._lock:
            return self._failures

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let the block call the service, and learn from how it ends.

        A call that was cancelled says nothing of the service: a time limit belongs inside the block.

        Raises:
            CircuitOpen: The service is left alone; the block did not run.
        """
        era = self._admit()
        try:
            yield
        except self.trips_on:
            self._failed(era)
            raise
        except Exception:
            self._answered(era)
            raise
        except BaseException:
            self._abandoned(era)
            raise
        self._answered(era)

    def _admit(self) -> int:
        with self._lock:
            if not self._is_closed:
                now = self._clock()
                if now < self._refuses_until:
                    raise CircuitOpen(self.name, self._refuses_until - now)
                self._era += 1
                self._is_trying = True
                # Should this call never come back, another may try then.
                self._refuses_until = now + self._open_seconds
            return self._era

    def _failed(self, era: int) -> None:
        with self._lock:
            if era != self._era:
                return
            self._failures += 1
            if self._is_closed and self._failures < self._most_failures:
                return
            self._era += 1
            self._is_closed = self._is_trying = False
            self._refuses_until = self._clock() + self._open_seconds
            failures = self._failures
        logger.warning(
            "%s failed %d times in a row and is left alone for %.0f s",
            self.name,
            failures,
            self._open_seconds,
        )

    def _answered(self, era: int) -> None:
        with self._lock:
            if era != self._era:
                return
            was_closed = self._is_closed
            self._failures = 0
            self._is_closed, self._is_trying = True, False
        if not was_closed:
            logger.info("%s answers again", self.name)

    def _abandoned(self, era: int) -> None:
        with self._lock:
            if era == self._era and self._is_trying:
                self._is_trying = False
                self._refuses_until = self._clock()


_breakers: dict[str, Breaker] = {}
_breakers_lock = Lock()


def breaker(
    name: str,
    *,
    trips_on: tuple[type[Exception], ...] = (ServiceFailed, OSError),
    failures: int = FAILURES,
    open_seconds: float = OPEN_SECONDS,
) -> Breaker:
    """Return this process's breaker of that name, made at its first use; names come from code or settings."""
    with _breakers_lock:
        if name not in _breakers:
            _breakers[name] = Breaker(name, trips_on=trips_on, failures=failures, open_seconds=open_seconds)
        return _breakers[name]


def breakers() -> Mapping[str, Breaker]:
    """Return all breakers of this process by name, for figures."""
    with _breakers_lock:
        return dict(_breakers)


# The bulkhead


class Bulkhead:
    """Has ``places`` for calls that wait for a service, so that one that hangs cannot take every thread.

    Who finds no place waits for one while others still get through. When nobody has for a second, the
    service hangs, and who comes is refused at once: to wait would take the thread all the same.
    """

    WAIT_SECONDS: ClassVar[float] = 1.0

    def __init__(self, name: str, *, places: int, clock: Clock = time.monotonic) -> None:
        self.name = name
        self._free = places
        self._clock = clock
        self._changed = Condition()
        self._last_entry = clock()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Keep a place while the block runs.

        Raises:
            BulkheadFull: None is free; the block did not run.
        """
        with self._changed:
            came_at = self._clock()
            while not self._free:
                left = min(came_at, self._last_entry) + self.WAIT_SECONDS - self._clock()
                if left <= 0:
                    raise BulkheadFull(self.name, "all places are taken")
                self._changed.wait(left)
            self._free -= 1
            self._last_entry = self._clock()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify()


_bulkheads: dict[str, Bulkhead] = {}
_bulkheads_lock = Lock()


def bulkhead(name: str, *, places: int) -> Bulkhead:
    """Return this process's bulkhead of that name, made at its first use."""
    with _bulkheads_lock:
        if name not in _bulkheads:
            _bulkheads[name] = Bulkhead(name, places=places)
        return _bulkheads[name]


def forget() -> None:
    """Start anew with all breakers and bulkheads, as after a restart; for tests."""
    with _breakers_lock, _bulkheads_lock:
        _breakers.clear()
        _bulkheads.clear()
