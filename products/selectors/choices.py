"""What a customer chooses of a product with variants: the questions, and the variant that answers make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from products.models import Product, ProductAttribute, ProductAttributeValue
from products.selectors import colors

FIELD = "option_"
"""Before the slug of an attribute, the name of its field in a form."""

Options = dict[str, str]
"""Slugs of attributes with one option each."""


class Choice(NamedTuple):
    """One option: the value a form sends, what people read, where it leads, and whether it can be had."""

    value: str
    label: str
    url: str
    is_current: bool
    is_available: bool


class Question(NamedTuple):
    """What a customer chooses, such as a color, with the choices; ``name`` is the field's in a form."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def current(self) -> str:
        """What is chosen, in words, or empty."""
        return next((choice.label for choice in self.choices if choice.is_current), "")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What has been chosen so far. ``variant`` is there once it is enough; ``pictured`` looks like it."""

    variant: Product | None
    pictured: Product | None
    questions: list[Question]


def asked(fields: Mapping[str, str]) -> Options:
    """Return the options among the ``fields`` of a form or an address."""
    return {name.removeprefix(FIELD): value for name, value in fields.items() if name.startswith(FIELD)}


def variant_with(parent_id: int, options: Options) -> int | None:
    """Return the variant that has just these ``options``, as a primary key; one query."""
    said = ProductAttributeValue.objects.filter(
        product__parent=parent_id, product__is_active=True, product__deleted_at=None
    )
    found: dict[int, Options] = {}
    for pk, slug, value in said.values_list("product", "attribute__slug", "value"):
        found.setdefault(pk, {})[slug] = value
    return next((pk for pk, own in found.items() if own == options), None)


def of(
    product: Product,
    variants: Sequence[Product],
    values: Mapping[int, Sequence[ProductAttributeValue]],
    *,
    sku: str,
    wanted: Options,
) -> Chosen:
    """Return what is chosen of ``product``: the variant ``sku``, else as much of ``wanted`` as goes together.

    A color is always chosen, because the picture shows one; a size never is, because people overlook it.
    """
    attributes = {value.attribute.slug: value.attribute for one in variants for value in values[one.pk]}
    options = {one.pk: {value.attribute.slug: value.value for value in values[one.pk]} for one in variants}
    named = next((one for one in variants if one.sku == sku), None)
    current = options[named.pk] if named else _going_together(wanted, attributes, options)
    for slug in attributes:
        if slug in colors.COLORS and slug not in current:
            first = min(
                (one for one in variants if slug in options[one.pk] and _fits(options[one.pk], current)),
                key=lambda one: not one.is_in_stock,
                default=None,
            )
            current = current | ({slug: options[first.pk][slug]} if first else {})
    fitting = [one for one in variants if current and _fits(options[one.pk], current)]
    return Chosen(
        variant=next((one for one in fitting if options[one.pk] == current), None),
        pictured=next(iter(fitting), None),
        questions=[
            _question(product, attribute, variants, options, current) for attribute in attributes.values()
        ],
    )


def _fits(own: Options, wanted: Options) -> bool:
    return all(own.get(slug) == value for slug, value in wanted.items())


def _going_together(
    wanted: Options, attributes: Mapping[str, ProductAttribute], options: Mapping[int, Options]
) -> Options:
    """Return as many of ``wanted``, in the order of the questions, as one variant has."""
    kept: Options = {}
    for slug in attributes:
        more = kept | {slug: wanted.get(slug, "")}
        if any(_fits(own, more) for own in options.values()):
            kept = more
    return kept


def _question(
    product: Product,
    attribute: ProductAttribute,
    variants: Sequence[Product],
    options: Mapping[int, Options],
    current: Options,
) -> Question:
    slug = attribute.slug
    offered = dict.fromkeys(options[one.pk][slug] for one in variants if slug in options[one.pk])
    return Question(
        f"{FIELD}{slug}",
        attribute.localized.name,
        [_choice(product, attribute, value, variants, options, current) for value in offered],
    )


def _choice(
    product: Product,
    attribute: ProductAttribute,
    value: str,
    variants: Sequence[Product],
    options: Mapping[int, Options],
    current: Options,
) -> Choice:
    """Offer ``value``: with everything else as it is now, else with as much of it as there is."""
    slug = attribute.slug
    others = {other: option for other, option in current.items() if other != slug}

    def closeness(one: Product) -> tuple[int, bool]:
        own = options[one.pk]
        return sum(own.get(other) == option for other, option in others.items()), one.is_in_stock

    best = max((one for one in variants if options[one.pk].get(slug) == value), key=closeness)
    own = options[best.pk]
    then = {name: option for name, option in (current | {slug: value}).items() if own.get(name) == option}
    query = {"variant": best.sku} if then == own else {f"{FIELD}{name}": then[name] for name in then}
    return Choice(
        value=value,
        label=attribute.localized.option(value),
        url=f"{product.get_absolute_url()}?{urlencode(query)}",
        is_current=current.get(slug) == value,
        is_available=best.is_in_stock and _fits(own, others),
    )
