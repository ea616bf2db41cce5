"""Every change of staff-edited pages, and the list that the footer shows."""

from typing import TypedDict

from django.db import transaction
from django.db.models import Max
from django.utils import translation

from dbProject import caching, html
from dbProject.pages.models import Page

FOOTER_SECONDS = 300


class Link(TypedDict):
    """An entry of the footer."""

    title: str
    url: str


def footer() -> list[Link]:
    """Return the published pages in their order and the reader's language, remembered for 5 minutes."""

    def build() -> list[Link]:
        return [{"title": page.title, "url": page.get_absolute_url()} for page in Page.objects.readable()]

    return caching.remember("pages", f"footer:{translation.get_language()}", build, seconds=FOOTER_SECONDS)


@transaction.atomic
def add_page(*, slug: str, title: str, body: str, language: str = "en") -> Page:
    """Add a page at the end of the footer, unless there is one at ``slug`` already; return the one there.

    In another language the page takes the place that it has in the first.
    """
    there = {page.language: page for page in Page.objects.filter(slug=slug)}
    if language in there:
        return there[language]
    if there:
        place = min(page.sort_order for page in there.values())
    else:
        place = Page.objects.aggregate(last=Max("sort_order", default=0))["last"] + 1
    return save_page(Page(slug=slug, language=language, title=title, body=body, sort_order=place))


@transaction.atomic
def save_page(page: Page) -> Page:
    """Store a new or changed ``page`` with its body cleaned. Repeating it changes nothing."""
    page.body = html.clean(page.body, tags=html.TAGS)
    page.save()
    caching.forget("pages")
    return page


@transaction.atomic
def delete_page(page: Page) -> None:
    """Remove ``page``; in other languages it stays. Repeating it changes nothing."""
    Page.objects.filter(pk=page.pk).delete()
    caching.forget("pages")
