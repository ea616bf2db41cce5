"""Files of any size, plain or in a zip, read in pieces."""

import codecs
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _

from products.errors import ImportRefused

HEAD_BYTES = 65_536
PIECE_BYTES = 1_048_576
UNPACKED_MAX_BYTES = 8_000_000_000
"""What an archive may unpack to; it is never unpacked to disk or into memory."""
BOMB_RATIO = 300
"""Times its size that an archive may unpack to, past :data:`HARMLESS_BYTES`; catalogs reach about 20."""
HARMLESS_BYTES = 100_000_000
UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 26, 27}
SOME_CONTROLS = 0.02
"""The share of control characters from which on something is no text."""


@dataclass(frozen=True)
class Blob:
    """Bytes that can be read from the start any number of times."""

    name: str
    open: Callable[[], IO[bytes]]
    is_member: bool = False
    """Of an archive."""

    def head(self) -> bytes:
        """Return the first bytes, enough to tell what it is."""
        with self.open() as file:
            return _read(file, HEAD_BYTES)

    def text(self, encoding: str = "") -> IO[str]:
        """Open it as text, line ends untouched. What no encoding explains is shown as �.

        Raises:
            ImportRefused: It is no text, or damaged.
        """
        return io.TextIOWrapper(
            io.BufferedReader(_Guarded(self.open()), PIECE_BYTES),
            encoding=encoding or self.encoding(),
            errors="replace",
            newline="",
        )

    def encoding(self) -> str:
        """Return what its text is written in: UTF-8, UTF-16 by its mark, else Windows' western code page.

        All of it is read, in pieces, as the one ``ü`` that decides may stand at the end.

        Raises:
            ImportRefused: It is no text, or damaged.
        """
        head = self.head()
        if not head.strip():
            raise ImportRefused(_("The file is empty."))
        if head[:2] in UTF16:
            return "utf-16"
        if is_binary(head):
            raise ImportRefused(_("The file is no text."))
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        with self.open() as file:
            try:
                while piece := _read(file, PIECE_BYTES):
                    decoder.decode(piece)
            except UnicodeDecodeError:
                return "cp1252"
        return "utf-8-sig"


class _Guarded(io.RawIOBase):
    """Bytes whose damage is said in our words."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = _read(self._file, len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Bounded(io.RawIOBase):
    """The unpacked bytes of a member of an archive, to a limit that no catalog reaches."""

    def __init__(self, file: IO[bytes], *, most: int) -> None:
        self._file = file
        self._left = most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size if size >= 0 else PIECE_BYTES)
        self._left -= len(piece)
        if self._left < 0:
            raise ImportRefused(_("The archive unpacks to more than it should. It is not read any further."))
        return piece

    def close(self) -> None:
        self._file.close()
        super().close()


def is_binary(head: bytes) -> bool:
    """Say whether ``head`` begins something that is no text: a picture, a program, a spreadsheet."""
    if head.startswith(
        (b"%PDF-", b"\x1f\x8b", b"\x89PNG", b"PK\x05\x06", b"SQLite format", b"\xd0\xcf\x11\xe0")
    ):
        return True
    return sum(byte in CONTROLS for byte in head) > max(4, len(head) * SOME_CONTROLS)


def blobs(path: Path) -> Iterator[Blob]:
    """Yield what there is to read in the file at ``path``: itself, or each file in the zip.

    Raises:
        ImportRefused: It cannot be read; the text says why, in one line.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise ImportRefused(_("There is no such file.")) from None
    except IsADirectoryError:
        raise ImportRefused(_("This is a folder, not a file.")) from None
    except PermissionError:
        raise ImportRefused(_("The file may not be read.")) from None
    except OSError as error:
        raise ImportRefused(_("The file cannot be read: %(error)s.") % {"error": error.strerror}) from None
    if not start:
        raise ImportRefused(_("The file is empty."))
    if start != b"PK\x03\x04":
        yield Blob(path.name, lambda: path.open("rb"))
        return
    yield from _members(path)


def _members(path: Path) -> Iterator[Blob]:
    damaged = _("The archive is damaged or incomplete.")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise ImportRefused(damaged) from None
    with archive:
        files = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith(("__MACOSX/", "xl/", "_rels/"))
        ]
        if any(member.filename == "[Content_Types].xml" for member in files):
            raise ImportRefused(_("This is a spreadsheet. Save it as CSV (UTF-8) and import that."))
        if not files:
            raise ImportRefused(_("The archive is empty."))
        if any(member.flag_bits & 1 for member in files):
            raise ImportRefused(_("The archive is encrypted."))
        most = min(UNPACKED_MAX_BYTES, max(HARMLESS_BYTES, path.stat().st_size * BOMB_RATIO))
        for member in files:

            def unpacked(member: zipfile.ZipInfo = member) -> IO[bytes]:
                try:
                    return cast(IO[bytes], _Bounded(archive.open(member), most=most))
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
                    raise ImportRefused(damaged) from None

            yield Blob(member.filename, unpacked, is_member=True)


def _read(file: IO[bytes], size: int) -> bytes:
    """Read up to ``size`` bytes.

    Raises:
        ImportRefused: What is there is damaged.
    """
    try:
        return file.read(size)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise ImportRefused(_("The archive is damaged or incomplete.")) from None
    except OSError as error:
        raise ImportRefused(_("The file cannot be read: %(error)s.") % {"error": error.strerror}) from None
