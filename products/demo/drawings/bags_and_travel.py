"""Drawings of the bags and travel family."""

from products.demo.drawings.canvas import Drawing, box, ellipse, path, rounded, stroke
from products.demo.drawings.tones import Tones, tones


def backpack(color: Tones) -> Drawing:
    """A roll-top day pack with a front pocket and two leather straps."""
    drawing = Drawing(base=860)
    leather, brass = tones("tan"), tones("brass")
    drawing.paint(stroke("M 430 170 C 430 90 570 90 570 170", 26), leather.dark)
    drawing.paint(stroke("M 260 420 C 180 480 180 700 250 780", 44), color.deep)
    drawing.paint(stroke("M 740 420 C 820 480 820 700 750 780", 44), color.deep)
    body = rounded([(270, 160), (730, 160), (775, 860), (225, 860)], [130, 130, 80, 80])
    drawing.turn(body, color, edge=85)
    pocket = rounded([(300, 560), (700, 560), (715, 810), (285, 810)], [30, 30, 60, 60])
    drawing.paint(pocket.moved(8, 10), color.deep, inside=body)
    drawing.turn(pocket, color, edge=45)
    drawing.paint(box(280, 556, 720, 567), color.deep, inside=pocket)
    flap = rounded([(262, 160), (738, 160), (752, 470), (248, 470)], [130, 130, 120, 120])
    drawing.paint(flap.moved(0, 20), color.deep, inside=body)
    drawing.turn(flap, color, edge=85)
    for x in (385, 615):
        drawing.paint(box(x - 22, 330, x + 22, 620, 14), leather.base)
        drawing.paint(box(x + 6, 330, x + 22, 620, (0, 14, 14, 0)), leather.dark)
        drawing.paint(box(x - 32, 560, x + 32, 596, 8), brass.base)
    return drawing


def tote(color: Tones) -> Drawing:
    """A canvas tote with long handles."""
    drawing = Drawing(base=850)
    strap = tones("tan")
    drawing.paint(stroke("M 395 420 C 395 90 605 90 605 420", 30), strap.deep)
    body = rounded([(200, 385), (800, 385), (755, 850), (245, 850)], [8, 8, 46, 46])
    drawing.paint(body, color.base)
    drawing.paint(
        path("M 720 300 L 850 300 L 850 900 L 640 900 C 700 760 730 560 720 300"), color.dark, inside=body
    )
    drawing.paint(box(180, 385, 820, 425), color.light, inside=body)
    drawing.paint(box(180, 770, 820, 900), color.deep, inside=body)
    drawing.paint(stroke("M 360 560 L 360 420 C 360 130 640 130 640 420 L 640 560", 34), strap.base)
    for x in (360, 640):
        drawing.paint(box(x - 30, 520, x + 30, 600, 8), strap.dark)
        drawing.paint(ellipse(x, 560, 9), tones("brass").light)
    return drawing


def duffel(color: Tones) -> Drawing:
    """A weekend bag with two grab handles and leather ends."""
    drawing = Drawing(base=775)
    leather, brass = tones("tan"), tones("brass")
    drawing.paint(stroke("M 330 480 C 330 210 670 210 670 480", 34), leather.deep)
    body = rounded([(110, 365), (890, 365), (915, 775), (85, 775)], [150, 150, 90, 90])
    drawing.paint(body, color.base)
    drawing.paint(
        path("M 690 300 L 950 300 L 950 800 L 640 800 C 700 650 720 500 690 300"), color.dark, inside=body
    )
    drawing.paint(box(60, 350, 205, 800), leather.base, inside=body)
    drawing.paint(box(795, 350, 950, 800), leather.dark, inside=body)
    drawing.paint(box(60, 705, 950, 800), leather.deep, inside=body)
    drawing.paint(box(225, 392, 775, 412, 10), brass.base)
    for x in (330, 670):
        drawing.paint(box(x - 20, 450, x + 20, 705), leather.base, inside=body)
        drawing.paint(ellipse(x, 500, 18), brass.base)
    drawing.paint(stroke("M 330 470 C 330 270 670 270 670 470", 36), leather.base)
    drawing.paint(box(440, 288, 560, 352, 26), leather.dark)
    return drawing


def wallet(color: Tones) -> Drawing:
    """A folded wallet with a card and a note looking out."""
    drawing = Drawing("flat")
    turn = (-12, (500.0, 500.0))
    drawing.paint(box(225, 245, 735, 500, 14).turned(*turn), tones("sage").base)
    drawing.paint(box(265, 285, 775, 520, 18).turned(*turn), tones("cream").base)
    drawing.paint(box(265, 315, 775, 345).turned(*turn), tones("ocean").base)
    drawing.paint(box(150, 372, 850, 765, 40).turned(*turn), color.deep)
    front = box(150, 360, 842, 750, 40).turned(*turn)
    drawing.paint(front, color.base)
    drawing.paint(
        path("M 150 560 C 400 500 600 500 860 590 L 860 800 L 150 800").turned(*turn),
        color.dark,
        inside=front,
    )
    drawing.paint(box(165, 376, 827, 384).turned(*turn), color.light)
    drawing.paint(ellipse(770, 560, 24).turned(*turn), tones("brass").base)
    return drawing
