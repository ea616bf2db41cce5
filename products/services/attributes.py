"""What is said of products: every value in the canonical text of its attribute's type."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from dbProject import caching
from products.errors import AttributeInUse, AttributeValueRefused
from products.models import Product, ProductAttribute, ProductAttributeValue
from products.models.attribute import OPTION_LENGTH, SEPARATOR

Raw = str | int | float | Decimal | bool | Iterable[str]
YES = {"true", "yes", "1", "y", "ja", "on"}
NO = {"false", "no", "0", "n", "nein", "off"}
LARGEST_NUMBER = Decimal(10) ** 14  # what the column holds before the point


class Canonical(NamedTuple):
    """``value`` as it is stored and compared; ``number`` beside it for number attributes."""

    value: str
    number: Decimal | None = None


def canonical(attribute: ProductAttribute, raw: Raw) -> Canonical:
    """Return ``raw`` in the one form that its type is stored in.

    Text: stripped. Number: without trailing zeros, six decimals at most. Boolean: ``true`` or ``false``.
    Select: one option of at most 100 characters. Multiselect: options joined by ``|``, each once, in order.

    Raises:
        AttributeValueRefused: It is not of the attribute's type, or empty.
    """
    return READERS[attribute.attribute_type](attribute, raw)


@transaction.atomic
def save_attribute(attribute: ProductAttribute) -> ProductAttribute:
    """Store a new or changed ``attribute``; the type of one that has values stays as it is.

    Raises:
        AttributeInUse: Its type or unit would change under the values that it has.
    """
    if attribute.pk:
        locked = ProductAttribute.objects.select_for_update().get(pk=attribute.pk)
        is_other = (locked.attribute_type, locked.unit) != (attribute.attribute_type, attribute.unit)
        if is_other and attribute.values.exists():
            text = _("%(name)s has values already; its type and unit stay.") % {"name": attribute.name}
            raise AttributeInUse(text, slug=attribute.slug)
    attribute.save()
    caching.forget("catalog")
    return attribute


@transaction.atomic
def delete_attribute(attribute: ProductAttribute) -> None:
    """Remove an ``attribute`` that says nothing of any product. Repeating it changes nothing.

    Raises:
        AttributeInUse: It has values.
    """
    if ProductAttributeValue.objects.filter(attribute=attribute.pk).exists():
        text = _("%(name)s still says something of products.") % {"name": attribute.name}
        raise AttributeInUse(text, slug=attribute.slug)
    ProductAttribute.objects.filter(pk=attribute.pk).delete()
    caching.forget("catalog")


@transaction.atomic
def set_values(product: Product, values: Mapping[str, Raw]) -> None:
    """Give ``product`` these ``values`` (attribute slug -> value); others stay. Repeating it changes nothing.

    Raises:
        AttributeValueRefused: An attribute that does not exist, or a value that is not of its type.
    """
    known = ProductAttribute.objects.in_bulk(values, field_name="slug")
    rows = []
    for slug, raw in values.items():
        if slug not in known:
            raise AttributeValueRefused(slug, _("There is no attribute %(slug)s.") % {"slug": slug})
        value, number = canonical(known[slug], raw)
        rows.append(ProductAttributeValue(product=product, attribute=known[slug], value=value, number=number))
    write_values(rows)
    caching.forget("catalog")


@transaction.atomic
def clear_values(product: Product, slugs: Iterable[str]) -> None:
    """Take what these attributes say of ``product`` away. Repeating it changes nothing."""
    ProductAttributeValue.objects.filter(product=product, attribute__slug__in=list(slugs)).delete()
    caching.forget("catalog")


def write_values(rows: list[ProductAttributeValue]) -> None:
    """Insert or replace canonical values, in one query for all; the caller forgets the catalog."""
    ProductAttributeValue.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["product", "attribute"],
        update_fields=["value", "number", "updated_at"],
    )


def _text(attribute: ProductAttribute, raw: Raw) -> Canonical:
    text = str(raw).replace("\x00", "").strip()
    if not text:
        raise AttributeValueRefused(attribute.slug, _("%(name)s is empty.") % {"name": attribute.name})
    return Canonical(text)


def _number(attribute: ProductAttribute, raw: Raw) -> Canonical:
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        text = _("%(name)s is a number; “%(raw)s” is none.") % {"name": attribute.name, "raw": str(raw)[:50]}
        raise AttributeValueRefused(attribute.slug, text)
    number = round(number, 6)
    return Canonical(f"{number.normalize():f}", number)


def _boolean(attribute: ProductAttribute, raw: Raw) -> Canonical:
    word = str(raw).strip().lower()
    if word not in YES | NO:
        text = _("%(name)s is yes or no; “%(raw)s” is neither.") % {"name": attribute.name, "raw": word[:50]}
        raise AttributeValueRefused(attribute.slug, text)
    return Canonical("true" if word in YES else "false")


def _option(attribute: ProductAttribute, raw: Raw) -> Canonical:
    option = _text(attribute, raw).value
    if len(option) > OPTION_LENGTH or SEPARATOR in option:
        text = _("An option of %(name)s has at most %(length)s characters and no “|”.")
        raise AttributeValueRefused(attribute.slug, text % {"name": attribute.name, "length": OPTION_LENGTH})
    return Canonical(option)


def _options(attribute: ProductAttribute, raw: Raw) -> Canonical:
    several = (
        raw.split(SEPARATOR) if isinstance(raw, str) else raw if isinstance(raw, Iterable) else [str(raw)]
    )
    options = dict.fromkeys(_option(attribute, option).value for option in several if str(option).strip())
    return _text(attribute, SEPARATOR.join(sorted(options)))


READERS: Mapping[str, Callable[[ProductAttribute, Raw], Canonical]] = {
    ProductAttribute.Type.TEXT: _text,
    ProductAttribute.Type.NUMBER: _number,
    ProductAttribute.Type.BOOLEAN: _boolean,
    ProductAttribute.Type.SELECT: _option,
    ProductAttribute.Type.MULTISELECT: _options,
}
