"""``dbProject.uploads``: which pictures are accepted, and what is said of the others."""

import random
from contextlib import suppress

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dbProject import uploads
from dbProject.uploads import PictureField, PictureRefused
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
    uploads.check_picture(upload(name, encoded(kind)))


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
        uploads.check_picture(upload(name, content))

    assert refusal.value.detail.endswith(ALLOWED)


def test_a_file_that_is_too_large_is_not_even_read():
    class Unreadable(SimpleUploadedFile):
        def read(self, *_):
            raise AssertionError("read")

    file = Unreadable("large.jpg", b"")
    file.size = 100_000_000

    with pytest.raises(PictureRefused, match="larger than 10 MB"):
        uploads.check_picture(file)


def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))

    with pytest.raises(PictureRefused):
        uploads.read_picture(upload("bomb.png", bomb()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_damage_anywhere_is_a_refusal_and_never_a_crash(kind):
    whole = encoded(kind, picture((160, 120)))
    rng = random.Random(7)  # noqa: S311

    for _ in range(150):
        damaged = bytearray(whole[: rng.randrange(1, len(whole) + 1)])
        for _ in range(rng.randrange(4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        with suppress(PictureRefused):
            uploads.check_picture(bytes(damaged))


def test_a_phone_s_picture_with_a_second_one_behind_it_is_a_jpeg():
    phone = encoded("MPO", save_all=True, append_images=[picture(seed=3)])

    uploads.check_picture(upload("IMG_0001.JPG", phone))


def test_a_form_says_at_the_field_what_is_wrong_and_keeps_the_rest():
    class PictureForm(forms.Form):
        alt_text = forms.CharField()
        image = PictureField()

    form = PictureForm({"alt_text": "A mug"}, {"image": upload("notes.jpg", b"these are words")})

    assert form.errors == {"image": [f"This file is no picture. {ALLOWED}"]}
    assert form["alt_text"].value() == "A mug"
    assert PictureForm({"alt_text": "A mug"}, {"image": upload("a.png", encoded())}).is_valid()
