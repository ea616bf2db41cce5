"""Shapes in a square of 1,000 units and the canvas that paints them, supersampled, with one soft shadow."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from products.demo.drawings import tones

Point = tuple[float, float]
Stance = Literal["standing", "flat"]

UNITS = 1000.0
SUPERSAMPLING = 3
SHADOW_SIDE = 360  # pixels; the shadow is soft, so it is blurred small and enlarged
SHADOW_STRENGTH = 0.42
FLOOR_SHEAR, FLOOR_RISE = 0.24, 0.13  # how far a standing shadow runs right and back, per unit of height


@dataclass(frozen=True)
class Shape:
    """A union of polygons, in units."""

    polygons: tuple[tuple[Point, ...], ...]

    def __or__(self, other: "Shape") -> "Shape":
        return Shape(self.polygons + other.polygons)

    def moved(self, dx: float, dy: float = 0.0) -> "Shape":
        """This will shift the shape."""
        return self._mapped(1, 0, dx, 0, 1, dy)

    def scaled(self, factor: float, center: Point = (500, 500)) -> "Shape":
        """This will grow or shrink the shape around a point."""
        x, y = center
        return self._mapped(factor, 0, x - factor * x, 0, factor, y - factor * y)

    def turned(self, degrees: float, center: Point = (500, 500)) -> "Shape":
        """This will turn the shape clockwise around a point."""
        x, y = center
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return self._mapped(cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y)

    def mirrored(self, x: float = 500) -> "Shape":
        """This will mirror the shape at a vertical line."""
        return self._mapped(-1, 0, 2 * x, 0, 1, 0)

    def sheared(self, base: float) -> "Shape":
        """This will lay the shape down on the floor behind its base line, as a shadow does."""
        return self._mapped(1, -FLOOR_SHEAR, FLOOR_SHEAR * base, 0, FLOOR_RISE, base - FLOOR_RISE * base)

    def _mapped(self, a: float, b: float, c: float, d: float, e: float, f: float) -> "Shape":
        return Shape(
            tuple(
                tuple((a * x + b * y + c, d * x + e * y + f) for x, y in polygon) for polygon in self.polygons
            )
        )


def box(x0: float, y0: float, x1: float, y1: float, radius: float | Sequence[float] = 0) -> Shape:
    """This will make a rectangle; radius is one for all corners, or four clockwise from the top left."""
    return rounded([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], radius)


def ellipse(x: float, y: float, rx: float, ry: float | None = None) -> Shape:
    """This will make an ellipse, or a circle when only one radius is given."""
    ry = rx if ry is None else ry
    steps = max(24, round((rx + ry) / 3))
    turns = (2 * math.pi * step / steps for step in range(steps))
    return Shape((tuple((x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns),))


def rounded(points: Sequence[Point], radius: float | Sequence[float]) -> Shape:
    """This will make a polygon whose corners are softened by a radius each."""
    radii = [float(radius)] * len(points) if isinstance(radius, int | float) else list(radius)
    outline: list[Point] = []
    for index, corner in enumerate(points):
        before, after = points[index - 1], points[(index + 1) % len(points)]
        if radii[index] <= 0:
            outline.append(corner)
            continue
        start, end = _toward(corner, before, radii[index]), _toward(corner, after, radii[index])
        outline += [start, *_quadratic(start, corner, end)]
    return Shape((tuple(outline),))


def _toward(corner: Point, other: Point, distance: float) -> Point:
    length = math.dist(corner, other) or 1.0
    share = min(distance / length, 0.5)
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _quadratic(start: Point, control: Point, end: Point) -> list[Point]:
    # A circle-like corner: the cubic with its handles 55 % of the way to the control point.
    first = (start[0] + (control[0] - start[0]) * 0.56, start[1] + (control[1] - start[1]) * 0.56)
    second = (end[0] + (control[0] - end[0]) * 0.56, end[1] + (control[1] - end[1]) * 0.56)
    return _cubic(start, first, second, end)


def _cubic(start: Point, first: Point, second: Point, end: Point) -> list[Point]:
    # Segments of about 9 units: short enough to show no corners at 1,200 pixels.
    around = math.dist(start, first) + math.dist(first, second) + math.dist(second, end)
    steps = max(6, round(around / 9))
    points = []
    for step in range(1, steps + 1):
        t = step / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        points.append(
            (
                a * start[0] + b * first[0] + c * second[0] + d * end[0],
                a * start[1] + b * first[1] + c * second[1] + d * end[1],
            )
        )
    return points


def line(text: str) -> list[Point]:
    """This will read a path like ``M 0 0 L 10 0 C 20 0 20 10 10 10`` (absolute M, L, C) as points."""
    words = iter(text.split())
    points: list[Point] = []
    command = ""
    for word in words:
        if word in "MLC":
            command = word
            continue
        numbers = [float(word), *(float(next(words)) for _ in range(5 if command == "C" else 1))]
        if command == "C":
            first, second, end = zip(numbers[::2], numbers[1::2], strict=True)
            points += _cubic(points[-1], first, second, end)
        else:
            points.append((numbers[0], numbers[1]))
    return points


def path(text: str) -> Shape:
    """This will make a filled shape of a path."""
    return Shape((tuple(line(text)),))


def stroke(text: str, width: float, end_width: float | None = None) -> Shape:
    """This will make a round-ended band along a path, its width running evenly to end_width."""
    points = line(text)
    last = len(points) - 1
    end_width = width if end_width is None else end_width
    widths = [width + (end_width - width) * index / last for index in range(last + 1)]
    left: list[Point] = []
    right: list[Point] = []
    for index, (x, y) in enumerate(points):
        before, after = points[max(index - 1, 0)], points[min(index + 1, last)]
        length = math.dist(before, after) or 1.0
        nx, ny = -(after[1] - before[1]) / length, (after[0] - before[0]) / length
        reach = widths[index] / 2
        left.append((x + nx * reach, y + ny * reach))
        right.append((x - nx * reach, y - ny * reach))
    ends = ellipse(*points[0], width / 2) | ellipse(*points[-1], end_width / 2)
    quads = tuple(
        (left[index], left[index + 1], right[index + 1], right[index])
        for index, _ in enumerate(itertools.pairwise(points))
    )
    corners = Shape(tuple(p for point in line(text)[1:-1] for p in ellipse(*point, width / 2).polygons))
    return (ends | Shape(quads) | corners) if len(points) < 8 else ends | Shape(quads)


@dataclass(frozen=True)
class Layer:
    """One shape in one color, optionally clipped to another shape."""

    shape: Shape
    color: tones.RGB
    inside: Shape | None
    opacity: float
    casts: bool


@dataclass
class Drawing:
    """Layers painted back to front; it stands on a base line (y in units) or lies flat on the ground."""

    stance: Stance = "standing"
    base: float = 800.0
    layers: list[Layer] = field(default_factory=list)

    def paint(
        self,
        shape: Shape,
        color: tones.RGB,
        *,
        inside: Shape | None = None,
        opacity: float = 1.0,
        casts: bool = True,
    ) -> None:
        """This will add a layer; one clipped inside another shape casts no shadow of its own."""
        self.layers.append(Layer(shape, color, inside, opacity, casts and inside is None))

    def turn(self, body: Shape, color: tones.Tones, *, edge: float = 70.0) -> None:
        """This will paint a round body: its base color with a darker crescent of that width on the right."""
        self.paint(body, color.dark)
        self.paint(body.moved(-edge), color.base, inside=body)

    def placed(self, *, scale: float, x: float, y: float) -> "Drawing":
        """This will give the drawing scaled around the origin, then moved."""

        def place(shape: Shape) -> Shape:
            return shape.scaled(scale, (0, 0)).moved(x, y)

        layers = [
            Layer(
                place(layer.shape),
                layer.color,
                None if layer.inside is None else place(layer.inside),
                layer.opacity,
                layer.casts,
            )
            for layer in self.layers
        ]
        return Drawing(self.stance, self.base * scale + y, layers)

    def bounds(self) -> tuple[float, float, float, float]:
        """This will give left, top, right and bottom of what is painted, in units."""
        points = [point for layer in self.layers if layer.casts for p in layer.shape.polygons for point in p]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)

    def shadow(self) -> Shape:
        """This will give the outline the drawing throws on the ground."""
        cast = Shape(tuple(p for layer in self.layers if layer.casts for p in layer.shape.polygons))
        return cast.sheared(self.base) if self.stance == "standing" else cast.moved(22, 34)


def render(
    drawings: Sequence[Drawing], *, family: str, width: int, height: int, table: float | None = None
) -> Image.Image:
    """This will paint drawings on one ground, back to front; a table begins at that height in units."""
    size = (width * SUPERSAMPLING, height * SUPERSAMPLING)
    unit = size[1] / UNITS
    image = Image.new("RGB", size, tones.ground(family))
    if table is not None:
        image.paste(tones.table(family), (0, round(table * unit), *size))
    image.paste(
        tones.shade(family), (0, 0), _shadows(drawings, width / height).resize(size, Image.Resampling.BICUBIC)
    )
    for layer in itertools.chain.from_iterable(drawing.layers for drawing in drawings):
        _paint(image, layer, unit)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _shadows(drawings: Iterable[Drawing], aspect: float) -> Image.Image:
    """This will give how strongly each point is in shadow, small because a soft shadow has no detail."""
    small = (max(1, round(SHADOW_SIDE * aspect)), SHADOW_SIDE)
    shadows = Image.new("L", small)
    for drawing in drawings:
        own = _mask(drawing.shadow(), SHADOW_SIDE / UNITS, (0, 0, *small))
        own = own.filter(ImageFilter.GaussianBlur(5.0 if drawing.stance == "standing" else 6.5))
        shadows = ImageChops.lighter(shadows, own)
    return shadows.point([round(value * SHADOW_STRENGTH) for value in range(256)])


def _paint(image: Image.Image, layer: Layer, unit: float) -> None:
    if layer.inside is None and layer.opacity >= 1:
        draw = ImageDraw.Draw(image)
        for polygon in layer.shape.polygons:
            draw.polygon([(x * unit, y * unit) for x, y in polygon], fill=layer.color)
        return
    bounds = _bounds(layer.shape, unit, image.size)
    if layer.inside is not None:
        other = _bounds(layer.inside, unit, image.size)
        bounds = (
            max(bounds[0], other[0]),
            max(bounds[1], other[1]),
            min(bounds[2], other[2]),
            min(bounds[3], other[3]),
        )
    if bounds[2] <= bounds[0] or bounds[3] <= bounds[1]:
        return
    mask = _mask(layer.shape, unit, bounds)
    if layer.inside is not None:
        mask = ImageChops.darker(mask, _mask(layer.inside, unit, bounds))
    if layer.opacity < 1:
        mask = mask.point([round(value * layer.opacity) for value in range(256)])
    image.paste(layer.color, bounds, mask)


def _bounds(shape: Shape, unit: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    xs = [x * unit for polygon in shape.polygons for x, _ in polygon]
    ys = [y * unit for polygon in shape.polygons for _, y in polygon]
    return (
        max(0, math.floor(min(xs))),
        max(0, math.floor(min(ys))),
        min(size[0], math.ceil(max(xs)) + 1),
        min(size[1], math.ceil(max(ys)) + 1),
    )


def _mask(shape: Shape, unit: float, bounds: tuple[int, int, int, int]) -> Image.Image:
    left, top, right, bottom = bounds
    mask = Image.new("L", (right - left, bottom - top))
    draw = ImageDraw.Draw(mask)
    for polygon in shape.polygons:
        draw.polygon([(x * unit - left, y * unit - top) for x, y in polygon], fill=255)
    return mask
