"""What is read when Prometheus asks: few questions, asked seldom, and never to the harm of the others."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from dbProject import probing

logger = logging.getLogger(__name__)
SECONDS = 2.0
"""How long Prometheus waits for what all sources say."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is now; its name and unit as Prometheus wants them, its labels from code."""

    name: str
    documentation: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


class Remembered(NamedTuple):
    """What a source said, and at which moment of ``time.monotonic()`` it is asked again."""

    figures: list[Figure]
    until: float


_remembered: dict[str, Remembered] = {}


def figures() -> list[Figure]:
    """Return what all sources say, with ``shop_metrics_source_up`` for each: 0 if it did not answer."""
    wanted = [name for name in settings.METRICS_SOURCES if not _is_fresh(name)]
    sources: dict[str, Callable[[], Any]] = {name: import_string(name) for name in wanted}
    look = probing.look("metrics", sources) if sources else None
    ends_at = time.monotonic() + SECONDS
    found = []
    for name, seconds in settings.METRICS_SOURCES.items():
        is_up = True
        if name in wanted and look is not None:
            is_up = _ask(look, name, kept_seconds=seconds, ends_at=ends_at)
        if is_up:
            found += _remembered[name].figures
        text = "Whether what these figures are read from answers."
        found.append(Figure("shop_metrics_source_up", text, is_up, {"source": name}))
    return found


def forget() -> None:
    """Ask anew the next time; for tests."""
    _remembered.clear()
    probing.forget()


def _is_fresh(name: str) -> bool:
    return name in _remembered and time.monotonic() < _remembered[name].until


def _ask(look: probing.Look, name: str, *, kept_seconds: float, ends_at: float) -> bool:
    try:
        told = look.answer(name, seconds=max(0.0, ends_at - time.monotonic()))
    except KeyError:  # another scrape asks, and did not want to know this
        return _is_fresh(name)
    except Exception as error:  # whatever it is, the other figures are told
        logger.warning("%s tells no figures: %s", name, error)
        return False
    _remembered[name] = Remembered(list(told), time.monotonic() + kept_seconds)
    return True
