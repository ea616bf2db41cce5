"""Colors of the demo pictures: named object colors with their tones, and the six family grounds (OKLCH)."""

import functools
import math
from dataclasses import dataclass

RGB = tuple[int, int, int]

# name: (lightness 0 to 1, chroma, hue in degrees)
COLORS: dict[str, tuple[float, float, float]] = {
    "cream": (0.94, 0.028, 88),
    "oat": (0.86, 0.045, 80),
    "stone": (0.73, 0.014, 75),
    "clay": (0.63, 0.115, 42),
    "brick": (0.53, 0.135, 31),
    "blush": (0.78, 0.075, 27),
    "plum": (0.42, 0.085, 345),
    "mustard": (0.77, 0.135, 83),
    "olive": (0.56, 0.08, 115),
    "sage": (0.69, 0.06, 148),
    "forest": (0.43, 0.07, 158),
    "sky": (0.74, 0.075, 235),
    "ocean": (0.52, 0.095, 238),
    "navy": (0.36, 0.075, 262),
    "charcoal": (0.36, 0.012, 60),
    "steel": (0.8, 0.012, 235),
    "copper": (0.64, 0.105, 48),
    "brass": (0.76, 0.1, 86),
    "beech": (0.81, 0.065, 74),
    "oak": (0.7, 0.085, 68),
    "walnut": (0.45, 0.06, 50),
    "tan": (0.62, 0.095, 58),
}

GROUNDS: dict[str, tuple[float, float, float]] = {
    "kitchen": (0.9, 0.047, 72),
    "desk": (0.89, 0.024, 250),
    "light-and-sound": (0.885, 0.027, 312),
    "bags-and-travel": (0.895, 0.033, 32),
    "outdoors": (0.89, 0.027, 200),
    "home-and-garden": (0.9, 0.034, 128),
}


def srgb(lightness: float, chroma: float, hue: float) -> RGB:
    """This will turn an OKLCH color (hue in degrees) into 8-bit sRGB, clipped into the gamut."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (_encoded(channel) for channel in linear)
    return red, green, blue


def _encoded(channel: float) -> int:
    """This will gamma-encode one linear channel to 0..255."""
    clipped = min(max(channel, 0.0), 1.0)
    encoded = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * math.pow(clipped, 1 / 2.4) - 0.055
    return round(encoded * 255)


@dataclass(frozen=True)
class Tones:
    """One color in the four steps a drawing needs, light falling from the left."""

    light: RGB
    base: RGB
    dark: RGB
    deep: RGB


@functools.lru_cache
def tones(color: str) -> Tones:
    """This will give the tones of a named color.

    Raises:
        KeyError: there is no color of that name.
    """
    lightness, chroma, hue = COLORS[color]
    lift = 0.055 if lightness < 0.85 else 0.035
    drop = 0.075 if lightness < 0.6 else 0.085
    return Tones(
        light=srgb(min(lightness + lift, 0.985), chroma * 0.85, hue),
        base=srgb(lightness, chroma, hue),
        dark=srgb(lightness - drop, chroma * 1.02, hue - 4),
        deep=srgb(lightness - drop * 2.1, chroma * 0.98, hue - 8),
    )


@functools.lru_cache
def ground(family: str) -> RGB:
    """This will give the flat tint pictures of a family stand on.

    Raises:
        KeyError: there is no family of that slug.
    """
    return srgb(*GROUNDS[family])


@functools.lru_cache
def table(family: str) -> RGB:
    """This will give the slightly deeper tint of the table in a composed picture."""
    lightness, chroma, hue = GROUNDS[family]
    return srgb(lightness - 0.045, chroma * 1.25, hue)


@functools.lru_cache
def shade(family: str) -> RGB:
    """This will give the color of the one soft shadow on a family's ground."""
    lightness, chroma, hue = GROUNDS[family]
    return srgb(lightness - 0.3, chroma * 1.5, hue)
