"""Drawings of the desk family."""

from products.demo.drawings.canvas import Drawing, Shape, box, ellipse, path, rounded, stroke
from products.demo.drawings.tones import Tones, tones


def notebook(color: Tones) -> Drawing:
    """A clothbound notebook with a ribbon and an elastic."""
    drawing = Drawing("flat")
    turn = (9, (500.0, 500.0))
    paper = tones("cream")
    drawing.paint(stroke("M 430 850 L 430 925", 20).turned(*turn), tones("brick").base)
    drawing.paint(box(255, 165, 765, 865, 18).turned(*turn), color.deep)
    drawing.paint(box(262, 158, 757, 852, 8).turned(*turn), paper.base)
    drawing.paint(box(262, 838, 757, 852, 8).turned(*turn), paper.dark)
    cover = box(240, 140, 745, 835, (12, 34, 34, 12)).turned(*turn)
    drawing.paint(cover, color.base)
    drawing.paint(box(240, 140, 318, 835).turned(*turn), color.dark, inside=cover)
    drawing.paint(box(650, 130, 676, 845).turned(*turn), color.deep, inside=cover)
    drawing.paint(box(400, 270, 570, 370, 8).turned(*turn), paper.base)
    drawing.paint(box(430, 312, 540, 322).turned(*turn), paper.dark)
    return drawing


def fountain_pen(color: Tones) -> Drawing:
    """A fountain pen on the diagonal, nib to the lower left."""
    drawing = Drawing("flat")
    turn = (-45, (500.0, 500.0))
    brass = tones("brass")
    nib = path("M 55 500 C 120 462 170 448 225 452 L 225 548 C 170 552 120 538 55 500")
    barrel = rounded(
        [(330, 432), (880, 436), (965, 468), (965, 532), (880, 564), (330, 568)], [14, 60, 30, 30, 60, 14]
    )
    section = rounded([(215, 455), (345, 440), (345, 560), (215, 545)], 8)
    drawing.paint(nib.turned(*turn), brass.base)
    drawing.paint(box(55, 500, 230, 560).turned(*turn), brass.dark, inside=nib.turned(*turn))
    drawing.paint(ellipse(170, 500, 9).turned(*turn), tones("charcoal").dark)
    drawing.paint(section.turned(*turn), tones("charcoal").base)
    drawing.paint(box(200, 510, 345, 580).turned(*turn), tones("charcoal").dark, inside=section.turned(*turn))
    drawing.paint(barrel.turned(*turn), color.base)
    drawing.paint(box(320, 522, 980, 580).turned(*turn), color.dark, inside=barrel.turned(*turn))
    drawing.paint(box(320, 452, 980, 468).turned(*turn), color.light, inside=barrel.turned(*turn))
    for left in (338, 600):
        drawing.paint(box(left, 428, left + 24, 572, 4).turned(*turn), brass.base)
    return drawing


def _pencil(x: float, top: float, bottom: float, color: Tones) -> list[tuple[Shape, tuple[int, int, int]]]:
    wood, lead = tones("beech"), tones("charcoal")
    half = 52
    return [
        (path(f"M {x - half} {top + 110} L {x} {top} L {x + half} {top + 110}"), wood.base),
        (path(f"M {x - 15} {top + 40} L {x} {top} L {x + 15} {top + 40}"), lead.base),
        (box(x - half, top + 105, x + half, bottom), color.base),
        (box(x - half, top + 105, x - half + 26, bottom), color.light),
        (box(x + half - 26, top + 105, x + half, bottom), color.dark),
        (box(x - half, bottom - 60, x + half, bottom, (0, 0, 12, 12)), tones("brass").base),
    ]


def pencils(color: Tones) -> Drawing:
    """Three pencils side by side, the middle one in the color."""
    drawing = Drawing("flat")
    rows = ((345, 190, 850, tones("oat")), (500, 110, 890, color), (655, 230, 870, tones("charcoal")))
    for x, top, bottom, tone in rows:
        for shape, fill in _pencil(x, top, bottom, tone):
            drawing.paint(shape.turned(24), fill)
    return drawing


def pen_cup(color: Tones) -> Drawing:
    """A cup with two pencils, a ruler and a brush."""
    drawing = Drawing(base=820)
    for shape, fill in _pencil(400, 190, 600, tones("mustard")):
        drawing.paint(shape.turned(-10, (400, 600)), fill)
    drawing.paint(box(470, 130, 545, 600, 8), tones("beech").base)
    for step in range(6):
        drawing.paint(box(515, 165 + step * 48, 545, 173 + step * 48), tones("walnut").base)
    for shape, fill in _pencil(610, 250, 620, tones("brick")):
        drawing.paint(shape.turned(11, (610, 620)), fill)
    body = box(285, 460, 715, 820, (0, 0, 44, 44))
    drawing.paint(ellipse(500, 460, 215, 46), color.deep)
    front = path("M 285 460 C 300 522 700 522 715 460 L 715 776 C 712 832 288 832 285 776")
    for shape, fill in _pencil(400, 190, 560, tones("mustard"))[2:5]:
        drawing.paint(shape.turned(-10, (400, 600)), fill, inside=body | ellipse(500, 460, 215, 46))
    drawing.paint(box(470, 400, 545, 600), tones("beech").base)
    for shape, fill in _pencil(610, 250, 560, tones("brick"))[2:5]:
        drawing.paint(shape.turned(11, (610, 620)), fill, inside=body | ellipse(500, 460, 215, 46))
    drawing.turn(front, color, edge=95)
    drawing.paint(box(330, 480, 362, 830), color.light, inside=front)
    return drawing
