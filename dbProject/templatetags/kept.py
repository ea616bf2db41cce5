"""``{% kept "menu" "catalog" 300 place %}…{% endkept %}``: a part of a page that is remembered."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from dbProject import caching

register = template.Library()


class Kept(template.Node):
    """Markup that is drawn once for every value of ``differs_by`` and every language."""

    def __init__(
        self, nodelist: NodeList, *, name: str, group: str, seconds: int, differs_by: list[FilterExpression]
    ) -> None:
        self.nodelist = nodelist
        self.name = name
        self.group = group
        self.seconds = seconds
        self.differs_by = differs_by

    def render(self, context: Any) -> SafeString:
        values = [str(value.resolve(context)) for value in self.differs_by]
        key = ":".join(["part", self.name, str(translation.get_language()), *values])
        markup = caching.remember(
            self.group, key, lambda: str(self.nodelist.render(context)), seconds=self.seconds
        )
        return mark_safe(markup)  # noqa: S308 -- a template's


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """Remember what is inside, under a name, in a group of ``caching``, for so many seconds.

    Everything that makes a difference inside is named after that; nothing of a visitor may be.
    """
    _tag, name, group, seconds, *differs_by = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(
        nodelist,
        name=name.strip('"'),
        group=group.strip('"'),
        seconds=int(seconds),
        differs_by=[parser.compile_filter(value) for value in differs_by],
    )
