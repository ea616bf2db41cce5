"""The names in a batch, and the categories, brands and attributes that they mean."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from hashlib import sha256

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.text import slugify

from products.models import Brand, Category, ProductAttribute
from products.models.attribute import OPTION_LENGTH, SEPARATOR
from products.readers import Record, Said, Typing
from products.services import brands, categories

OTHER = ("Other",)
"""Where a new product goes that the file puts in no category."""
UNBRANDED = "Unbranded"
"""Who makes a new product of which the file does not say it."""

Path = tuple[str, ...]
Type = ProductAttribute.Type
NAME_LENGTH = 120
OPTION_SUFFIX = " (option)"
FALLBACK_OPTION = "Variant"
"""What variants differ in when the file does not say it; the option is their name."""
FEW_OPTIONS = 30
SHORT_OPTION = 40
"""Characters. Text is a choice while its values are short and no more than so many."""
FILTERABLE = {Type.BOOLEAN, Type.SELECT, Type.MULTISELECT}
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,12})(?:\.\d{1,6})?")
FLAGS = {"true", "false", "yes", "no", "ja", "nein"}


class Vocabulary:
    """What the names in some records mean. A constant number of queries, whatever their number."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._paths = {record.category for record in records if record.category}
        self._names = {record.brand for record in records if record.brand}
        self._may_make = False
        self._options = {name for record in records for name in record.options}
        if any(record.parent_sku and not record.options for record in records):
            self._options.add(FALLBACK_OPTION)
        self._labels = {name for record in records for name in record.attributes} | self._options
        self._spoken_of: frozenset[str] = frozenset().union(*{record.spoken_of for record in records})
        self._spoken_pks: dict[frozenset[str], set[int]] = {}
        self._look_up_categories()
        self._look_up_brands()
        self._look_up_attributes()

    def category(self, path: Path | None) -> int | None:
        """Return the pk of the category at ``path``; none while it does not exist."""
        path = path or OTHER
        if path not in self._categories and self._may_make:
            self._categories[path] = categories.at_path(" > ".join(path)).pk
        return self._categories.get(path)

    def brand(self, name: str | None) -> int | None:
        """Return the pk of the brand called ``name`` whatever its case; none while it does not exist."""
        name = name or UNBRANDED
        if name.lower() not in self._brands and self._may_make:
            self._brands[name.lower()] = brands.named(name).pk
        return self._brands.get(name.lower())

    def attribute(self, label: str) -> ProductAttribute | None:
        """Return the attribute with that name or slug; none while it does not exist."""
        return self._attributes.get(label)

    def option(self, label: str) -> ProductAttribute | None:
        """Return the attribute whose choices set variants apart; none while it does not exist."""
        found = self._attributes.get(label)
        if found is not None and found.attribute_type != Type.SELECT:
            return self._attributes.get(f"{label}{OPTION_SUFFIX}")
        return found

    def spoken_of(self, labels: frozenset[str]) -> set[int]:
        """Return the pks of the attributes that exist among ``labels``."""
        if labels not in self._spoken_pks:
            found = (self._attributes.get(label) for label in labels)
            self._spoken_pks[labels] = {attribute.pk for attribute in found if attribute}
        return self._spoken_pks[labels]

    def complete(self) -> None:
        """Make what does not exist yet, by name in order: two imports must not wait for each other."""
        self._may_make = True
        for path in sorted(self._paths):
            self.category(path)
        for name in sorted(self._names):
            self.brand(name)
        for wanted, types in ((self._labels, self._new_types), (self._options, self._option_types)):
            missing = sorted(
                label for label in wanted if not self._has(label, is_option=types is not self._new_types)
            )
            if missing:
                self._make(types(missing))

    def _has(self, label: str, *, is_option: bool) -> bool:
        return (self.option(label) if is_option else self.attribute(label)) is not None

    def _look_up_categories(self) -> None:
        paths = {*self._paths, OTHER}
        names = {name for path in paths for name in path}
        rows = Category.all_objects.filter(name__in=names, deleted_at=None)
        children = {(parent, name): pk for pk, parent, name in rows.values_list("pk", "parent_id", "name")}
        self._categories: dict[Path, int] = {}
        for path in paths:
            at: int | None = None
            for name in path:
                at = children.get((at, name))
                if at is None:
                    break
            if at is not None:
                self._categories[path] = at

    def _look_up_brands(self) -> None:
        rows = Brand.all_objects.filter(deleted_at=None).annotate(lower=Lower("name")).order_by("-pk")
        found = rows.filter(lower__in={name.lower() for name in (*self._names, UNBRANDED)})
        self._brands: dict[str, int] = {name.lower(): pk for name, pk in found.values_list("name", "pk")}

    def _look_up_attributes(self) -> None:
        """Find each label by name where only one attribute has it, else by slug."""
        labels = self._labels | self._spoken_of
        labels |= {f"{label}{OPTION_SUFFIX}" for label in self._options}
        self._attributes: dict[str, ProductAttribute] = {}
        if not labels:
            return
        slugs = {label: slug_of(label) for label in labels}
        found = ProductAttribute.objects.filter(Q(name__in=labels) | Q(slug__in={*labels, *slugs.values()}))
        by_slug = {attribute.slug: attribute for attribute in found}
        by_name: defaultdict[str, list[ProductAttribute]] = defaultdict(list)
        for attribute in by_slug.values():
            by_name[attribute.name].append(attribute)
        for label in labels:
            named = by_name[label]
            found_one = named[0] if len(named) == 1 else by_slug.get(label) or by_slug.get(slugs[label])
            if found_one is not None:
                self._attributes[label] = found_one

    def _new_types(self, labels: Sequence[str]) -> dict[str, tuple[str, bool]]:
        said: defaultdict[str, list[Said]] = defaultdict(list)
        for record in self._records:
            for label, value in record.attributes.items():
                said[label].append(value)
        return {
            label: (Type.SELECT, True) if label in self._options else type_of(said[label]) for label in labels
        }

    def _option_types(self, labels: Sequence[str]) -> dict[str, tuple[str, bool]]:
        """Say how to make attributes for options whose name belongs to an attribute of another type."""
        return {f"{label}{OPTION_SUFFIX}": (Type.SELECT, True) for label in labels}

    def _make(self, types: dict[str, tuple[str, bool]]) -> None:
        ProductAttribute.objects.bulk_create(
            (
                ProductAttribute(
                    name=label[:NAME_LENGTH],
                    slug=slug_of(label),
                    attribute_type=kind,
                    is_filterable=is_filterable,
                )
                for label, (kind, is_filterable) in types.items()
            ),
            ignore_conflicts=True,  # another import may be making the same one
        )
        self._spoken_pks.clear()
        self._look_up_attributes()


