"""The demo store's pictures, drawn by code: one object on the ground of its family."""

from collections.abc import Callable, Sequence

from PIL import Image

from products.demo.drawings import (
    bags_and_travel,
    canvas,
    desk,
    home_and_garden,
    kitchen,
    light_and_sound,
    outdoors,
    still_life,
    tones,
)

KINDS: dict[str, Callable[[tones.Tones], canvas.Drawing]] = {
    drawing.__name__.replace("_", "-"): drawing
    for drawing in (
        kitchen.mug,
        kitchen.bowl,
        kitchen.plate,
        kitchen.saucepan,
        kitchen.skillet,
        kitchen.casserole,
        kitchen.knife,
        kitchen.board,
        kitchen.kettle,
        kitchen.teapot,
        kitchen.cafetiere,
        kitchen.apron,
        kitchen.towel,
        desk.notebook,
        desk.fountain_pen,
        desk.pencils,
        desk.pen_cup,
        light_and_sound.desk_lamp,
        light_and_sound.pendant,
        light_and_sound.table_lamp,
        light_and_sound.speaker,
        light_and_sound.radio,
        light_and_sound.headphones,
        bags_and_travel.backpack,
        bags_and_travel.tote,
        bags_and_travel.duffel,
        bags_and_travel.wallet,
        outdoors.bottle,
        outdoors.tent,
        outdoors.lantern,
        outdoors.beanie,
        outdoors.jacket,
        home_and_garden.vase,
        home_and_garden.candle,
        home_and_garden.planter,
        home_and_garden.watering_can,
        home_and_garden.cushion,
        home_and_garden.throw,
        home_and_garden.clock,
        home_and_garden.basket,
    )
}
FAMILIES = tuple(tones.GROUNDS)
COLORS = tuple(tones.COLORS)


def draw(kind: str, *, color: str, family: str, size: int = 1200) -> Image.Image:
    """This will draw one object in a named color on its family's ground: square, RGB, size in pixels.

    Raises:
        KeyError: the kind, color or family is not one of KINDS, COLORS, FAMILIES.
    """
    drawing = KINDS[kind](tones.tones(color))
    return canvas.render([drawing], family=family, width=size, height=size)


def compose(
    kinds_and_colors: Sequence[tuple[str, str]], *, family: str, width: int = 1600, height: int = 900
) -> Image.Image:
    """This will draw three to five objects as one still life on a table, width and height in pixels.

    Raises:
        KeyError: a kind, color or the family is unknown.
    """
    drawings = still_life.arranged(
        [(kind, KINDS[kind](tones.tones(color))) for kind, color in kinds_and_colors], aspect=width / height
    )
    return canvas.render(drawings, family=family, width=width, height=height, table=still_life.TABLE)
