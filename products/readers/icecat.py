"""The Icecat catalog as JSON arrays: ``attr_t_`` text, ``attr_n_`` numbers, ``attr_b_`` yes or no.

It has prices in minor units, no category tree and no stock. Types are decided by key, never by the values
at hand, so that several files make the same attributes in whatever order they come.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from products.readers import texts, values
from products.readers.fields import records, shortened
from products.readers.formats import Head
from products.readers.objects import items
from products.readers.record import Item, Picture, Problem, Said, Typing
from products.readers.streams import Blob

NAME = "icecat"
PREFIX = "ICE-"
MINOR_UNITS = Decimal(100)
ROOT = "Electronics"
NUMBER, TEXT, FLAG = "attr_n_", "attr_t_", "attr_b_"

CHOICES = {
    "product_colour", "print_technology", "country_of_origin", "connector_gender", "brand_compatibility",
    "cable_colour", "package_type", "material", "processor_family", "processor_cores",
    "processor_manufacturer",
    "processor_socket", "processor_threads", "ink_type", "form_factor", "connectivity_technology",
    "internal_memory_type", "jacket_material", "battery_technology", "finish_type", "cable_standard",
    "cable_shielding", "aspect_ratio", "shape", "hd_type", "display_resolution",
}  # fmt: skip
"""Texts with few and short values, used often enough to filter by."""
LISTS = {"printing_colours"}
"""Texts that list several of a few words, with commas."""
TWICE = {
    "airflow", "capacity", "data_transfer_rate", "dc_output_voltage", "display_resolution",
    "emi_rfi_noise_filtering",
    "height_adjustment", "lifetime", "maximum_scan_area", "number_of_colours",
    "physical_address_extension__pae_", "response_time", "size",
}  # fmt: skip
"""Keys that come as a number and as something else, which then gets a name of its own."""
NAMED = {
    "attr_n_sfp__module_slots_quantity": "SFP+ module slots quantity",
    "attr_b_adsl2_": "ADSL2+",
    "attr_n_weight__with_stand_": "Weight (with stand) (2)",
}
"""Names that would else be those of other keys."""
SHELVES: tuple[tuple[str, str], ...] = (
    (r"toner|cartridge|\bink\b|drum|ribbon|fuser|photoconductor", "Ink and toner"),
    (r"paper|label|media|film|envelope|\btape\b|sheets", "Paper and labels"),
    (r"cable|patch|\bcord\b|extension lead", "Cables"),
    (r"\bups\b|uninterruptible|\bpdu\b|surge|power distribution|power supply|battery|charger", "Power"),
    (r"notebook|laptop|chromebook|netbook", "Notebooks"),
    (r"processor|\bcpu\b|motherboard|desktop board|server board", "Components"),
    (r"memory|\bddr|\bssd\b|\bhdd\b|hard drive|disk|flash drive", "Memory and storage"),
    (r"monitor|display|projector|\btv\b|lcd|screen|lamp", "Displays"),
    (r"printer|scanner|laserjet|multifunction|copier|duplex|\bfax\b", "Printers and scanners"),
    (r"switch|router|network|ethernet|wireless|wi-fi|\bkvm\b|modem|adapter|hub|\bsfp\b", "Networking"),
    (r"keyboard|mouse|trackball|\bpointer\b|joystick|gamepad", "Keyboards and mice"),
    (r"headphone|headset|speaker|audio|microphone|\bmp3\b|radio|stereo", "Sound"),
    (r"camera|lens|camcorder|photo|tripod|binocular", "Cameras"),
    (r"rack|mount|bracket|cabinet|enclosure|panel|\bshelf\b|stand\b|\barm\b", "Racks and mounts"),
    (r"\bbag\b|case|sleeve|backpack|cover", "Bags and cases"),
    (r"workstation|desktop|\bpc\b|server|all-in-one", "Computers"),
    (r"phone|handset|\bdect\b|smartphone", "Telephones"),
    (r"software|license|upgrade|warranty|support|service", "Software and service"),
    (r"coffee|shaver|iron|vacuum|kettle|toaster|blender|hair|kitchen", "Household"),
    (r"doll|puzzle|\btoy\b|game|playhouse|kids", "Toys"),
)  # fmt: skip
"""Words in a type or title -> category, the first that matches; the file itself has no tree."""
OTHER = "Accessories"


def recognizes(head: Head) -> bool:
    """Say whether the file is in this format."""
    return head.text.startswith("[") and all(f'"{key}"' in head.text for key in ("id", "title", "supplier"))


def read(blob: Blob) -> Iterator[Item]:
    """Yield the products in ``blob``; a line is the number of the item.

    Raises:
        ImportRefused: It is no JSON array, or damaged from some item on.
    """
    with blob.text() as file:
        for number, item in enumerate(items(file), start=1):
            if isinstance(item, dict) and item.get("id"):
                yield from _product(item, number)
            else:
                yield Problem(number, "id", "", _("This is no product with an id."))


def _product(item: Mapping[str, Any], line: int) -> Iterator[Item]:
    sku = f"{PREFIX}{item['id']}"
    said = str(item.get("short_description") or "")
    short = texts.plain(said)
    price = item.get("price")
    raw = {
        "sku": sku,
        "name": item.get("title") or item.get("name"),
        "price": str(Decimal(price) / MINOR_UNITS) if type(price) is int else price,
        "short_description": shortened(short, 500),
        # Once is enough, unless there is more to it than one plain line.
        "description": said if "<" in said or len(short) > 500 else "",
        "brand": item.get("supplier"),
        "category": (ROOT, _shelf(item)),
        "ean": "",
    }
    codes = item.get("ean") or []
    reason = ""
    for code in codes if isinstance(codes, list) else [codes]:
        try:
            raw["ean"] = values.ean(code)
            break
        except values.Unreadable as unreadable:
            reason = reason or str(unreadable)
    if reason and not raw["ean"]:
        left_out = _("Left out: %(reason)s") % {"reason": reason}
        yield Problem(line, "ean", sku, left_out, is_refusal=False)
    picture = item.get("img_high") or item.get("img_500x500") or item.get("img_low")
    yield from records(
        raw,
        line=line,
        attributes=dict(_attributes(item)),
        pictures=[Picture(str(picture))] if picture else [],
        columns={"name": "title", "brand": "supplier"},
    )


def _shelf(item: Mapping[str, Any]) -> str:
    """Return the category: by what the product is called first, then by its whole title."""
    return (
        _shelf_of(str(item.get("attr_t_product_type") or ""))
        or _shelf_of(str(item.get("title") or ""))
        or OTHER
    )


def _shelf_of(words: str) -> str:
    low = words.lower()
    return next((shelf for pattern, shelf in SHELVES if re.search(pattern, low)), "")


def _attributes(item: Mapping[str, Any]) -> Iterator[tuple[str, Said]]:
    for key, value in item.items():
        if not key.startswith("attr_"):
            continue
        kind, name = key[:7], name_of(key)
        if isinstance(value, bool):
            yield name, Said(value, Typing.TEXT)
        elif kind == NUMBER and isinstance(value, int | float):
            yield name, Said(Decimal(str(value)), Typing.TEXT)
        elif text := texts.plain(str(value)):
            yield name, _text(key[7:], text)


def _text(key: str, text: str) -> Said:
    if key in LISTS:
        words = (word.strip() for word in re.split(r"[,|]", text))
        return Said(tuple(word[:1].upper() + word[1:] for word in words if word), Typing.LABELS)
    if key in CHOICES and len(text) <= 100 and "|" not in text:
        return Said(text, Typing.CHOICE)
    return Said(text, Typing.TEXT)


@cache
def name_of(key: str) -> str:
    """Return the name of the attribute with that key: ``attr_n_cable_length`` is ``Cable length``."""
    if key in NAMED:
        return NAMED[key]
    bare = key[7:]
    inner = re.fullmatch(r"(.+?)__(.+)_", bare)
    words = [" ".join(part.replace("_", " ").split()) for part in (inner.groups() if inner else (bare,))]
    name = f"{words[0]} ({words[1]})" if inner else words[0]
    if bare in TWICE and not key.startswith(NUMBER):
        name += " (text)" if key.startswith(TEXT) else " (yes or no)"
    return name[:1].upper() + name[1:]
