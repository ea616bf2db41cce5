import pytest
from PIL import ImageChops

from products.demo import catalog, drawings
from products.demo.drawings import tones

SMALL = 64


def test_there_are_forty_kinds_and_six_grounds_of_their_own():
    assert 30 <= len(drawings.KINDS) <= 40
    assert len({tones.ground(family) for family in drawings.FAMILIES}) == 6


@pytest.mark.parametrize("kind", drawings.KINDS)
def test_every_kind_is_drawn_large_on_its_ground(kind):
    picture = drawings.draw(kind, color="ocean", family="kitchen", size=SMALL)
    assert picture.mode == "RGB"
    assert picture.size == (SMALL, SMALL)
    ground = picture.getpixel((0, 0))
    assert ground == tones.ground("kitchen")
    colors = picture.getcolors(SMALL * SMALL)
    covered = SMALL * SMALL - sum(count for count, color in colors if color == ground)
    assert len(colors) > 8
    assert 0.08 < covered / (SMALL * SMALL) < 0.85


@pytest.mark.parametrize("kind", drawings.KINDS)
def test_the_color_changes_the_object_and_not_the_ground(kind):
    one = drawings.draw(kind, color="ocean", family="outdoors", size=SMALL)
    other = drawings.draw(kind, color="brick", family="outdoors", size=SMALL)
    assert ImageChops.difference(one, other).getbbox() is not None
    assert one.getpixel((0, 0)) == other.getpixel((0, 0))
    assert one.getpixel((SMALL - 1, 0)) == other.getpixel((SMALL - 1, 0))


def test_the_family_changes_the_ground():
    grounds = {
        drawings.draw("mug", color="oat", family=family, size=SMALL).getpixel((0, 0))
        for family in drawings.FAMILIES
    }
    assert len(grounds) == 6


def test_the_same_picture_is_drawn_the_same_again():
    first, second = (drawings.draw("vase", color="clay", family="desk", size=SMALL) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_every_picture_of_the_store_can_be_drawn():
    for kind, color, family in catalog.catalog(products=208).pictures():
        assert kind in drawings.KINDS
        assert color in drawings.COLORS
        assert family in drawings.FAMILIES


def test_an_unknown_kind_color_or_family_is_refused():
    for kind, color, family in (
        ("submarine", "oat", "desk"),
        ("mug", "infrared", "desk"),
        ("mug", "oat", "attic"),
    ):
        with pytest.raises(KeyError):
            drawings.draw(kind, color=color, family=family, size=SMALL)


def test_a_still_life_has_the_size_asked_for_and_room_at_the_edges():
    objects = [("vase", "cream"), ("table-lamp", "clay"), ("mug", "ocean"), ("notebook", "forest")]
    picture = drawings.compose(objects, family="kitchen", width=320, height=180)
    assert picture.size == (320, 180)
    wall = tones.ground("kitchen")
    assert all(picture.getpixel((x, y)) == wall for x in (0, 319) for y in (0, 60))
    assert picture.getpixel((2, 178)) == tones.table("kitchen")
    assert len(picture.getcolors(320 * 180)) > 50


def test_white_and_black_come_out_of_the_color_space_as_themselves():
    assert tones.srgb(1, 0, 0) == (255, 255, 255)
    assert tones.srgb(0, 0, 0) == (0, 0, 0)
