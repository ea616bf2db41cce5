"""How many of the matching products have which brand and which answers: what the filter form offers."""

import heapq
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from django.db.models import Aggregate, CharField, Count, F, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Left
from django.utils.formats import number_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from dbProject import caching
from products.models import ProductAttribute, ProductAttributeValue
from products.models.attribute import OPTION_LENGTH, SEPARATOR, Words
from products.selectors import catalog

SECONDS = 60
MOST_ATTRIBUTES = 8
MOST_OPTIONS = 10
MOST_BRANDS = 60
ATTRIBUTES_KEPT, OPTIONS_KEPT = 3 * MOST_ATTRIBUTES, 4 * MOST_OPTIONS
"""What is remembered of a scope; rarer answers can still be asked for."""

BRAND, ATTRIBUTE, ANSWER = "brand", "attribute", "answer"
Row = tuple[str, int, str, str, str, str, str, int]
"""A brand: pk, slug, name, and how many products. An attribute: pk, slug, name, type, unit, translations as
JSON, and its position. An answer: its attribute's pk, the value, and how many products give it."""

OPTION = Left("value", OPTION_LENGTH, output_field=CharField())


@dataclass(frozen=True, slots=True)
class Option:
    """One box to tick: the value a form sends, what people read, and how many products have it."""

    value: str
    label: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A question with its options, the most frequent first; ``name`` is the field's in a form."""

    name: str
    label: str
    options: list[Option] = field(default_factory=list)

    @property
    def is_chosen(self) -> bool:
        return any(option.is_chosen for option in self.options)


class Counted(NamedTuple):
    """How many products match a filter, and what it can be narrowed to."""

    total: int
    brands: list[Option]
    attributes: list[Facet]


def of(wanted: catalog.CatalogFilter) -> Counted:
    """Return the brands and the filterable attributes of what matches ``wanted``, with counts; one query.

    A count says how many products there would be with that value instead: what is chosen of a facet does not
    narrow its own counts. Remembered for a minute; what is chosen is always offered.
    """
    rows = caching.remember("catalog", f"facets:{wanted.key}", lambda: _count(wanted), seconds=SECONDS)
    total = sum(row[-1] for row in rows if row[0] == BRAND and wanted.brand in ("", row[2]))
    # Lazy, because a form that is remembered as it was drawn asks for neither.
    brands = SimpleLazyObject(lambda: _brands(rows, wanted))
    return Counted(
        total, cast(list[Option], brands), cast(list[Facet], SimpleLazyObject(lambda: _facets(rows, wanted)))
    )


def _count(wanted: catalog.CatalogFilter) -> list[Row]:
    """Count listed products by brand, and by the answers that they and their variants give.

    One statement of parts that the database can group by numbers: brands, attributes, the answers to what is
    not asked for, and to each attribute that is. A variant says only what its parent does not, so nothing is
    counted twice.
    """
    asked = [slug for slug, _options in wanted.attributes]
    said = ProductAttributeValue.objects.filter(attribute__is_filterable=True).order_by()
    other = said.exclude(attribute__slug__in=asked) if asked else said
    parts = [
        *_answers(other, wanted),
        *(
            part
            for slug in asked
            for part in _answers(said.filter(attribute__slug=slug), wanted.without(slug))
        ),
    ]
    of_any_brand = catalog.matching(replace(wanted, brand="")).order_by()
    return _worth_remembering(
        _rows(of_any_brand, BRAND, "brand", Count("pk"), a=F("brand__slug"), b=F("brand__name")).union(
            _rows(
                ProductAttribute.objects.filter(is_filterable=True).order_by(),
                ATTRIBUTE,
                "pk",
                F("sort_order"),
                a=F("slug"),
                b=F("name"),
                c=F("attribute_type"),
                d=F("unit"),
                e=Cast("translations", TextField()),
            ),
            *parts,
            all=True,
        )
    )


def _answers(
    said: QuerySet[ProductAttributeValue], wanted: catalog.CatalogFilter
) -> list[QuerySet[Any, Row]]:
    """Return the counts of answers among ``said`` of what matches: of listed products, and of variants."""
    listed = catalog.matching(wanted).order_by().values("pk")
    of_variants = said.filter(product__parent__in=listed, product__is_active=True, product__deleted_at=None)
    fitting = catalog.things(wanted)
    if fitting is not None:
        of_variants = of_variants.filter(product__in=fitting.order_by().values("pk"))
    owners = Count("product__parent", distinct=True)
    return [
        _rows(said.filter(product__in=listed), ANSWER, "attribute", Count("pk"), a=OPTION),
        _rows(of_variants, ANSWER, "attribute", owners, a=OPTION),
    ]


