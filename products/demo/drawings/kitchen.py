"""Drawings of the kitchen family."""

from products.demo.drawings.canvas import Drawing, box, ellipse, path, rounded, stroke
from products.demo.drawings.tones import Tones, tones


def mug(color: Tones) -> Drawing:
    """A stoneware mug, glaze dipped to just above the foot."""
    drawing = Drawing(base=800)
    drawing.paint(stroke("M 615 385 C 850 330 840 670 600 650", 54), color.dark)
    body = path("M 215 270 C 215 560 225 690 275 765 C 300 812 560 812 585 765 C 635 690 645 560 645 270")
    clay = tones("oat")
    drawing.turn(body, clay, edge=95)
    glaze = path("M 150 200 L 700 200 L 700 690 C 600 735 260 735 150 690")
    drawing.paint(glaze, color.dark, inside=body)
    drawing.paint(
        path("M 150 200 L 555 200 C 552 560 540 680 500 722 C 380 732 240 725 150 690"),
        color.base,
        inside=body,
    )
    drawing.paint(ellipse(430, 270, 215, 56), color.light)
    drawing.paint(ellipse(430, 275, 188, 43), color.deep)
    return drawing


def bowl(color: Tones) -> Drawing:
    """A footed bowl seen slightly from above."""
    drawing = Drawing(base=765)
    drawing.paint(path("M 385 700 L 615 700 L 600 765 C 560 782 440 782 400 765"), tones("oat").dark)
    body = path("M 150 385 C 160 590 300 725 500 725 C 700 725 840 590 850 385")
    drawing.turn(body, color, edge=110)
    drawing.paint(ellipse(500, 385, 350, 100), color.light)
    inner = ellipse(500, 392, 318, 80)
    drawing.paint(inner, color.dark)
    drawing.paint(ellipse(545, 440, 300, 80), color.base, inside=inner)
    return drawing


def plate(color: Tones) -> Drawing:
    """A dinner plate from above, a band of glaze on the rim."""
    drawing = Drawing("flat")
    clay = tones("cream")
    drawing.paint(ellipse(500, 500, 355), color.base)
    drawing.paint(ellipse(500, 500, 338), color.light)
    drawing.paint(ellipse(500, 500, 326), color.base)
    well = ellipse(500, 500, 232)
    drawing.paint(well, clay.dark)
    drawing.paint(ellipse(512, 516, 228), clay.base, inside=well)
    drawing.paint(ellipse(500, 500, 150), clay.light)
    return drawing


def saucepan(color: Tones) -> Drawing:
    """A lidded saucepan with one long handle."""
    drawing = Drawing(base=765)
    drawing.paint(stroke("M 600 470 L 905 405", 42, 58), tones("walnut").base)
    drawing.paint(stroke("M 600 472 L 690 452", 40), tones("steel").dark)
    body = box(135, 400, 640, 765, (0, 0, 80, 80))
    drawing.turn(body, color, edge=90)
    drawing.paint(box(175, 400, 205, 765), color.light, inside=body)
    lid = path("M 128 392 C 150 300 280 262 388 262 C 495 262 625 300 648 392")
    drawing.turn(lid, color, edge=70)
    drawing.paint(box(115, 385, 660, 422, 18), color.light)
    drawing.paint(box(372, 225, 404, 270), tones("steel").dark)
    drawing.paint(ellipse(388, 215, 52, 30), tones("walnut").base)
    return drawing


def skillet(color: Tones) -> Drawing:
    """A frying pan from above, handle to the lower right."""
    drawing = Drawing("flat")
    turn = (45, (400.0, 400.0))
    handle = rounded([(640, 362), (1010, 356), (1045, 400), (1010, 444), (640, 438)], [0, 30, 30, 30, 0])
    drawing.paint(handle.turned(*turn), color.base)
    drawing.paint(box(640, 404, 1060, 450).turned(*turn), color.dark, inside=handle.turned(*turn))
    drawing.paint(ellipse(990, 400, 19).turned(*turn), color.deep)
    drawing.paint(ellipse(400, 400, 290), color.base)
    drawing.paint(ellipse(400, 400, 272), color.light)
    inner = ellipse(400, 400, 250)
    drawing.paint(inner, color.deep)
    drawing.paint(ellipse(418, 424, 247), color.dark, inside=inner)
    drawing.paint(
        path("M 225 375 C 240 285 315 232 390 227 C 330 265 280 310 268 380"), color.base, inside=inner
    )
    return drawing


