"""What every page shows of the catalog, and how texts from elsewhere are shown."""

from django import template
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from dbProject import html
from products.selectors import categories

register = template.Library()

register.simple_tag(categories.families)


@register.filter
def foreign_html(content: str) -> SafeString:
    """Return ``content`` with the few tags that a product's description may have; lines become paragraphs."""
    cleaned = mark_safe(html.clean(content))  # noqa: S308 -- cleaned here
    return cleaned if "<" in cleaned else mark_safe(linebreaks(cleaned))  # noqa: S308
