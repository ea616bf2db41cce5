"""Pages for a change to many products: say how, look at it, confirm."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

ROWS_SHOWN = 200


class Row(NamedTuple):
    """One product of a preview."""

    sku: str
    name: str
    cells: list[str]
    refusal: str = ""


class PksField(forms.CharField):
    """The selection, carried from page to page: primary keys with commas between."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return [int(pk) for pk in str(value or "").split(",") if pk]
        except ValueError as broken:
            raise ValidationError(_("This selection cannot be read. Select again.")) from broken


class BulkPages:
    """Mixed into a ModelAdmin."""

    admin_site: Any
    opts: Any

    def form_page(self, request: HttpRequest, form: forms.Form, **more: Any) -> HttpResponse:
        return TemplateResponse(
            request, "admin/shop_form.html", self._context(request, form=form, step="preview", **more)
        )

    def preview_page(
        self, request: HttpRequest, form: forms.Form, rows: list[Row], *, seen: str, **more: Any
    ) -> HttpResponse:
        """Show ``rows``, the refused first; what was typed and ``seen`` go along in hidden fields."""
        rows = sorted(rows, key=lambda row: not row.refusal)
        carried = type(form)(initial={**form.data.dict(), "seen": seen})  # type: ignore[attr-defined]
        context = self._context(
            request,
            form=carried,
            rows=rows[:ROWS_SHOWN],
            more=max(0, len(rows) - ROWS_SHOWN),
            refused=self._refused(rows),
            **more,
        )
        return TemplateResponse(request, "admin/shop_preview.html", context)

    @staticmethod
    def _refused(rows: list[Row]) -> str:
        count = sum(bool(row.refusal) for row in rows)
        if not count:
            return ""
        text = _(
            "%(count)d of %(all)d products cannot have this; nothing will change before that is settled."
        )
        return text % {"count": count, "all": len(rows)}

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        back = reverse("admin:products_product_changelist")
        return {**self.admin_site.each_context(request), "opts": self.opts, "back": back, **more}
