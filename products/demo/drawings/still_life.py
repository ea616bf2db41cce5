"""Arranging several drawings on one table, in sizes that go together."""

from collections.abc import Sequence

from products.demo.drawings.canvas import UNITS, Drawing

TABLE = 700.0  # where wall and table meet, units from the top
FRONT, BACK = 865.0, 800.0  # base lines of the two rows
MARGIN = 0.08  # of the width, free at either side
TALLEST = 700.0  # units
OVERLAP = 0.12  # of an object's width, hidden by its neighbor
SIZES = {
    "backpack": 1.3,
    "basket": 1.15,
    "bottle": 0.9,
    "bowl": 0.62,
    "candle": 0.5,
    "desk-lamp": 1.2,
    "fountain-pen": 0.5,
    "headphones": 0.8,
    "kettle": 0.8,
    "lantern": 0.95,
    "mug": 0.5,
    "pen-cup": 0.6,
    "pencils": 0.6,
    "planter": 1.1,
    "table-lamp": 1.3,
    "teapot": 0.72,
    "watering-can": 1.0,
}


def arranged(drawings: Sequence[tuple[str, Drawing]], *, aspect: float) -> list[Drawing]:
    """This will stand (kind, drawing) pairs left to right, every second one a step back and painted first."""
    boxes = [drawing.bounds() for _, drawing in drawings]
    sizes = [SIZES.get(kind, 0.85) for kind, _ in drawings]
    widths = [(right - left) * size for (left, _, right, _), size in zip(boxes, sizes, strict=True)]
    heights = [(bottom - top) * size for (_, top, _, bottom), size in zip(boxes, sizes, strict=True)]
    spread = sum(widths) * (1 - OVERLAP)
    fit = min(aspect * UNITS * (1 - 2 * MARGIN) / spread, TALLEST / max(heights))
    left = (aspect * UNITS - spread * fit) / 2
    rows: tuple[list[Drawing], list[Drawing]] = ([], [])
    for index, (_, drawing) in enumerate(drawings):
        scale = sizes[index] * fit
        floor = FRONT if index % 2 == 0 else BACK
        x0, _, _, bottom = boxes[index]
        placed = drawing.placed(scale=scale, x=left - x0 * scale, y=floor - bottom * scale)
        rows[index % 2].append(Drawing("standing", floor, placed.layers))
        left += widths[index] * fit * (1 - OVERLAP)
    return [*rows[1], *rows[0]]
