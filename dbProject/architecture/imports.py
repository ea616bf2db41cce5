"""The map of the apps, drawn from the code as it is."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

LAYERS = ("urls and views", "orders", "products", "users", "dbProject")
"""From the top: each may import those behind it."""
TOP = ("dbProject/urls.py", "dbProject/views.py")
LEFT_OUT = ("tests", "migrations")


class Map(NamedTuple):
    """How many modules each layer has, and how many imports lead from one to another."""

    modules: dict[str, int]
    imports: dict[tuple[str, str], int]

    @property
    def upward(self) -> int:
        """Imports that lead the wrong way; ``./shop check`` fails if there is one."""
        return sum(
            count
            for (source, target), count in self.imports.items()
            if LAYERS.index(source) > LAYERS.index(target)
        )


def read(root: Path | None = None) -> Map:
    """Read every module of the shop below ``root`` but tests and migrations."""
    root = root or settings.BASE_DIR
    modules: Counter[str] = Counter()
    imports: Counter[tuple[str, str]] = Counter()
    for path in _sources(root):
        layer = _layer(path.relative_to(root).as_posix())
        modules[layer] += 1
        for name in _imported(path):
            target = _layer(name.replace(".", "/"))
            if target in LAYERS and target != layer:
                imports[layer, target] += 1
    return Map(dict(modules), dict(imports))


def _sources(root: Path) -> Iterator[Path]:
    for app in ("dbProject", "orders", "products", "users"):
        for path in sorted((root / app).rglob("*.py")):
            if not set(path.relative_to(root).parts) & set(LEFT_OUT):
                yield path


def _layer(path: str) -> str:
    if path.removesuffix(".py") in {top.removesuffix(".py") for top in TOP}:
        return LAYERS[0]
    return path.split("/")[0]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
