"""What a benchmark that takes too long for a page has measured when it was last run: read, never typed in.

``benchmarks.results`` writes these files, and says when, where and in which versions.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FOLDER = "benchmarks/results"
NAMES = {
    "Dask, 1 worker": gettext_lazy("Dask, 1 worker"),
    "Dask, 2 workers": gettext_lazy("Dask, 2 workers"),
    "Dask, a cluster of 2": gettext_lazy("Dask, a cluster of 2"),
}
"""Of ways that are not the name of a program."""


class Recorded(NamedTuple):
    """A table of what was measured, with when, where and in which versions; ``missed`` are budgets."""

    command: str
    measured_at: datetime
    machine: str
    versions: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    missed: str
    is_cut: bool


def read(name: str) -> Recorded | None:
    """Return the last result of a benchmark; none where it was not run yet, or the image lacks it."""
    try:
        kept = json.loads((settings.BASE_DIR / FOLDER / f"{name}.json").read_text())
    except FileNotFoundError:
        return None
    sizes = kept["sizes"]
    names = [way["name"] for way in sizes[-1]["ways"]]
    cells = [{way["name"]: way for way in size["ways"]} for size in sizes]
    times = round(sizes[-1]["lines"] / sizes[-2]["lines"])
    return Recorded(
        command=f"./shop bench {name}",
        measured_at=datetime.fromisoformat(kept["measured_at"]),
        machine=_machine(kept["machine"]),
        versions=", ".join(f"{package} {version}" for package, version in kept["versions"].items()),
        columns=(
            _("Way"),
            *(_("%(count)s lines") % {"count": _count(size["lines"])} for size in sizes),
            _("%(count)s times the lines take") % {"count": times},
        ),
        rows=tuple(
            (
                str(NAMES.get(way, way)),
                *(_cell(of_size[way]) for of_size in cells),
                _times(kept["growth"].get(way)),
            )
            for way in names
        ),
        missed="; ".join(kept["missed"]),
        is_cut=any("seconds" not in way for size in sizes for way in size["ways"]),
    )


def _machine(of: Mapping[str, Any]) -> str:
    return ", ".join(
        (
            of["processor"],
            _("%(count)s cores") % {"count": of["cores"]},
            f"{of['memory_gb']} GB",
            of["system"],
        )
    )


def _cell(way: Mapping[str, Any]) -> str:
    if "seconds" not in way:
        return _("given up")
    return f"{number_format(way['seconds'], 1)} s, {_count(way['megabytes'])} MB"


def _times(growth: tuple[float, float] | None) -> str:
    return f"{number_format(growth[0], 2)} \N{MULTIPLICATION SIGN}" if growth else ""


def _count(number: int) -> str:
    return number_format(number, force_grouping=True)
