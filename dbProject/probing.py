"""Asking something that may hang, without hanging with it."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Lock, Thread
from typing import Any

from django.db import connection

LEFT_ALONE_AFTER_SECONDS = 5.0
"""Then a look that hangs no longer keeps others from looking."""


class NoAnswer(Exception):
    """What was asked did not answer in time."""


class Look:
    """One thread that asks several things in turn, on a connection to the database of its own."""

    def __init__(self, checks: Mapping[str, Callable[[], Any]]) -> None:
        self._checks = checks
        self._answers: dict[str, Future[Any]] = {name: Future() for name in checks}
        self._began = time.monotonic()
        Thread(target=self._run, name="look", daemon=True).start()

    def may_be_shared(self, kept_seconds: float) -> bool:
        """Say whether its answers may be waited for, or all came of a look that began so lately."""
        is_done = all(answer.done() for answer in self._answers.values())
        return time.monotonic() < self._began + (kept_seconds if is_done else LEFT_ALONE_AFTER_SECONDS)

    def answer(self, name: str, *, seconds: float) -> Any:
        """Return what was found out, waiting for so long at most.

        Raises:
            NoAnswer: It takes longer.
            Exception: What asking raised.
        """
        answer = self._answers[name]
        wait([answer], timeout=seconds)
        if not answer.done():
            raise NoAnswer(name)
        return answer.result()

    def _run(self) -> None:
        try:
            for name, check in self._checks.items():
                try:
                    self._answers[name].set_result(check())
                except BaseException as error:
                    self._answers[name].set_exception(error)
        finally:
            connection.close()  # this thread's own, if it has one


_looks: dict[str, Look] = {}
_looks_lock = Lock()


def look(what: str, checks: Mapping[str, Callable[[], Any]], *, kept_seconds: float = 0.0) -> Look:
    """Return the look of that name that is under way or began ``kept_seconds`` ago at most, or begin one."""
    with _looks_lock:
        found = _looks.get(what)
        if found is None or not found.may_be_shared(kept_seconds):
            found = _looks[what] = Look(checks)
        return found


def forget() -> None:
    """Let the next look begin anew, whatever is under way or kept; for tests."""
    with _looks_lock:
        _looks.clear()
