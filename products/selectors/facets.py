"""How many products of a scope have which brand and which answers: what the filter form offers."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import CharField, Count, F, IntegerField, Value
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from dbProject import caching
from products.models import ProductAttribute, ProductAttributeValue
from products.models.attribute import OPTION_LENGTH, SEPARATOR
from products.selectors import catalog

SECONDS = 60
MOST_ATTRIBUTES = 8
MOST_OPTIONS = 10
MOST_BRANDS = 60

BRAND = "brand"
Row = tuple[str, str, str, str, int, str, int]
"""Kind or type, slug, name, unit, position, value, number of products."""


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


def of(wanted: catalog.CatalogFilter) -> tuple[list[Option], list[Facet]]:
    """Return the brands and the filterable attributes in the scope of ``wanted``, with counts; one query.

    Counted over search, category and brand, and remembered for a minute; what is chosen is always among them.
    """
    rows = caching.remember("catalog", f"facets:{wanted.scope.key}", lambda: _count(wanted), seconds=SECONDS)
    return _brands(rows, wanted), _facets(rows, wanted)


def _count(wanted: catalog.CatalogFilter) -> list[Row]:
    """Count listed products by brand, and by the answers that they or their variants give."""
    scope = catalog.in_scope(wanted.scope).order_by()
    brands = (
        scope.values("brand")
        .annotate(
            kind=Value(BRAND, CharField()),
            of=F("brand__slug"),
            label=F("brand__name"),
            measure=Value("", CharField()),
            place=Value(0, IntegerField()),
            option=Value("", CharField()),
            number=Count("pk"),
        )
        .values_list("kind", "of", "label", "measure", "place", "option", "number")
    )
    answers = (
        ProductAttributeValue.objects.filter(
            attribute__is_filterable=True, product__is_active=True, product__deleted_at=None
        )
        .alias(owner=Coalesce("product__parent_id", "product_id"))
        .filter(owner__in=scope.values("pk"))
        .annotate(
            kind=F("attribute__attribute_type"),
            of=F("attribute__slug"),
            label=F("attribute__name"),
            measure=F("attribute__unit"),
            place=F("attribute__sort_order"),
            option=Left("value", OPTION_LENGTH, output_field=CharField()),
        )
        .values("kind", "of", "label", "measure", "place", "option")
        .annotate(number=Count("owner", distinct=True))
        .values_list("kind", "of", "label", "measure", "place", "option", "number")
    )
    return [tuple(row) for row in brands.union(answers, all=True)]


def _brands(rows: list[Row], wanted: catalog.CatalogFilter) -> list[Option]:
    brands = sorted((row for row in rows if row[0] == BRAND), key=lambda row: (-row[6], row[2]))
    shown = [row for place, row in enumerate(brands) if place < MOST_BRANDS or row[1] == wanted.brand]
    options = [Option(row[1], row[2], row[6], row[1] == wanted.brand) for row in shown]
    return sorted(options, key=lambda option: option.label.casefold())


def _facets(rows: list[Row], wanted: catalog.CatalogFilter) -> list[Facet]:
    chosen = dict(wanted.attributes)
    about: dict[str, Row] = {}
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        kind, slug, _label, _unit, _place, value, number = row
        if kind == BRAND:
            continue
        about[slug] = row
        options = value.split(SEPARATOR) if kind == ProductAttribute.Type.MULTISELECT else [value]
        counts.setdefault(slug, Counter()).update(dict.fromkeys(options, number))
    offered = [slug for slug in counts if len(counts[slug]) > 1 or slug in chosen]
    offered.sort(key=lambda slug: (slug not in chosen, -counts[slug].total()))
    shown = sorted(offered[:MOST_ATTRIBUTES], key=lambda slug: (about[slug][4], about[slug][2]))
    return [_facet(about[slug], counts[slug], chosen.get(slug, ())) for slug in shown]


def _facet(about: Row, counts: Counter[str], chosen: tuple[str, ...]) -> Facet:
    kind, slug, name, unit, *_rest = about
    frequent = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_OPTIONS]
    values = [*frequent, *(value for value in chosen if value not in frequent)]
    if kind == ProductAttribute.Type.NUMBER:
        values.sort(key=_as_number)
    options = [Option(value, words(kind, value, unit), counts[value], value in chosen) for value in values]
    return Facet(f"attr_{slug}", name, options)


def words(kind: str, value: str, unit: str = "") -> str:
    """Return a stored ``value`` as people read it: yes or no, a number with its unit, several with commas."""
    if kind == ProductAttribute.Type.BOOLEAN:
        return _("Yes") if value == "true" else _("No")
    if kind == ProductAttribute.Type.MULTISELECT:
        return ", ".join(value.split(SEPARATOR))
    return f"{value} {unit}" if unit else value


def _as_number(value: str) -> tuple[float, str]:
    try:
        return float(value), value
    except ValueError:  # somebody typed it into the address
        return float("inf"), value
