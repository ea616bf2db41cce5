"""Drawings of the home and garden family."""

import math

from products.demo.drawings.canvas import Drawing, Shape, box, ellipse, path, rounded, stroke
from products.demo.drawings.tones import Tones, tones


def _leaf(x: float, y: float, length: float, width: float, degrees: float) -> Shape:
    """A pointed leaf growing from a point; 0 degrees points up, turning clockwise."""
    tip, bulge = y - length, y - length * 0.45
    leaf = path(
        f"M {x} {y} C {x - width} {bulge} {x - width * 0.6} {tip + length * 0.2} {x} {tip} "
        f"C {x + width * 0.6} {tip + length * 0.2} {x + width} {bulge} {x} {y}"
    )
    return leaf.turned(degrees, (x, y))


def vase(color: Tones) -> Drawing:
    """A bellied vase with one olive branch."""
    drawing = Drawing(base=860)
    green = tones("forest")
    drawing.paint(stroke("M 500 470 C 500 330 540 230 640 130", 11), green.dark)
    leaves = (
        (508, 380, -50),
        (512, 350, 55),
        (532, 280, -42),
        (545, 255, 70),
        (582, 195, -30),
        (600, 170, 80),
        (638, 132, 38),
    )
    for index, (x, y, degrees) in enumerate(leaves):
        drawing.paint(_leaf(x, y, 125, 44, degrees), green.base if index % 2 else tones("sage").dark)
    body = path(
        "M 435 415 L 565 415 C 560 520 735 540 735 680 C 735 800 640 862 500 862 "
        "C 360 862 265 800 265 680 C 265 540 440 520 435 415"
    )
    drawing.turn(body, color, edge=105)
    drawing.paint(
        path("M 320 690 C 320 630 365 585 415 560 C 385 600 370 650 372 705"), color.light, inside=body
    )
    drawing.paint(ellipse(500, 415, 78, 20), color.light)
    drawing.paint(ellipse(500, 418, 60, 12), color.deep)
    return drawing


def candle(color: Tones) -> Drawing:
    """A candle in a tumbler, lit."""
    drawing = Drawing(base=835)
    wax = tones("cream")
    drawing.paint(
        path("M 500 130 C 560 215 572 255 555 300 C 540 335 460 335 445 300 C 428 255 440 215 500 130"),
        tones("mustard").base,
    )
    drawing.paint(
        path("M 500 220 C 528 262 532 285 522 305 C 513 320 487 320 478 305 C 468 285 472 262 500 220"),
        wax.light,
    )
    body = path("M 255 400 L 745 400 L 722 790 C 715 850 285 850 278 790")
    drawing.turn(body, color, edge=95)
    drawing.paint(path("M 300 460 L 335 460 L 350 770 L 318 770"), color.light, inside=body)
    drawing.paint(ellipse(500, 400, 245, 56), color.light)
    drawing.paint(ellipse(500, 406, 216, 42), wax.base)
    drawing.paint(ellipse(500, 408, 90, 18), wax.light)
    drawing.paint(stroke("M 500 405 L 500 300", 12), tones("charcoal").base)
    drawing.paint(box(400, 570, 600, 710, 8), wax.base)
    drawing.paint(box(440, 634, 560, 644), wax.dark)
    return drawing


def planter(color: Tones) -> Drawing:
    """A pot with a rubber plant."""
    drawing = Drawing(base=865)
    forest, sage = tones("forest"), tones("sage")
    leaves = (
        (490, 560, 330, 105, -62, forest.dark),
        (510, 560, 330, 105, 64, forest.dark),
        (495, 560, 400, 110, -34, forest.base),
        (505, 560, 410, 110, 38, sage.dark),
        (500, 565, 450, 110, 3, forest.light),
    )
    for x, y, length, width, degrees, fill in leaves:
        drawing.paint(_leaf(x, y, length, width, degrees), fill)
        drawing.paint(_leaf(x, y, length * 0.86, 7, degrees), sage.base)
    pot = rounded([(305, 590), (695, 590), (650, 865), (350, 865)], [0, 0, 40, 40])
    drawing.turn(pot, color, edge=85)
    drawing.paint(box(280, 540, 720, 640, 16), color.dark)
    drawing.paint(box(280, 540, 635, 640, (16, 0, 0, 16)), color.light)
    drawing.paint(path("M 305 640 L 695 640 L 690 665 L 309 665"), color.deep, inside=pot)
    return drawing