def casserole(color: Tones) -> Drawing:
    """An enameled casserole with a domed lid and a brass knob."""
    drawing = Drawing(base=765)
    for loop in (
        stroke("M 190 470 C 85 450 85 560 195 550", 38),
        stroke("M 810 470 C 915 450 915 560 805 550", 38),
    ):
        drawing.paint(loop, color.deep)
    body = box(165, 420, 835, 765, (0, 0, 110, 110))
    drawing.turn(body, color, edge=120)
    drawing.paint(
        path("M 215 480 C 212 560 225 640 255 690 L 285 690 C 258 640 248 560 250 480"),
        color.light,
        inside=body,
    )
    lid = path("M 160 412 C 185 300 350 268 500 268 C 650 268 815 300 840 412")
    drawing.turn(lid, color, edge=100)
    drawing.paint(box(145, 402, 855, 446, 22), color.light)
    brass = tones("brass")
    drawing.paint(box(478, 222, 522, 276), brass.dark)
    drawing.turn(ellipse(500, 212, 54, 32), brass, edge=26)
    return drawing


def knife(color: Tones) -> Drawing:
    """A chef's knife lying on the diagonal."""
    drawing = Drawing("flat")
    steel = tones("steel")
    blade = path("M 60 575 C 150 470 300 415 440 408 L 640 408 L 640 575 L 560 575 C 380 600 180 600 60 575")
    edge = path("M 60 575 C 240 560 420 555 640 540 L 640 600 L 60 620")
    handle = path(
        "M 640 415 C 760 400 850 440 930 425 C 965 425 965 500 940 515 C 870 535 770 500 690 520 L 640 520"
    )
    turn = (-38, (500.0, 500.0))
    drawing.paint(blade.turned(*turn), steel.base)
    drawing.paint(edge.turned(*turn), steel.light, inside=blade.turned(*turn))
    drawing.paint(box(622, 408, 672, 524, 6).turned(*turn), steel.deep)
    drawing.paint(handle.turned(*turn), color.dark)
    drawing.paint(handle.moved(0, -34).turned(*turn), color.base, inside=handle.turned(*turn))
    for x in (725, 800, 875):
        drawing.paint(ellipse(x, 466, 11).turned(*turn), tones("brass").base)
    return drawing


def board(color: Tones) -> Drawing:
    """A cutting board of joined staves with a handle."""
    drawing = Drawing("flat")
    center = (500.0, 500.0)
    outline = rounded(
        [(270, 330), (430, 330), (440, 130), (560, 130), (570, 330), (730, 330), (730, 880), (270, 880)],
        [55, 40, 60, 60, 40, 55, 55, 55],
    ).turned(14, center)
    drawing.paint(outline.moved(8, 12), color.deep)
    drawing.paint(outline, color.base)
    for left, right, tone in ((250, 360, color.light), (440, 520, color.dark), (640, 760, color.light)):
        drawing.paint(box(left, 100, right, 900).turned(14, center), tone, inside=outline)
    drawing.paint(ellipse(500, 205, 30).turned(14, center), color.deep)
    return drawing


def kettle(color: Tones) -> Drawing:
    """A gooseneck kettle."""
    drawing = Drawing(base=800)
    drawing.paint(stroke("M 320 700 C 150 690 215 450 150 365", 62, 30), color.dark)
    drawing.paint(
        stroke("M 640 400 C 700 340 850 330 850 470 C 850 590 800 640 765 690", 44), tones("walnut").base
    )
    body = path(
        "M 345 370 L 655 370 C 685 500 725 640 745 770 C 740 806 260 806 255 770 C 275 640 315 500 345 370"
    )
    drawing.turn(body, color, edge=105)
    drawing.paint(
        path("M 395 400 L 430 400 C 405 520 375 650 355 770 L 310 770 C 335 640 365 520 395 400"),
        color.light,
        inside=body,
    )
    drawing.turn(path("M 340 372 C 360 318 430 300 500 300 C 570 300 640 318 660 372"), color, edge=60)
    drawing.paint(box(325, 362, 675, 392, 15), color.light)
    drawing.paint(box(484, 258, 516, 304), color.deep)
    drawing.paint(ellipse(500, 240, 44, 34), tones("walnut").base)
    return drawing


