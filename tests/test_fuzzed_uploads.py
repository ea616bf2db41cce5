"""Files that want to be more, or less, than pictures: none breaks the shop, and none is kept as it came."""

import random
import resource
import struct
import zlib
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dbProject import uploads
from products import pictures
from products.tests.pictures import SVG, bomb, encoded, picture
from tests.trials import ROUNDS, TRIALS
from users.models import User
from users.services import avatars
from users.tests.factories import UserFactory

KINDS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
MUTATIONS = (ROUNDS or 6) * 10
"""Of each kind."""
SCRIPT = b"<script>alert(document.domain)</script>"
MOST_MORE = 250_000_000
"""Bytes that this process may grow by: one picture of 25 megapixels, decoded, takes 100 MB."""
KILOBYTE = 1024


def zipped():
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("index.html", SCRIPT)
    return file.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind, data):
    """Return a PNG with one more chunk behind its header."""
    whole = encoded("PNG", picture((64, 48)))
    return whole[:33] + chunk(kind, data) + whole[33:]


def polyglots():
    """Return files that are two things at once, or not what their name says: name -> content."""
    small = picture((64, 48))
    jpeg, png, webp, gif = (encoded(kind, small) for kind in ("JPEG", "PNG", "WEBP", "GIF"))
    comment = b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT
    return {
        "script-in-gif.gif": b"GIF89a/*" + gif[8:] + b"*/=1;alert(1)//" + SCRIPT,
        "script-in-gif.jpg": b"GIF89a/*" + gif[8:] + b"*/=1;alert(1)//" + SCRIPT,
        "zip-behind.png": png + zipped(),
        "zip-behind.jpg": jpeg + zipped(),
        "zip-before.png": zipped() + png,
        "script-behind.webp": webp + SCRIPT,
        "script-behind.jpg": jpeg + SCRIPT,
        "script-in-comment.jpg": jpeg[:2] + comment + jpeg[2:],
        "script-in-text.png": with_chunk(b"tEXt", b"Comment\0" + SCRIPT),
        "script-in-exif.jpg": encoded("JPEG", small, exif=b"Exif\0\0" + SCRIPT),
        "script-in-profile.png": encoded("PNG", small, icc_profile=SCRIPT),
        "page.jpg": b"<!doctype html>" + SCRIPT,
        "page.png": b"\x89PNG\r\n\x1a\n" + SCRIPT,
        "drawing.png": SVG,
        "drawing.svg": SVG,
        "document.jpg": b"%PDF-1.7\n" + SCRIPT,
        "shell.php.jpg": b"<?php system($_GET[0]); ?>",
        "shell.jpg.php": jpeg,
        "double.jpg\0.php": jpeg,
        "..%2f..%2fetc%2fcron.png": png,
    }


def bombs():
    """Return files of a few kilobytes that ask for much memory."""
    text = zlib.compress(b"a" * 100_000_000, 1)
    small = encoded("PNG", picture((64, 48)))
    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 6, 0, 0, 0)
    webp = bytearray(encoded("WEBP", picture((64, 48))))
    place = webp.find(b"\x9d\x01\x2a") + 3
    webp[place : place + 4] = struct.pack("<HH", 16_383, 16_383)
    moving = encoded("PNG", picture((64, 48)), save_all=True, append_images=[picture((64, 48), seed=9)] * 3)
    return {
        "pixels.png": bomb(),
        "most-pixels.png": small[:8] + chunk(b"IHDR", header) + small[33:],
        "as-many-as-allowed.png": bomb(5000, 5000),
        "text.png": with_chunk(b"zTXt", b"Comment\0\0" + text),
        "profile.png": with_chunk(b"iCCP", b"icc\0\0" + text),
        "pixels.webp": bytes(webp),
        "moving.png": moving,
        "pixels.gif": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + encoded("GIF")[10:],
    }


def mutated(whole, rng):
    """Return ``whole`` cut, with bytes changed, doubled, or swapped for others of its own."""
    data = bytearray(whole)
    for _ in range(rng.randrange(1, 6)):
        place, length = rng.randrange(len(data)), rng.randrange(1, 64)
        way = rng.randrange(5)
        if way == 0:
            data[place] = rng.randrange(256)
        elif way == 1:
            data[place : place + length] = rng.randbytes(length)
        elif way == 2:
            data[place:place] = data[place : place + length]
        elif way == 3:
            data[place : place + 4] = struct.pack(">I", rng.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF]))
        elif len(data) > 2:
            del data[place:]
            data = data or bytearray(b"\0")
    return bytes(data)