def watering_can(color: Tones) -> Drawing:
    """A watering can with a long spout."""
    drawing = Drawing(base=815)
    drawing.paint(stroke("M 470 390 C 520 180 880 210 800 560 C 790 620 760 660 730 690", 34), color.deep)
    drawing.paint(path("M 400 610 L 150 330 L 185 300 L 420 500"), color.dark)
    rose = path("M 95 330 L 215 225 C 235 240 240 262 232 280 L 140 360 C 120 362 100 350 95 330")
    drawing.paint(rose, tones("brass").base)
    body = rounded([(385, 420), (715, 420), (760, 815), (340, 815)], [20, 20, 36, 36])
    drawing.turn(body, color, edge=95)
    drawing.paint(rounded([(415, 470), (445, 470), (425, 770), (390, 770)], 14), color.light)
    drawing.paint(ellipse(550, 420, 166, 36), color.light)
    mouth = ellipse(550, 424, 140, 25)
    drawing.paint(mouth, color.deep)
    drawing.paint(stroke("M 455 420 C 460 320 640 320 645 420", 26), color.dark)
    drawing.paint(box(330, 700, 770, 722), color.dark, inside=body)
    return drawing


def cushion(color: Tones) -> Drawing:
    """A plump cushion with two woven bands."""
    drawing = Drawing("flat")
    body = path(
        "M 150 150 C 300 200 700 200 850 150 C 800 300 800 700 850 850 C 700 800 300 800 150 850 "
        "C 200 700 200 300 150 150"
    ).turned(-5)
    drawing.paint(body, color.base)
    for x in (330, 390):
        drawing.paint(box(x, 100, x + 28, 900).turned(-5), color.light, inside=body)
    shade = path(
        "M 720 100 L 900 100 L 900 900 L 100 900 L 100 745 C 400 770 640 740 700 620 "
        "C 745 500 735 300 720 100"
    )
    drawing.paint(shade.turned(-5), color.dark, inside=body)
    for x in (330, 390):
        band = box(x, 738, x + 28, 900).turned(-5)
        drawing.paint(band, color.base, inside=body)
    drawing.paint(box(545, 100, 580, 900).turned(-5), color.deep, inside=body)
    return drawing


def throw(color: Tones) -> Drawing:
    """A folded wool throw with fringe."""
    drawing = Drawing(base=790)
    cream = tones("cream")
    for step in range(22):
        drawing.paint(stroke(f"M {178 + step * 30} 640 L {174 + step * 30} 780", 14, 10), color.deep)
    folds = ((560, 700, color.dark), (440, 580, color.base), (310, 450, color.light))
    for top, bottom, fill in folds:
        fold = box(140, top, 860, bottom, (70, 24, 24, 70))
        drawing.paint(fold.moved(0, 12), color.deep)
        drawing.paint(fold, fill)
        for x, width in ((600, 34), (660, 70), (756, 34)):
            drawing.paint(
                box(x, top, x + width, bottom), cream.dark if fill == color.dark else cream.base, inside=fold
            )
    return drawing


def clock(color: Tones) -> Drawing:
    """A wall clock without numerals."""
    drawing = Drawing("flat")
    drawing.paint(ellipse(500, 500, 355), color.base)
    rim = ellipse(500, 500, 355)
    drawing.paint(
        path("M 750 100 L 900 100 L 900 900 L 250 900 C 620 860 850 560 750 100"), color.dark, inside=rim
    )
    face, ink = tones("cream"), tones("charcoal")
    drawing.paint(ellipse(500, 500, 300), face.dark)
    drawing.paint(ellipse(508, 510, 292), face.light, inside=ellipse(500, 500, 300))
    for hour in range(12):
        length = 52 if hour % 3 == 0 else 26
        tick = box(493, 232, 507, 232 + length, 7).turned(hour * 30)
        drawing.paint(tick, ink.base)
    drawing.paint(rounded([(488, 560), (512, 560), (507, 330), (493, 330)], 6).turned(-58), ink.base)
    drawing.paint(rounded([(490, 570), (510, 570), (505, 250), (495, 250)], 5).turned(52), ink.base)
    drawing.paint(ellipse(500, 500, 26), tones("brick").base)
    return drawing


def basket(color: Tones) -> Drawing:
    """A woven storage basket with two handles."""
    drawing = Drawing(base=820)
    for loop in (
        stroke("M 200 400 C 160 250 320 230 330 380", 34),
        stroke("M 670 380 C 680 230 840 250 800 400", 34),
    ):
        drawing.paint(loop, tones("tan").base)
    drawing.paint(ellipse(500, 385, 345, 70), color.deep)
    body = path(
        "M 155 385 C 200 470 800 470 845 385 C 850 560 820 700 775 780 C 740 835 260 835 225 780 "
        "C 180 700 150 560 155 385"
    )
    drawing.paint(body, color.base)
    for row in range(9):
        y = 405 + row * 46
        for column in range(20):
            x = 140 + column * 76 + (38 if row % 2 else 0)
            sag = 52 * math.sin(math.pi * min(max((x - 155) / 690, 0), 1))
            drawing.paint(box(x, y + sag * 0.9, x + 46, y + sag * 0.9 + 20, 10), color.dark, inside=body)
    drawing.paint(
        path("M 760 380 L 900 380 L 900 850 L 690 850 C 750 720 775 560 760 380"),
        color.deep,
        inside=body,
        opacity=0.45,
    )
    drawing.paint(stroke("M 165 398 C 220 480 780 480 835 398", 36), color.light)
    return drawing
