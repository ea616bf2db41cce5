"""Every change of staff-edited pages, and the list that the footer shows."""

from typing import TypedDict

from django.db import transaction
from django.db.models import Max

from dbProject import caching, html
from dbProject.pages.models import Page

FOOTER_SECONDS = 300


class Link(TypedDict):
    """An entry of the footer."""

    title: str
    url: str


def footer() -> list[Link]:
    """Return the published pages in their order, remembered for 5 minutes."""

    def build() -> list[Link]:
        return [{"title": page.title, "url": page.get_absolute_url()} for page in Page.objects.published()]

    return caching.remember("pages", "footer", build, seconds=FOOTER_SECONDS)


@transaction.atomic
def add_page(*, slug: str, title: str, body: str) -> Page:
    """Add a page at the end of the footer, unless there is one at ``slug`` already; return the one there."""
    found = Page.objects.filter(slug=slug).first()
    if found:
        return found
    last = Page.objects.aggregate(last=Max("sort_order", default=0))["last"]
    return save_page(Page(slug=slug, title=title, body=body, sort_order=last + 1))


@transaction.atomic
def save_page(page: Page) -> Page:
    """Store a new or changed ``page`` with its body cleaned. Repeating it changes nothing."""
    page.body = html.clean(page.body, tags=html.TAGS)
    page.save()
    caching.forget("pages")
    return page


@transaction.atomic
def delete_page(page: Page) -> None:
    """Remove ``page``. Repeating it changes nothing."""
    Page.objects.filter(pk=page.pk).delete()
    caching.forget("pages")
