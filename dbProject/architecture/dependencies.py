"""What the shop stands on: the versions that are locked, those that run, and what is known against them."""

import json
import re
import subprocess
import sys
from datetime import date
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
NAME_MARKS = re.compile(r"[-_.]+")
AS_OF = re.compile(r"^#.* --exclude-newer (\d{4}-\d\d-\d\d) ", re.MULTILINE)
"""In the command that wrote the lock, which stands at its head; a file's own time says when it was copied."""
AUDIT_SECONDS = 20


class Lock(NamedTuple):
    """What ``requirements.txt`` says, beside what is installed."""

    versions: dict[str, str]
    hashes: int
    as_of: date | None
    """What was released after that day was not looked at."""
    others: dict[str, str]
    """Package -> version that runs in place of the locked one."""


def lock(path: Path | None = None) -> Lock:
    """Read the lock and compare it with what is installed; what another platform needs counts as locked."""
    path = path or settings.BASE_DIR / "requirements.txt"
    text = path.read_text()
    versions = {_name(name): version for name, version in LOCKED.findall(text)}
    running = {_name(one.metadata["Name"]): one.version for one in metadata.distributions()}
    others = {
        name: running[name] for name, version in versions.items() if running.get(name, version) != version
    }
    day = AS_OF.search(text)
    as_of = date.fromisoformat(day[1]) if day else None
    return Lock(versions, text.count("--hash="), as_of, others)


def has_auditor() -> bool:
    """Say whether there is a program here that asks; production has none."""
    return find_spec("pip_audit") is not None


def known_holes() -> int | None:
    """Ask the database of vulnerabilities about the lock; none where nobody can be asked from here."""
    if not has_auditor():
        return None
    asked = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--disable-pip"]
    try:
        said = subprocess.run(  # noqa: S603 -- nothing that anybody typed
            [*asked, "--require-hashes", "-r", "requirements.txt", "-f", "json"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=AUDIT_SECONDS,
            check=False,
        ).stdout
        packages = json.loads(said)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    asked_about = [package["vulns"] for package in packages if "vulns" in package]
    return sum(map(len, asked_about)) if asked_about else None


def _name(name: str) -> str:
    return NAME_MARKS.sub("-", name).lower()