def _worth_remembering(rows: Iterable[Row]) -> list[Row]:
    """Return ``rows`` without the long tail of rare answers: a real catalog has tens of thousands."""
    answers: dict[int, list[Row]] = {}
    kept: list[Row] = []
    for row in rows:
        if row[0] == ANSWER:
            answers.setdefault(row[1], []).append(row)
        else:
            kept.append(row)
    most_said = heapq.nlargest(
        ATTRIBUTES_KEPT, answers.values(), key=lambda said: sum(row[-1] for row in said)
    )
    for said in most_said:
        kept += heapq.nlargest(OPTIONS_KEPT, said, key=lambda row: row[-1])
    return kept


def _rows(
    rows: QuerySet[Any], part: str, of: str, total: Combinable | Aggregate, **texts: Combinable
) -> QuerySet[Any, Row]:
    """Return ``rows`` in the columns that all parts share, grouped where ``total`` counts."""
    columns = dict.fromkeys("abcde", Value("", CharField())) | texts
    shaped: QuerySet[Any, Row] = (
        rows.annotate(part=Value(part, CharField()), of=F(of), **columns)
        .values("part", "of", *columns)
        .annotate(total=total)
        .values_list("part", "of", *columns, "total")
    )
    return shaped


def _brands(rows: list[Row], wanted: catalog.CatalogFilter) -> list[Option]:
    brands = sorted((row for row in rows if row[0] == BRAND), key=lambda row: (-row[-1], row[3]))
    shown = [row for place, row in enumerate(brands) if place < MOST_BRANDS or row[2] == wanted.brand]
    options = [
        Option(slug, name, number, slug == wanted.brand) for _k, _of, slug, name, *_rest, number in shown
    ]
    return sorted(options, key=lambda option: option.label.casefold())


def _facets(rows: list[Row], wanted: catalog.CatalogFilter) -> list[Facet]:
    chosen = dict(wanted.attributes)
    about = {row[1]: row for row in rows if row[0] == ATTRIBUTE}
    counts: dict[int, Counter[str]] = {pk: Counter() for pk, row in about.items() if row[2] in chosen}
    for kind, pk, value, *_rest, number in rows:
        if kind == ANSWER:
            is_several = about[pk][4] == ProductAttribute.Type.MULTISELECT
            options = value.split(SEPARATOR) if is_several else [value]
            counts.setdefault(pk, Counter()).update(dict.fromkeys(options, number))
    offered = [pk for pk in counts if len(counts[pk]) > 1 or about[pk][2] in chosen]
    offered.sort(key=lambda pk: (about[pk][2] not in chosen, -counts[pk].total()))
    shown = sorted(offered[:MOST_ATTRIBUTES], key=lambda pk: (about[pk][-1], about[pk][3]))
    return [_facet(about[pk], counts[pk], chosen.get(about[pk][2], ())) for pk in shown]


def _facet(about: Row, counts: Counter[str], chosen: tuple[str, ...]) -> Facet:
    _kind, _pk, slug, name, attribute_type, unit, translations, _place = about
    said = Words.of(name, unit, json.loads(translations))
    frequent = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_OPTIONS]
    values = [*frequent, *(value for value in chosen if value not in frequent)]
    if attribute_type == ProductAttribute.Type.NUMBER:
        values.sort(key=_as_number)
    options = [
        Option(value, in_words(attribute_type, value, said), counts[value], value in chosen)
        for value in values
    ]
    return Facet(f"attr_{slug}", said.name, options)


def in_words(kind: str, value: str, said: Words) -> str:
    """Return a stored ``value`` as people read it: yes or no, a number with its unit, several with commas."""
    if kind == ProductAttribute.Type.BOOLEAN:
        return _("Yes") if value == "true" else _("No")
    if kind == ProductAttribute.Type.MULTISELECT:
        return ", ".join(said.option(option) for option in value.split(SEPARATOR))
    if kind == ProductAttribute.Type.NUMBER and value:
        value = number_format(value)  # what somebody typed into the address stays as it is
        return f"{value} {said.unit}" if said.unit else value
    return said.option(value)


def _as_number(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:  # somebody typed it into the address
        return float("inf"), value
