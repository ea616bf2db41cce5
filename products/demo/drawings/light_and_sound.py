"""Drawings of the light and sound family."""

from products.demo.drawings.canvas import Drawing, box, ellipse, path, rounded, stroke
from products.demo.drawings.tones import Tones, tones


def desk_lamp(color: Tones) -> Drawing:
    """A jointed desk lamp with a conical shade."""
    drawing = Drawing(base=835)
    arm = tones("charcoal")
    drawing.paint(stroke("M 590 780 L 690 500", 22), arm.base)
    drawing.paint(stroke("M 690 500 L 420 270", 22), arm.base)
    drawing.paint(ellipse(690, 500, 32), tones("brass").base)
    base = path("M 430 835 C 430 770 500 755 590 755 C 680 755 750 770 750 835")
    drawing.turn(base, color, edge=60)
    bulb = ellipse(265, 405, 62)
    drawing.paint(bulb, tones("cream").light)
    shade = path("M 400 190 C 440 180 480 225 470 270 L 400 470 C 300 470 170 390 130 300 L 345 205")
    drawing.paint(shade, color.dark)
    lit = path("M 400 190 C 420 185 440 200 450 215 L 270 425 C 210 395 160 350 130 300 L 345 205")
    drawing.paint(lit, color.base, inside=shade)
    drawing.paint(ellipse(425, 232, 34), tones("brass").base)
    return drawing


def pendant(color: Tones) -> Drawing:
    """A pendant lamp: a wide dome on a cord."""
    drawing = Drawing("flat")
    drawing.paint(box(494, -60, 506, 330), tones("charcoal").base)
    drawing.paint(ellipse(500, 655, 92), tones("cream").light)
    drawing.paint(box(455, 300, 545, 385, 18), tones("brass").base)
    drawing.paint(box(505, 300, 545, 385, 18), tones("brass").dark)
    dome = path("M 145 660 C 150 470 300 370 500 370 C 700 370 850 470 855 660")
    drawing.turn(dome, color, edge=120)
    drawing.paint(
        path("M 215 610 C 235 500 320 440 400 420 C 340 470 290 530 275 620"), color.light, inside=dome
    )
    drawing.paint(box(135, 645, 865, 678, 16), color.light)
    return drawing


def table_lamp(color: Tones) -> Drawing:
    """A mushroom lamp: one dome on a turned foot."""
    drawing = Drawing(base=850)
    foot = path(
        "M 440 470 L 560 470 C 560 640 600 740 670 815 C 690 858 310 858 330 815 C 400 740 440 640 440 470"
    )
    drawing.turn(foot, color, edge=70)
    glow = tones("cream")
    drawing.paint(ellipse(500, 480, 280, 52), glow.light)
    dome = path("M 170 480 C 170 290 310 165 500 165 C 690 165 830 290 830 480 C 700 525 300 525 170 480")
    drawing.turn(dome, color, edge=120)
    drawing.paint(
        path("M 240 430 C 250 320 330 250 410 225 C 350 285 310 350 300 440"), color.light, inside=dome
    )
    drawing.paint(path("M 230 500 C 330 522 670 522 770 500 C 690 548 310 548 230 500"), glow.light)
    return drawing


def speaker(color: Tones) -> Drawing:
    """A bookshelf speaker with two drivers."""
    drawing = Drawing(base=860)
    cabinet = box(255, 145, 765, 860, 40)
    drawing.paint(cabinet, color.dark)
    drawing.paint(box(255, 145, 690, 860, (40, 20, 20, 40)), color.base)
    cone, ring = tones("charcoal"), tones("stone")
    drawing.paint(ellipse(472, 325, 98), ring.base)
    drawing.paint(ellipse(472, 325, 84), cone.base)
    drawing.paint(ellipse(472, 325, 36), cone.deep)
    drawing.paint(ellipse(472, 620, 178), ring.base)
    drawing.paint(ellipse(472, 620, 160), cone.base)
    drawing.paint(ellipse(472, 620, 128), cone.dark)
    drawing.paint(ellipse(472, 620, 58), cone.light)
    drawing.paint(ellipse(462, 608, 26), ring.dark)
    return drawing


def radio(color: Tones) -> Drawing:
    """A table radio: wooden sides, grille, one dial."""
    drawing = Drawing(base=765)
    wood = tones("oak")
    drawing.paint(stroke("M 770 330 L 870 120", 14), tones("steel").dark)
    drawing.paint(stroke("M 320 330 C 320 225 680 225 680 330", 30), tones("tan").base)
    for x in (215, 720):
        drawing.paint(box(x, 740, x + 65, 780, 12), wood.deep)
    drawing.paint(box(110, 320, 890, 755, 50), wood.base)
    drawing.paint(box(815, 320, 890, 755, (0, 50, 50, 0)), wood.dark)
    face = box(160, 362, 840, 713, 26)
    drawing.paint(face, color.base)
    for row in range(9):
        for column in range(10):
            drawing.paint(ellipse(218 + column * 34, 402 + row * 34, 9), color.deep, inside=face)
    drawing.paint(ellipse(700, 490, 92), tones("cream").base)
    drawing.paint(ellipse(700, 490, 66), color.dark)
    drawing.paint(box(695, 428, 705, 480, 5), tones("cream").light)
    for x in (640, 700, 760):
        drawing.paint(ellipse(x, 645, 22), tones("brass").base)
    return drawing


def headphones(color: Tones) -> Drawing:
    """Over-ear headphones, seen from the front."""
    drawing = Drawing(base=845)
    steel, pad = tones("steel"), tones("charcoal")
    drawing.paint(stroke("M 235 600 C 175 60 825 60 765 600", 26), steel.dark)
    drawing.paint(stroke("M 300 330 C 370 160 630 160 700 330", 62), color.base)
    drawing.paint(stroke("M 560 212 C 620 230 670 270 700 330", 62), color.dark)
    drawing.paint(box(300, 495, 372, 835, 36), pad.base)
    drawing.paint(box(628, 495, 700, 835, 36), pad.base)
    left = rounded([(170, 480), (325, 480), (325, 845), (170, 845)], [110, 40, 40, 110])
    right = left.mirrored()
    for cup in (left, right):
        drawing.turn(cup, color, edge=48)
    drawing.paint(rounded([(205, 560), (232, 545), (232, 780), (205, 765)], 12), color.light)
    drawing.paint(box(222, 440, 262, 560, 12), steel.dark)
    drawing.paint(box(738, 440, 778, 560, 12), steel.dark)
    return drawing
