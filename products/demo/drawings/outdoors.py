"""Drawings of the outdoors family."""

from products.demo.drawings.canvas import Drawing, box, ellipse, path, rounded, stroke
from products.demo.drawings.tones import Tones, tones


def bottle(color: Tones) -> Drawing:
    """A steel bottle with a loop cap."""
    drawing = Drawing(base=870)
    cap, steel = tones("charcoal"), tones("steel")
    drawing.paint(stroke("M 425 195 C 425 85 575 85 575 195", 30), cap.base)
    drawing.paint(box(400, 180, 600, 280, 22), cap.base)
    drawing.paint(box(545, 180, 600, 280, (0, 22, 22, 0)), cap.deep)
    drawing.turn(box(418, 276, 582, 330), steel, edge=50)
    body = path(
        "M 418 322 L 582 322 C 590 385 675 395 675 490 L 675 815 C 672 880 328 880 325 815 L 325 490 "
        "C 325 395 410 385 418 322"
    )
    drawing.turn(body, color, edge=85)
    drawing.paint(box(368, 470, 402, 800, 17), color.light)
    drawing.paint(box(300, 800, 700, 900), color.deep, inside=body)
    return drawing


def tent(color: Tones) -> Drawing:
    """A ridge tent, door open, in three-quarter view."""
    drawing = Drawing(base=800)
    rope = tones("oat")
    for cord in (stroke("M 330 270 L 60 800", 7), stroke("M 700 215 L 955 740", 7)):
        drawing.paint(cord, rope.deep, casts=False)
    drawing.paint(path("M 335 255 L 705 200 L 900 725 L 610 800"), color.base)
    drawing.paint(path("M 705 200 L 900 725 L 862 735 L 675 205"), color.dark)
    drawing.paint(path("M 335 255 L 610 800 L 100 800"), color.light)
    drawing.paint(path("M 335 350 L 505 800 L 190 800"), tones("charcoal").base)
    drawing.paint(path("M 335 300 C 320 520 260 690 150 800 L 110 800"), color.dark)
    drawing.paint(path("M 335 300 C 370 520 470 700 575 800 L 608 800"), color.dark)
    drawing.paint(path("M 335 330 C 330 520 290 690 215 800 L 130 800 C 260 690 320 520 335 330"), color.base)
    drawing.paint(path("M 335 330 C 350 520 420 700 490 800 L 590 800 C 460 690 375 520 335 330"), color.base)
    drawing.paint(stroke("M 335 235 L 335 270", 14), tones("oak").dark)
    return drawing


def lantern(color: Tones) -> Drawing:
    """A storm lantern, lit."""
    drawing = Drawing(base=850)
    drawing.paint(stroke("M 265 430 C 240 60 760 60 735 430", 18), tones("steel").dark)
    for x in (300, 700):
        drawing.paint(box(x - 16, 330, x + 16, 720, 10), color.dark)
    globe = path("M 380 350 L 620 350 C 720 420 720 600 620 680 L 380 680 C 280 600 280 420 380 350")
    drawing.paint(globe, tones("cream").light)
    drawing.paint(
        path("M 500 420 C 560 510 580 560 560 610 C 545 650 455 650 440 610 C 420 560 440 510 500 420"),
        tones("mustard").base,
    )
    drawing.paint(
        path("M 500 520 C 530 565 535 595 525 620 C 515 640 485 640 475 620 C 465 595 470 565 500 520"),
        tones("cream").light,
    )
    drawing.turn(rounded([(400, 205), (600, 205), (665, 355), (335, 355)], [40, 40, 16, 16]), color, edge=60)
    drawing.paint(box(440, 165, 560, 210, 14), color.dark)
    drawing.paint(box(285, 335, 715, 372, 14), color.light)
    foot = rounded([(345, 670), (655, 670), (745, 850), (255, 850)], [14, 14, 40, 40])
    drawing.turn(foot, color, edge=85)
    drawing.paint(box(300, 665, 700, 702, 14), color.light)
    drawing.paint(ellipse(655, 770, 24), tones("brass").base)
    return drawing


def beanie(color: Tones) -> Drawing:
    """A ribbed knit hat with a wide cuff."""
    drawing = Drawing("flat")
    crown = path("M 205 640 C 195 300 330 165 500 165 C 670 165 805 300 795 640")
    drawing.turn(crown, color, edge=95)
    for offset in (-210, -125, -42, 42, 125, 210):
        rib = stroke(
            f"M {500 + offset} 640 C {500 + offset * 1.02} 430 "
            f"{500 + offset * 0.7} 260 {500 + offset * 0.18} 185",
            13,
            5,
        )
        drawing.paint(rib, color.dark if offset < 130 else color.deep, inside=crown)
    cuff = box(165, 570, 835, 825, 70)
    drawing.paint(cuff.moved(0, -16), color.deep, inside=crown)
    drawing.paint(cuff, color.base)
    for step in range(13):
        drawing.paint(box(212 + step * 46, 580, 225 + step * 46, 815, 6), color.dark, inside=cuff)
    drawing.paint(box(745, 560, 840, 830), color.dark, inside=cuff)
    drawing.paint(box(590, 645, 700, 750, 8), tones("tan").base)
    return drawing


def jacket(color: Tones) -> Drawing:
    """A hooded rain jacket, zipped."""
    drawing = Drawing("flat")
    left = path("M 335 300 C 245 330 215 400 190 520 L 130 760 C 150 795 210 810 245 795 L 340 520")
    drawing.paint(left, color.base)
    drawing.paint(left.mirrored(), color.dark)
    for cuff in (
        rounded([(138, 728), (258, 758), (246, 800), (126, 770)], 10),
        rounded([(862, 728), (742, 758), (754, 800), (874, 770)], 10),
    ):
        drawing.paint(cuff, color.deep)
    body = path(
        "M 350 285 C 420 320 580 320 650 285 C 690 300 705 340 708 400 L 722 850 "
        "C 640 872 360 872 278 850 L 292 400 C 295 340 310 300 350 285"
    )
    drawing.paint(body, color.base)
    drawing.paint(path("M 500 280 L 740 280 L 740 880 L 500 880"), color.dark, inside=body)
    drawing.paint(path("M 500 280 L 640 280 C 655 500 655 700 645 880 L 500 880"), color.base, inside=body)
    hood = path("M 345 310 C 330 170 410 105 500 105 C 590 105 670 170 655 310 C 600 350 400 350 345 310")
    drawing.turn(hood, color, edge=45)
    opening = path("M 398 300 C 385 200 440 160 500 160 C 560 160 615 200 602 300 C 560 330 440 330 398 300")
    drawing.paint(opening, color.deep)
    drawing.paint(box(489, 318, 511, 862), tones("cream").dark, inside=body)
    for pocket in (stroke("M 385 640 L 350 745", 20), stroke("M 615 640 L 650 745", 20)):
        drawing.paint(pocket, color.deep)
    drawing.paint(box(270, 815, 730, 880), color.deep, inside=body)
    return drawing
