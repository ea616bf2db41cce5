"""Old addresses that still lead somewhere."""

from typing import Any

from products.models import Brand, Category, Product, SlugRedirect


def remember_move(thing: Product | Category | Brand, *, old_slug: str) -> None:
    """Let ``old_slug`` lead to ``thing``, which has another one now; call it in the same transaction.

    What is reachable by a slug of its own always wins over a redirect. Repeating it changes nothing.
    """
    if old_slug == thing.slug:
        return
    kind: dict[str, Any] = {type(thing).__name__.lower(): thing}
    named = SlugRedirect.objects.filter(**{f"{next(iter(kind))}__isnull": False})
    named.filter(slug__in=[old_slug, thing.slug]).delete()
    SlugRedirect.objects.create(slug=old_slug, **kind)