def slug_of(label: str) -> str:
    """Return the slug that an attribute called ``label`` gets. A name without letters gets a digest."""
    return slugify(label)[:NAME_LENGTH] or f"attribute-{sha256(label.encode()).hexdigest()[:12]}"


def type_of(said: Iterable[Said]) -> tuple[str, bool]:
    """Return the type for a new attribute that has these values, and whether customers filter by it.

    Cautious: the type stays, and later values that do not fit it are left out.
    """
    several = list(said)
    typing = several[0].typing
    values = {one.value for one in several}
    kind = _kind(values, typing)
    return kind, kind in FILTERABLE and typing not in (Typing.TEXT, Typing.LABELS)


def _kind(values: Collection[object], typing: Typing) -> Type:
    if all(isinstance(value, bool) for value in values):
        return Type.BOOLEAN
    if all(isinstance(value, Decimal) for value in values):
        return Type.NUMBER
    if any(isinstance(value, tuple) for value in values) or typing == Typing.LABELS:
        return Type.MULTISELECT
    words = {str(value) for value in values}
    if typing == Typing.BY_VALUES and all(word.lower() in FLAGS for word in words):
        return Type.BOOLEAN
    if typing == Typing.BY_VALUES and all(NUMBER.fullmatch(word) for word in words):
        return Type.NUMBER
    if typing == Typing.TEXT:
        return Type.TEXT
    if typing == Typing.CHOICE:
        return Type.SELECT
    options = {option for word in words for option in word.split(SEPARATOR)}
    if len(options) > FEW_OPTIONS or max(map(len, options)) > min(SHORT_OPTION, OPTION_LENGTH):
        return Type.TEXT
    return Type.MULTISELECT if any(SEPARATOR in word for word in words) else Type.SELECT
