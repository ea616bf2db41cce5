"""Names in the other languages of the shop, as plain fields."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from dbProject.staff import ShopModelForm

OTHERS = {code: name for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE}
NAMES = tuple(f"name_{code}" for code in OTHERS)
"""The fields of a form: one name per other language."""


def _name_field(language: str) -> forms.CharField:
    return forms.CharField(
        label=format_lazy("{} ({})", _("Name"), language),
        max_length=200,
        required=False,
        help_text=_("Empty: as it is called first."),
        widget=widgets.UnfoldAdminTextInputWidget(),
    )


class LocalizedNameForm(ShopModelForm):
    """A form that keeps the names in ``translations`` in fields of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in OTHERS:
            said = self.instance.translations.get(code, {})
            self.initial.setdefault(f"name_{code}", said.get("name", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for code in OTHERS:
            words = {**self.instance.translations.get(code, {}), "name": cleaned.get(f"name_{code}", "")}
            self.instance.translations[code] = {key: word for key, word in words.items() if word}
        return cleaned


LocalizedNameForm.declared_fields |= {f"name_{code}": _name_field(name) for code, name in OTHERS.items()}
