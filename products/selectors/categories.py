"""The tree of categories, as every page's menu and breadcrumbs need it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypedDict

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation

from dbProject import caching
from products.models import Category

TREE_SECONDS = 300
IN_MENU, INSIDE_IN_MENU = 8, 6
"""What a menu holds at most; the rest is found from the pages that it leads to."""


class Shelf(TypedDict):
    """A category that customers may see, as plain data."""

    id: int
    parent_id: int | None
    name: str
    slug: str
    description: str
    url: str
    image: str
    """The address of its picture, or empty."""
    depth: int
    """0 for a family."""
    indent: str
    """What shows its depth in a list that has no other way: two spaces a level."""


def tree() -> list[Shelf]:
    """Return the categories that are shown, each before what is inside it, remembered for 5 minutes.

    Their names are in the reader's language where they have one. What stands inside something that is off
    or deleted is not shown.
    """
    key = f"tree:{translation.get_language()}"
    return caching.remember("catalog", key, lambda: list(_walk()), seconds=TREE_SECONDS)


def families() -> list[Shelf]:
    """Return the categories at the top."""
    return _inside(tree(), None)


def entrances() -> list[Shelf]:
    """Return where a visitor starts: the families, or what is inside where there is only one."""
    return _entrances(tree())


class Entrance(NamedTuple):
    """A category of the menu, with the first of what is inside it."""

    shelf: Shelf
    inside: list[Shelf]


def menu() -> list[Entrance]:
    """Return what every page's menu offers: the entrances and a little of what is behind each."""
    shelves = tree()  # asked for once: each time is a question to Redis
    ways_in = _entrances(shelves)[:IN_MENU]
    return [Entrance(shelf, _inside(shelves, shelf["id"])[:INSIDE_IN_MENU]) for shelf in ways_in]


def shelf(slug: str) -> Shelf | None:
    """Return the category at ``slug``, if it is shown."""
    return next((shelf for shelf in tree() if shelf["slug"] == slug), None)


def inside(parent: Shelf) -> list[Shelf]:
    """Return the categories directly inside ``parent``."""
    return _inside(tree(), parent["id"])


def subtree(root: Shelf) -> list[int]:
    """Return the primary keys of ``root`` and of everything below it."""
    pks = {root["id"]}
    for shelf in tree():  # parents come first
        if shelf["parent_id"] in pks:
            pks.add(shelf["id"])
    return sorted(pks)


def path(category_id: int) -> list[Shelf]:
    """Return the way from the top to a category, itself included; empty when it is not shown."""
    return paths([category_id])[category_id]


def paths(category_ids: Iterable[int]) -> dict[int, list[Shelf]]:
    """Return primary key -> :func:`path`, of each of these categories."""
    by_id = {shelf["id"]: shelf for shelf in tree()}
    ways: dict[int, list[Shelf]] = {}
    for category_id in category_ids:
        way: list[Shelf] = []
        at: int | None = category_id
        while at is not None and at in by_id:
            way.insert(0, by_id[at])
            at = by_id[at]["parent_id"]
        ways[category_id] = way
    return ways


def _inside(shelves: list[Shelf], parent_id: int | None) -> list[Shelf]:
    return [shelf for shelf in shelves if shelf["parent_id"] == parent_id]


def _entrances(shelves: list[Shelf]) -> list[Shelf]:
    top = _inside(shelves, None)
    return (_inside(shelves, top[0]["id"]) or top) if len(top) == 1 else top


def _walk() -> Iterator[Shelf]:
    children: dict[int | None, list[Category]] = {}
    for category in Category.objects.active().without_tree_fields().order_by("sort_order", "name", "pk"):
        children.setdefault(category.parent_id, []).append(category)

    def below(parent_id: int | None, depth: int) -> Iterator[Shelf]:
        for category in children.get(parent_id, []):
            yield {
                "id": category.pk,
                "parent_id": parent_id,
                "name": category.localized("name"),
                "slug": category.slug,
                "description": category.localized("description"),
                "url": reverse("category_detail", args=[category.slug]),
                "image": default_storage.url(category.image.name) if category.image else "",
                "depth": depth,
                "indent": "\N{NO-BREAK SPACE}" * (2 * depth),
            }
            yield from below(category.pk, depth + 1)

    return below(None, 0)
