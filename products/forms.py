"""What people type into the catalog."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from products import pictures
from products.errors import PictureRefused
from products.selectors.catalog import CatalogFilter

PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/avif"

YES = {"1", "true", "on", "yes"}
PRICE = re.compile(
    r"^(?=.?[0-9])(?P<whole>[1-9][0-9]{0,2}(?:[.,'\s][0-9]{3})+|[0-9]*)(?:[.,](?P<cents>[0-9]{1,2}))?\s?€?$"
)
ATTRIBUTE = re.compile(r"^attr_([-\w]{1,120})$", re.ASCII)
MOST_ATTRIBUTES = 10
MOST_OPTIONS = 20
LONGEST_OPTION = 100
"""What a form of ours sends at most; more is somebody's script."""


class PictureField(forms.FileField):
    """A picture to upload; what the shop cannot take is said at the field, and the rest of the form stays."""

    widget = forms.FileInput(attrs={"accept": PICTURE_TYPES})

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is not None:
            try:
                pictures.check(file)
            except PictureRefused as refused:
                raise ValidationError(refused.detail, code=refused.code) from refused
        return file


class PriceField(forms.DecimalField):
    """A price as people anywhere type it: 19.90 is 19,90 and 1,299.00 is 1.299,00, in every language.

    A shop's prices have two decimals at most, so a separator before three digits parts thousands. An address
    with a price in it can thus be sent to somebody who reads another language.
    """

    def __init__(self) -> None:
        super().__init__(required=False, min_value=0, max_digits=10, decimal_places=2)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (typed := PRICE.match(value.strip())):
            whole = "".join(filter(str.isdigit, typed["whole"])) or "0"
            value = f"{whole}.{typed['cents']}" if typed["cents"] else whole
        return super().to_python(value)


class CatalogForm(forms.Form):
    """The catalog's filter, as it stands in an address."""

    SORTS = (
        ("newest", _("Newest first")),
        ("relevance", _("Best match")),
        ("popular", _("Most popular")),
        ("rating", _("Best rated")),
        ("price", _("Price, low to high")),
        ("-price", _("Price, high to low")),
        ("name", _("Name")),
    )
    RATINGS = (4, 3, 2)
    """Stars to choose from: so many, or more."""

    q = forms.CharField(required=False, max_length=200)
    category = forms.SlugField(required=False, max_length=120)
    brand = forms.SlugField(required=False, max_length=120)
    min_price = PriceField()
    max_price = PriceField()
    in_stock = forms.CharField(required=False)
    rating = forms.IntegerField(required=False, min_value=1, max_value=5)
    sort = forms.ChoiceField(required=False, choices=SORTS)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        self.query = query

    def wanted(self, **fixed: str) -> CatalogFilter:
        """Return the filter asked for, with ``fixed`` in place of what was typed.

        An invalid field counts as not filled in: a catalog never shows an error.
        """
        self.is_valid()
        typed: dict[str, Any] = {
            "q": "",
            "category": "",
            "brand": "",
            "sort": "",
            "min_price": None,
            "max_price": None,
            "rating": None,
        }
        typed |= {name: value for name, value in self.cleaned_data.items() if name in typed}
        is_in_stock = self.cleaned_data.get("in_stock", "").lower() in YES
        typed |= {"in_stock": is_in_stock, "attributes": tuple(self._attributes())}
        return CatalogFilter(**{**typed, **fixed})

    def _attributes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        found = sorted(filter(None, map(ATTRIBUTE.match, self.query)), key=lambda match: match[1])
        for match in found[:MOST_ATTRIBUTES]:
            options = {
                option
                for option in self.query.getlist(match[0])
                if 0 < len(option) <= LONGEST_OPTION and "\x00" not in option
            }
            if options:
                yield match[1], tuple(sorted(options)[:MOST_OPTIONS])
