"""What the keys of sums are called; a handful of queries, whatever they are."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from products.models import Brand, Category, Product
from users import countries


class Named(NamedTuple):
    """A product as a report names it. ``pk`` is empty where it is none of ours."""

    name: str
    sku: str
    pk: str = ""
    stock: int | None = None


def countries_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key -> name of the country; no query."""
    return {key: str(countries.NAMES.get(key, key)) or _("Unknown") for key in keys}


def categories_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key -> name of the category, also of what stands in none; one query."""
    return _rows_of(Category, keys)


def brands_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key -> name of the brand, also of what has none; one query."""
    return _rows_of(Brand, keys)


def products_of(keys: Iterable[str]) -> dict[str, Named]:
    """Return key -> product, also of those that are not sold any more; one query.

    What a file of past orders sells and the catalog does not know goes by the code that the file has.
    """
    wanted = list(keys)
    rows = Product.all_objects.filter(pk__in=[key for key in wanted if key.isdecimal()])
    known = {
        str(row["pk"]): Named(row["name"], row["sku"], str(row["pk"]), row["stock_quantity"])
        for row in rows.values("pk", "name", "sku", "stock_quantity")
    }
    return {key: known.get(key) or _unknown(key) for key in wanted}


def _unknown(key: str) -> Named:
    kind, _colon, code = key.partition(":")
    if kind == "fee":
        return Named(_("Fee %(code)s") % {"code": code}, code)
    return Named(code or _("Unknown"), code)


def _rows_of(kind: type[Category] | type[Brand], keys: Iterable[str]) -> dict[str, str]:
    wanted = list(keys)
    every: Any = kind.all_objects
    rows = every.filter(pk__in=[key for key in wanted if key.isdecimal()])
    known = {str(pk): name for pk, name in rows.values_list("pk", "name")}
    known[""] = _("Delivery, fees and others")
    return {key: known.get(key, _("Unknown")) for key in wanted}
