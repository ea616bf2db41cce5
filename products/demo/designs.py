"""The designs written down in ``content/``: read once, one product each."""

import functools
import html
import itertools
import random
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from products.demo import records

CONTENT = Path(__file__).parent / "content"
FAMILIES = ("kitchen", "desk", "light_and_sound", "bags_and_travel", "outdoors", "home_and_garden")
LOW_STOCK = 5  # units; below it a product counts as low
SAID_ELSEWHERE = {"kind", "category", "items", "about", "kg", "unsized"} | {
    *(
        "name",
        "brand",
        "price",
        "sale",
        "color",
        "colors",
        "sizes",
        "dims",
        "stock",
        "featured",
        "line",
        "text",
    )
}


@functools.cache
def read(name: str) -> dict[str, Any]:
    """This will read one content file; numbers with a point become Decimal."""
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"), parse_float=Decimal)


def slugged(text: str) -> str:
    """This will turn a name into an address: lower case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("²", "2")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")


def base_products(seed: int) -> list[records.DemoProduct]:
    """This will make one product of every design, in written order; the seed moves the stock levels."""
    products = []
    for family in FAMILIES:
        for design in read(family)["design"]:
            for number, item in enumerate(design["items"], start=1):
                products.append(_product(design, item, number, seed))
    return products


def _product(design: dict[str, Any], item: dict[str, Any], number: int, seed: int) -> records.DemoProduct:
    sku = f"{slugged(design['kind']).upper()}-{number:02d}"
    chance = random.Random(f"{seed} {sku}")  # noqa: S311 - stock levels of a demo
    said = {key: value for key, value in (design | item).items() if key not in SAID_ELSEWHERE}
    dimensions = "" if "sizes" in item else item["dims"]
    colors = item.get("colors") or [item["color"]]
    variants = tuple(_variants(design["kind"], item, sku, chance))
    return records.DemoProduct(
        sku=sku,
        slug=slugged(item["name"])[:100].strip("-"),
        name=item["name"],
        short_description=item["line"],
        description=_description(design, item, said, number),
        category_slug=design["category"],
        brand_slug=item["brand"],
        price=min(variant.price for variant in variants) if variants else Decimal(item["price"]),
        sale_price=Decimal(item["sale"]) if "sale" in item and not variants else None,
        stock_quantity=0 if variants else _stock(item.get("stock", "plenty"), chance),
        low_stock_threshold=LOW_STOCK,
        weight=Decimal(item.get("kg", design["kg"])),
        dimensions=dimensions,
        is_featured=item.get("featured", False),
        attributes=_attributes(design, item, said, dimensions),
        picture=(design["kind"], colors[0]),
        extra_pictures=tuple((design["kind"], color) for color in colors[1:]),
        variants=variants,
    )


def _variants(
    kind: str, item: dict[str, Any], sku: str, chance: random.Random
) -> Iterator[records.DemoVariant]:
    """This will make every combination of colors and sizes; a few of them are low or sold out."""
    if "colors" not in item and "sizes" not in item:
        return
    colors = item.get("colors") or [None]
    sizes = item.get("sizes") or [(None, item["price"])]
    reduction = Decimal(item["price"]) - Decimal(item["sale"]) if "sale" in item else None
    for color, (size, price) in itertools.product(colors, sizes):
        options = {"color": color.title()} if color else {}
        if size:
            options["size"] = size
        yield records.DemoVariant(
            sku="-".join([sku, *(slugged(value).upper() for value in options.values())]),
            name=", ".join([item["name"], *options.values()]),
            options=options,
            price=Decimal(price),
            sale_price=None if reduction is None else Decimal(price) - reduction,
            stock_quantity=_stock(chance.choices(("plenty", "low", "none"), (12, 2, 1))[0], chance),
            picture=(kind, color or item["color"]),
        )


def _stock(level: str, chance: random.Random) -> int:
    if level == "none":
        return 0
    return chance.randint(1, LOW_STOCK - 1) if level == "low" else chance.randint(9, 140)


def _attributes(
    design: dict[str, Any], item: dict[str, Any], said: dict[str, Any], dimensions: str
) -> dict[str, records.AttributeValue]:
    """This will give what all variants share; options such as color stand on the variants instead."""
    attributes: dict[str, records.AttributeValue] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in said.items()
    }
    if "colors" not in item:
        attributes["color"] = item["color"].title()
    sides = [Decimal(side) for side in re.findall(r"[\d.]+", dimensions)]
    if sides and not design.get("unsized"):
        attributes["width"] = sides[0]
        if len(sides) == 3:
            attributes["height"] = sides[2]
    return attributes


def _description(design: dict[str, Any], item: dict[str, Any], said: dict[str, Any], number: int) -> str:
    """This will compose the text: why, then material, size and care, then a word about the making."""
    brand = next(brand["name"] for brand in read("brands")["brand"] if brand["slug"] == item["brand"])
    facts = [("Material", ", ".join(said["material"]))]
    if "sizes" in item:
        facts.append(("Sizes", ", ".join(label for label, _ in item["sizes"])))
    else:
        facts.append(("Size", item["dims"] + (f", {said['capacity']} l" if "capacity" in said else "")))
    facts += [("Care", said["care"]), ("Made by", f"{brand}, {said['origin']}")]
    about = item.get("about", design["about"][number % len(design["about"])])
    lines = "".join(
        f"<li><strong>{name}:</strong> {html.escape(value, quote=False)}</li>" for name, value in facts
    )
    return (
        f"<p>{html.escape(item['text'], quote=False)}</p>"
        f"<ul>{lines}</ul>"
        f"<p>{html.escape(about, quote=False)}</p>"
    )
