"""The picture that somebody shows beside their name: drawn anew from what they upload, small and square."""

from datetime import timedelta
from io import BytesIO
from secrets import token_hex
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps

from dbProject import uploads
from users.models import User

FOLDER = "avatars"
SIDE = 256
"""Pixels."""
STRAY_AFTER = timedelta(days=1)
"""How old a file is whose row is certainly not just being written."""


def change(user: User, upload: "File[Any]") -> None:
    """Show this picture from now on; the one so far is deleted.

    Its name is a random one: it tells nothing, and nobody else's picture goes when this one does.

    Raises:
        PictureRefused: It is no picture that the shop accepts (``dbProject.uploads``); nothing has changed.
    """
    content = drawn(uploads.read_picture(upload))
    name = default_storage.save(f"{FOLDER}/{token_hex(16)}.jpg", ContentFile(content))
    _show(user, name)


def remove(user: User) -> None:
    """Show none any more. Repeatable."""
    _show(user, "")


def read(user: User) -> bytes:
    """Return the picture of ``user``; nothing, where there is none or its file is gone."""
    try:
        with default_storage.open(str(user.avatar)) as file:
            return bytes(file.read())
    except OSError:
        return b""


def drawn(content: bytes) -> bytes:
    """Return the middle of an accepted picture as a JPEG of ``SIDE`` pixels, without anything else in it.

    Raises:
        PictureRefused: It ends too early or is broken inside.
    """
    try:
        image = uploads.decoded(content, longest=4 * SIDE)
    except uploads.Damaged as broken:
        raise uploads.PictureRefused(uploads.damaged()) from broken
    square = ImageOps.fit(image.convert("RGBA"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    white = Image.new("RGBA", square.size, "white")
    file = BytesIO()
    Image.alpha_composite(white, square).convert("RGB").save(file, "JPEG", quality=85, progressive=True)
    return file.getvalue()


def tidy() -> int:
    """Delete pictures that no account shows, left by who was killed; return how many. Repeatable."""
    try:
        names = default_storage.listdir(FOLDER)[1]
    except FileNotFoundError:  # nobody has a picture yet
        return 0
    shown = set(User.objects.exclude(avatar="").values_list("avatar", flat=True))
    kept = {f"{FOLDER}/{name}" for name in names}
    oldest = timezone.now() - STRAY_AFTER
    strays = [name for name in kept - shown if default_storage.get_modified_time(name) < oldest]
    for name in strays:
        default_storage.delete(name)
    return len(strays)


@transaction.atomic
def _show(user: User, name: str) -> None:
    row = User.objects.filter(pk=user.pk).select_for_update(of=("self",)).first()
    before = str(row.avatar) if row else name  # of who was erased meanwhile, nothing is kept
    User.objects.filter(pk=user.pk).update(avatar=name, updated_at=timezone.now())
    if before and before != (name if row else ""):
        transaction.on_commit(lambda: default_storage.delete(before), robust=True)
