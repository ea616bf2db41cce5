"""Picture files as tests need them."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw


def picture(size=(1000, 750), mode="RGB", color="#336699", seed=0):
    """A picture with something on it; ``seed`` makes it another one."""
    image = Image.new(mode, size, color)
    drawing = ImageDraw.Draw(image)
    third = (size[0] // 3, size[1] // 3)
    drawing.ellipse((*third, third[0] + 20 + seed, third[1] + 30), fill="#ffcc00")
    return image


def encoded(kind="PNG", image=None, **options):
    file = BytesIO()
    (image or picture()).save(file, kind, **options)
    return file.getvalue()


def bomb(width=9000, height=9000):
    """A PNG of a few kilobytes that asks for 81 million pixels."""
    rows = zlib.compress(b"\0" * (width // 8 + 2) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
