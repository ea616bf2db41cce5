"""The map of the apps as shapes: a box for each layer, an arc for what it imports; sizes are of an SVG."""

from typing import NamedTuple

from dbProject.architecture.imports import LAYERS, Map

BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 250, 52, 26, 16
BULGE = 58
"""How much further an arc reaches out for each layer that it passes."""
THINNEST, THICKEST = 1.5, 9.0


class Box(NamedTuple):
    """One layer."""

    name: str
    modules: int
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2

    @property
    def text_x(self) -> int:
        return self.x + 16


class Arc(NamedTuple):
    """So many imports of one layer from another; ``is_wrong`` if they lead upward."""

    path: str
    head: str
    width: float
    imports: int
    x: int
    y: int
    is_wrong: bool
    words: str


class Drawing(NamedTuple):
    """All of it, with the measures of its canvas."""

    width: int
    height: int
    box_width: int
    box_height: int
    boxes: list[Box]
    arcs: list[Arc]


def draw(found: Map) -> Drawing:
    """Return what to draw: layers from the top down, allowed imports on the right, others on the left."""
    step = BOX_HEIGHT + GAP
    reach = BULGE * (len(LAYERS) - 1) * 3 // 4 + 40
    left = MARGIN + (reach if found.upward else 0)
    boxes = [
        Box(name, found.modules.get(name, 0), left, MARGIN + number * step)
        for number, name in enumerate(LAYERS)
    ]
    most = max(found.imports.values(), default=1)
    arcs = [
        _arc(boxes, source, target, count, most) for (source, target), count in sorted(found.imports.items())
    ]
    return Drawing(
        left + BOX_WIDTH + reach, 2 * MARGIN + len(LAYERS) * step - GAP, BOX_WIDTH, BOX_HEIGHT, boxes, arcs
    )


def _arc(boxes: list[Box], source: str, target: str, count: int, most: int) -> Arc:
    begin, end = LAYERS.index(source), LAYERS.index(target)
    is_wrong = begin > end
    side = -1 if is_wrong else 1
    x = boxes[0].x + (0 if is_wrong else BOX_WIDTH)
    span = abs(end - begin)
    # Arcs leave a box low and arrive high, the longer the further, so that none covers another.
    y_from, y_to = boxes[begin].middle + side * 4 * span, boxes[end].middle - side * (14 - 3 * span)
    far = x + side * BULGE * span
    tip = x + side * 3
    path = f"M{x} {y_from} C{far} {y_from} {far} {y_to} {tip + side * 7} {y_to}"
    head = f"M{tip} {y_to} l{side * 9} -5 v10 z"
    width = THINNEST + (THICKEST - THINNEST) * (count / most)
    reach = x + side * (BULGE * span * 3 // 4)
    middle = (y_from + y_to) // 2 + 4
    return Arc(
        path,
        head,
        round(width, 1),
        count,
        reach + side * 4,
        middle,
        is_wrong,
        f"{source} → {target}: {count}",
    )
