"""``products.pictures``: what becomes of a picture."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from products import pictures
from products.tests.pictures import encoded, picture

pytestmark = pytest.mark.unit


def test_of_a_phone_s_picture_the_second_one_behind_it_is_not_kept():
    phone = encoded("MPO", save_all=True, append_images=[picture(seed=3)])

    kept = pictures.make(phone).original
    assert kept.extension == "jpg"
    with Image.open(BytesIO(kept.content)) as image:
        assert image.format == "JPEG"


def test_the_kept_original_is_upright_and_carries_no_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Camera of somebody"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = encoded("JPEG", picture((600, 400)), exif=exif, icc_profile=profile)

    made = pictures.make(photo)

    with Image.open(BytesIO(made.original.content)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (400, 600))
        assert not kept.getexif()
        assert "icc_profile" not in kept.info
    assert (made.original.width, made.original.height) == (400, 600)
    assert all(b"Exif" not in rendition.content for rendition in made.renditions)


def test_transparency_is_kept_and_is_white_in_a_jpeg():
    cut_out = picture((500, 500), mode="RGBA", color=(0, 0, 0, 0))

    made = pictures.make(encoded("PNG", cut_out))

    assert (made.original.extension, made.original.color) == ("png", pictures.GROUND)
    for rendition in made.renditions:
        with Image.open(BytesIO(rendition.content)) as shown:
            corner = shown.convert("RGBA").getpixel((0, 0))
        assert corner[3] == 0 if rendition.extension != "jpg" else corner == (255, 255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_a_picture(mode):
    made = pictures.make(encoded("PNG", Image.new(mode, (40, 30))))

    assert (made.original.width, made.original.height) == (40, 30)


def test_print_colors_become_screen_colors():
    made = pictures.make(encoded("JPEG", Image.new("CMYK", (40, 30), (0, 255, 255, 0))))

    assert made.original.color > "#e00000"


def test_the_color_shown_meanwhile_is_the_one_that_covers_most():
    assert pictures.dominant_color(picture(color="#336699")) == "#336699"


@pytest.mark.parametrize(
    ("width", "planned", "first"),
    [
        (200, [200], [200]),
        (320, [320], [320]),
        (640, [320, 480, 640], [480]),
        (900, [320, 480, 800, 900], [480, 800]),
        (1600, [320, 480, 800, 1200, 1600], [480, 800]),
        (6000, [320, 480, 800, 1200, 1600], [480, 800]),
    ],
)
def test_a_picture_is_never_made_wider_than_it_is(width, planned, first):
    assert pictures.planned_widths(width) == planned
    assert pictures.first_widths(width) == first


def test_wide_renditions_are_not_made_as_jpeg():
    image = picture((1200, 900))

    renditions = pictures.render(image, [800, 1200])

    assert [(each.width, each.extension) for each in renditions] == [
        (1200, "avif"),
        (1200, "webp"),
        (800, "avif"),
        (800, "webp"),
        (800, "jpg"),
    ]
    for each in renditions:
        with Image.open(BytesIO(each.content)) as shown:
            assert shown.size == (each.width, each.width * 3 // 4)