def teapot(color: Tones) -> Drawing:
    """A round teapot with a wooden arch handle."""
    drawing = Drawing(base=790)
    wood = tones("oak")
    drawing.paint(stroke("M 285 430 C 270 120 730 120 715 430", 38), wood.base)
    drawing.paint(path("M 300 590 C 200 580 190 430 120 395 L 190 360 C 260 380 290 430 340 470"), color.dark)
    body = path(
        "M 500 375 C 720 375 810 480 810 580 C 810 720 690 790 500 790 C 310 790 190 720 190 580 "
        "C 190 480 280 375 500 375"
    )
    drawing.turn(body, color, edge=115)
    drawing.paint(
        path("M 265 560 C 270 480 350 435 410 425 C 360 460 320 510 315 575"), color.light, inside=body
    )
    drawing.turn(path("M 365 392 C 380 340 440 325 500 325 C 560 325 620 340 635 392"), color, edge=50)
    drawing.paint(box(350, 382, 650, 408, 13), color.light)
    drawing.paint(ellipse(500, 308, 40, 30), wood.dark)
    return drawing


def cafetiere(color: Tones) -> Drawing:
    """A coffee press: glass in a frame, half full."""
    drawing = Drawing(base=810)
    drawing.paint(stroke("M 640 340 C 840 320 840 680 640 665", 46), color.dark)
    glass, coffee = tones("sky"), tones("walnut")
    cylinder = box(290, 300, 650, 800, (0, 0, 40, 40))
    drawing.paint(cylinder, glass.light, opacity=0.75)
    drawing.paint(box(290, 470, 650, 800, (0, 0, 40, 40)), coffee.base)
    drawing.paint(box(560, 470, 650, 800), coffee.dark, inside=cylinder)
    drawing.paint(box(290, 446, 650, 476), tones("oak").base, inside=cylinder)
    drawing.paint(box(330, 320, 360, 760, 15), tones("cream").light, opacity=0.35)
    for band in (box(275, 300, 665, 336, 8), box(275, 640, 665, 676, 8)):
        drawing.paint(band, color.base)
    drawing.paint(box(275, 775, 665, 812, 14), color.dark)
    lid = path("M 272 300 C 280 232 400 215 470 215 C 540 215 660 232 668 300")
    drawing.turn(lid, color, edge=70)
    drawing.paint(path("M 290 300 L 225 262 C 240 250 280 250 300 262"), color.dark)
    drawing.paint(box(459, 130, 481, 220), tones("steel").dark)
    drawing.paint(ellipse(470, 118, 42), color.base)
    return drawing


def apron(color: Tones) -> Drawing:
    """An apron hanging from a peg, one wide pocket."""
    drawing = Drawing("flat")
    leather = tones("tan")
    drawing.paint(stroke("M 395 300 C 400 110 600 110 605 300", 24), leather.base)
    drawing.paint(ellipse(500, 150, 24), tones("walnut").dark)
    drawing.paint(stroke("M 290 520 C 200 540 190 640 215 740", 18), leather.dark)
    drawing.paint(stroke("M 710 520 C 800 540 810 640 785 740", 18), leather.dark)
    body = path(
        "M 380 275 L 620 275 C 625 380 660 470 735 500 L 750 850 C 660 872 340 872 250 850 L 265 500 "
        "C 340 470 375 380 380 275"
    )
    drawing.paint(body, color.base)
    drawing.paint(
        path("M 690 400 L 800 400 L 800 900 L 640 900 C 690 760 690 600 660 470"), color.dark, inside=body
    )
    drawing.paint(box(380, 275, 620, 312), color.light, inside=body)
    pocket = box(355, 570, 645, 735, (0, 0, 30, 30))
    drawing.paint(pocket.moved(0, 10), color.dark)
    drawing.paint(pocket, color.base)
    drawing.paint(box(355, 570, 645, 600), color.light)
    drawing.paint(box(497, 600, 503, 735), color.dark)
    return drawing


def towel(color: Tones) -> Drawing:
    """A striped linen towel over a wooden rail."""
    drawing = Drawing("flat")
    oak, linen = tones("oak"), tones("cream")
    drawing.paint(box(345, 250, 760, 700, 10), linen.dark)
    front = path(
        "M 250 225 L 665 225 C 668 420 672 640 668 845 C 540 858 380 858 246 845 C 242 640 246 420 250 225"
    )
    drawing.paint(front, linen.base)
    for top, height in ((600, 26), (650, 70), (744, 26)):
        drawing.paint(box(200, top, 720, top + height), color.base, inside=front)
    drawing.paint(
        path("M 590 225 L 690 225 L 690 870 L 600 870 C 615 650 612 430 590 225"), linen.dark, inside=front
    )
    for top, height in ((600, 26), (650, 70), (744, 26)):
        drawing.paint(box(605, top, 720, top + height), color.dark, inside=front)
    drawing.paint(box(345, 560, 760, 580), color.dark, inside=box(672, 250, 760, 700))
    drawing.paint(box(120, 190, 880, 240, 25), oak.base)
    drawing.paint(box(120, 218, 880, 240, (0, 0, 25, 25)), oak.dark)
    return drawing
