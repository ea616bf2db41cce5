"""``products.pictures``: what is accepted, and what becomes of it."""

import random
from contextlib import suppress
from io import BytesIO

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from products import pictures
from products.errors import PictureRefused
from products.forms import PictureField
from products.tests.pictures import SVG, bomb, encoded, picture

pytestmark = pytest.mark.unit

ALLOWED = "Allowed are JPEG, PNG, WebP and AVIF, up to 10 MB and 25 megapixels."


def upload(name, content):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.png", "PNG"), ("a.webp", "WEBP"), ("a.avif", "AVIF")],
)
def test_the_four_formats_are_accepted(name, kind):
    pictures.check(upload(name, encoded(kind)))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.jpg", b"these are words", "no picture"),
        ("empty.png", b"", "no picture"),
        ("notes.txt", encoded(), "no picture that the shop can show"),
        ("drawing.svg", SVG, "no picture that the shop can show"),
        ("drawing.png", SVG, "no picture"),
        ("moving.gif", encoded("GIF"), "no picture that the shop can show"),
        ("moving.png", encoded("GIF"), "no picture"),
        ("photo.jpg", encoded("PNG"), "named .jpg, but what is in it is a PNG"),
        ("half.jpg", encoded("JPEG")[:2000], "damaged or incomplete"),
        ("half.png", encoded("PNG")[:-200], "damaged or incomplete"),
        ("half.webp", encoded("WEBP")[:-100], "damaged or incomplete|no picture"),
        ("half.avif", encoded("AVIF")[:-100], "damaged or incomplete|no picture"),
        ("bomb.png", bomb(), "more than 25 megapixels"),
        ("larger-bomb.png", bomb(30_000, 30_000), "more than 25 megapixels"),
        ("large.jpg", encoded("JPEG") + b"\0" * 10_000_000, "larger than 10 MB"),
        (
            "moving.webp",
            encoded("WEBP", save_all=True, append_images=[picture(seed=9)]),
            "moves",
        ),
    ],
)
def test_anything_else_is_refused_and_told_what_is_allowed(name, content, words):
    with pytest.raises(PictureRefused, match=words) as refusal:
        pictures.check(upload(name, content))

    assert refusal.value.detail.endswith(ALLOWED)


def test_a_file_that_is_too_large_is_not_even_read():
    class Unreadable(SimpleUploadedFile):
        def read(self, *_):
            raise AssertionError("read")

    file = Unreadable("large.jpg", b"")
    file.size = 100_000_000

    with pytest.raises(PictureRefused, match="larger than 10 MB"):
        pictures.check(file)


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))

    with pytest.raises(PictureRefused):
        pictures.read(upload("bomb.png", bomb()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_damage_anywhere_is_a_refusal_and_never_a_crash(kind):
    whole = encoded(kind, picture((160, 120)))
    rng = random.Random(7)  # noqa: S311

    for _ in range(150):
        damaged = bytearray(whole[: rng.randrange(1, len(whole) + 1)])
        for _ in range(rng.randrange(4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        with suppress(PictureRefused):
            pictures.check(bytes(damaged))


def test_a_phone_s_picture_with_a_second_one_behind_it_is_a_jpeg():
    phone = encoded("MPO", save_all=True, append_images=[picture(seed=3)])

    pictures.check(upload("IMG_0001.JPG", phone))

    assert pictures.make(phone).original.extension == "jpg"


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


def test_a_form_says_at_the_field_what_is_wrong_and_keeps_the_rest():
    class PictureForm(forms.Form):
        alt_text = forms.CharField()
        image = PictureField()

    form = PictureForm({"alt_text": "A mug"}, {"image": upload("notes.jpg", b"these are words")})

    assert form.errors == {"image": [f"This file is no picture. {ALLOWED}"]}
    assert form["alt_text"].value() == "A mug"
    assert PictureForm({"alt_text": "A mug"}, {"image": upload("a.png", encoded())}).is_valid()
