"""What benchmarks have measured, kept beside the code: when, where, and in which versions.

``dbProject.architecture.recorded`` reads them.
"""

import json
import os
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil
from django.utils import timezone

FOLDER = Path(__file__).parent
PACKAGES = ("dask", "distributed", "pyarrow", "pandas", "duckdb", "polars")


def write(name: str, measured: Mapping[str, Any]) -> Path:
    """Keep what was ``measured`` just now as the last result of a benchmark; return its file."""
    file = FOLDER / f"{name}.json"
    kept = {"measured_at": f"{timezone.now():%Y-%m-%dT%H:%MZ}", "machine": machine(), "versions": versions()}
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(kept | dict(measured), indent=1) + "\n")
    draft.replace(file)
    return file


def machine() -> dict[str, Any]:
    """Say what it is measured on; the name of no machine."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of what computes."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
