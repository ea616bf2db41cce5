"""What people type into the catalog."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from products.models import Review
from products.selectors.catalog import CatalogFilter
from users.models import MailConsent

YES = {"1", "true", "on", "yes"}
PRICE = re.compile(
    r"^(?=.?[0-9])(?P<whole>[1-9][0-9]{0,2}(?:[.,'\s][0-9]{3})+|[0-9]*)(?:[.,](?P<cents>[0-9]{1,2}))?\s?€?$"
)
ATTRIBUTE = re.compile(r"^attr_([-\w]{1,120})$", re.ASCII)
MOST_ATTRIBUTES = 10
MOST_OPTIONS = 20
LONGEST_OPTION = 100
"""What a form of ours sends at most; more is somebody's script."""


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


class ReviewsForm(forms.Form):
    """Which reviews of a product somebody wants to read; garbage counts as not filled in."""

    stars = forms.IntegerField(required=False, min_value=1, max_value=5)
    reviews = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    def wanted(self) -> dict[str, Any]:
        """Return it as ``selectors.products.page`` takes it."""
        self.is_valid()
        return {
            "stars": self.cleaned_data.get("stars"),
            "number": self.cleaned_data.get("reviews") or 1,
        }


class ReviewForm(forms.Form):
    """What a customer says of a product."""

    rating = forms.TypedChoiceField(
        label=_("How do you like it?"),
        choices=[
            ("5", _("5 stars: very much")),
            ("4", _("4 stars: well")),
            ("3", _("3 stars: so-so")),
            ("2", _("2 stars: not really")),
            ("1", _("1 star: not at all")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose from one to five stars.")},
    )
    title = forms.CharField(label=_("In one line"), max_length=120, required=False)
    content = forms.CharField(
        label=_("What should others know?"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea({"rows": 5}),
    )

    @classmethod
    def of(cls, review: Review | None) -> "ReviewForm":
        """Return the form as it opens, with what its author said before."""
        return cls(initial=model_to_dict(review, ["rating", "title", "content"]) if review else None)


class WishlistForm(forms.Form):
    """What a list is called."""

    name = forms.CharField(label=_("Name of the list"), max_length=100)


class WishMailsForm(forms.Form):
    """Which mails a customer wants about their lists; ``wanted`` is kind -> whether it comes now."""

    def __init__(self, *args: Any, wanted: Mapping[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in (MailConsent.Kind.PRICE_DROP, MailConsent.Kind.BACK_IN_STOCK):
            self.fields[kind] = forms.BooleanField(label=kind.label, required=False, initial=wanted[kind])


class NoteForm(forms.Form):
    """What a customer writes beside a thing on a list."""

    notes = forms.CharField(max_length=500, required=False)