def is_clean(content, kind, size=None):
    """Say whether ``content`` is a picture and nothing else: none of what was hidden has come along."""
    with Image.open(BytesIO(content)) as image:
        image.load()
        is_as_promised = image.format == kind and (size is None or image.size == size)
    hidden = (b"script", b"alert(", b"PK\x03\x04", b"<?php", b"%PDF", b"<svg")
    return is_as_promised and not any(word in content for word in hidden)


def drawn(name, content, longest):
    """Return what the shop would keep of a profile's picture and of a product's; None if nothing."""
    try:
        accepted = uploads.read_picture(SimpleUploadedFile(name, content))
        uploads.check_picture(content)
        original = pictures.clean(uploads.decoded(accepted, longest=longest))
        return avatars.drawn(accepted), original
    except (uploads.PictureRefused, uploads.Damaged):
        return None


def looked_at(name, content, longest=0):
    """Assert that what is kept of a file is clean; say whether anything is."""
    kept = drawn(name, content, longest)
    if kept is None:
        return False
    avatar, original = kept
    assert is_clean(avatar, "JPEG", (avatars.SIDE, avatars.SIDE)), name
    assert is_clean(original.content, "JPEG" if original.extension == "jpg" else "PNG"), name
    return True


@pytest.fixture(scope="module")
def hostile():
    """Both, made before a test opens a transaction: that takes a while."""
    return polyglots(), bombs()


def grown_to():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE


@pytest.mark.unit
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_done_to_a_picture_it_is_refused_or_drawn_anew(kind, request):
    request.node.stash[TRIALS] = MUTATIONS
    rng = random.Random(f"{kind} {MUTATIONS}")  # noqa: S311 -- no secret
    whole = encoded(kind, picture((160, 120)))
    extension = {"JPEG": "jpg"}.get(kind, kind.lower())
    before = grown_to()

    kept = [looked_at(f"photo.{extension}", mutated(whole, rng)) for _ in range(MUTATIONS)]

    assert grown_to() - before < MOST_MORE
    assert any(kept) is (kind != "GIF")


@pytest.mark.unit
def test_of_a_file_that_is_two_things_only_the_picture_is_kept(hostile):
    kept = {name for name, content in hostile[0].items() if looked_at(name, content)}

    assert kept == {
        "zip-behind.png",
        "zip-behind.jpg",
        "script-behind.webp",
        "script-behind.jpg",
        "script-in-comment.jpg",
        "script-in-text.png",
        "script-in-exif.jpg",
        "script-in-profile.png",
        "..%2f..%2fetc%2fcron.png",
    }


@pytest.mark.unit
def test_a_small_file_that_asks_for_much_memory_does_not_get_it(hostile):
    before = grown_to()

    kept = {name for name, content in hostile[1].items() if looked_at(name, content, longest=512)}

    assert kept == {"as-many-as-allowed.png"}
    assert grown_to() - before < MOST_MORE


def test_what_is_uploaded_to_a_profile_is_served_as_a_picture_or_not_at_all(hostile, client, db, settings):
    settings.RATE_LIMIT_ENABLED = False
    customer = UserFactory()
    client.force_login(customer)
    for name, content in (hostile[0] | hostile[1]).items():
        before = User.objects.get(pk=customer.pk).avatar.name
        answer = client.post(
            "/account/profile/picture/", {"avatar": SimpleUploadedFile(name, content, "text/html")}
        )
        after = User.objects.get(pk=customer.pk).avatar
        if answer.status_code == 303:
            served = client.get(after.url)
            assert served["Content-Type"] == "image/jpeg", name
            assert served["X-Content-Type-Options"] == "nosniff", name
            assert is_clean(b"".join(served.streaming_content), "JPEG"), name
        else:
            assert (answer.status_code, after.name) == (200, before), name
    assert default_storage.exists(User.objects.get(pk=customer.pk).avatar.name)
