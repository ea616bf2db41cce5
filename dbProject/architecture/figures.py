"""What a measurement tells."""

import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django_stubs_ext import StrPromise

from dbProject.architecture.drawing import Drawing

T = TypeVar("T")
Words = str | StrPromise


class Figure(NamedTuple):
    """One measured figure with its unit, as people read it."""

    label: Words
    value: str
    unit: Words = ""


class Measured(NamedTuple):
    """What came out, what it says in one sentence, and a drawing and a table where there are any."""

    figures: list[Figure]
    conclusion: Words
    columns: tuple[Words, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    drawing: Drawing | None = None


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what ``work`` returns, and how many seconds it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def seconds(label: Words, taken: float) -> Figure:
    """Show a time in seconds."""
    return Figure(label, f"{taken:.2f}", "s")


def times(label: Words, slow: float, fast: float) -> Figure:
    """Show how many times as fast ``fast`` seconds are as ``slow`` ones."""
    return Figure(label, f"{slow / fast:.1f}", "\N{MULTIPLICATION SIGN}")
