"""How the demo store delivers and what it takes off, read from the file."""

import tomllib
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("terms.toml")


def zones() -> list[dict[str, Any]]:
    """Return delivery zones by field name, each with its ``method``s and they with their ``bands``."""
    found: list[dict[str, Any]] = _content()["zone"]
    return found


def offers() -> list[dict[str, Any]]:
    """Return offers by field name; ``categories`` by slug, ``*_in_days`` from today, maybe a ``coupon``."""
    found: list[dict[str, Any]] = _content()["offer"]
    return found


def _content() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
