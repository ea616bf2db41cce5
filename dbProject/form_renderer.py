"""How form fields are written as HTML: as Django does, but without a template for what is one line.

A checkout has a dozen inputs and a list of countries; templates for them cost more than placing the order.
"""

import html
from collections.abc import Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

INPUTS = frozenset(
    f"django/forms/widgets/{kind}.html"
    for kind in ("checkbox", "date", "email", "hidden", "input", "number", "password", "text", "time", "url")
)
SELECT = "django/forms/widgets/select.html"


class FormRenderer(TemplatesSetting):
    """Writes inputs and selections itself; all else by ``templates/``, then Django's own."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """Return the HTML of what ``context`` describes."""
        if template_name in INPUTS:
            return mark_safe(_input(context["widget"]))  # noqa: S308 -- each part is escaped
        if template_name == SELECT:
            return mark_safe(_select(context["widget"]))  # noqa: S308 -- each part is escaped
        return mark_safe(super().render(template_name, context, request))  # noqa: S308 -- from a template


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(widget["value"])}"'
    kind, name = _escaped(widget["type"]), _escaped(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>'


def _select(widget: Mapping[str, Any]) -> str:
    parts = [f'<select name="{_escaped(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{_escaped(group)}">')
        parts += (
            f'<option value="{_escaped(option["value"])}"{_attributes(option["attrs"])}>'
            f"{_escaped(option['label'])}</option>"
            for option in options
        )
        if group:
            parts.append("</optgroup>")
    return "\n".join((*parts, "</select>"))


def _attributes(given: Mapping[str, Any]) -> str:
    return "".join(
        f" {_escaped(name)}" if value is True else f' {_escaped(name)}="{_escaped(value)}"'
        for name, value in given.items()
        if value is not False
    )


def _escaped(value: Any) -> str:
    """Return what ``conditional_escape`` does, without its detour for lazy text: a form has hundreds."""
    return str(value.__html__()) if hasattr(value, "__html__") else html.escape(str(value))
