"""Finding products by words: as they stand in the catalog, or nearly so. Pages and API call ``find``.

The database's own index does the work (``postgres``, ``sqlite``); it is kept by triggers, so whoever writes
products, brands, categories or attribute values need not know that there is a search.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import ModuleType
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connections
from django.db.models import Case, Exists, F, FloatField, OuterRef, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils import translation

from dbProject import caching
from products.models import Brand, Category, Product, ProductQuerySet
from products.search import postgres, spelling, sqlite, words
from products.search.words import Question, Words

ENGINES: dict[str, ModuleType] = {"postgresql": postgres, "sqlite": sqlite}
ENOUGH = 3
"""Products: fewer found as typed, and what is nearly so is looked for."""
RANKED = postgres.RANKED
COMMON = 100
"""Products: a word that so many have is not taken for a mistake."""
MOST_PARTS = 5
"""Words: when not all are found, some of so many have to be."""
OF_AN_EXACT_CODE = 1_000.0
"""Its rank, above every other."""
BEST_FIRST = ("-rank", "-is_available", "-units_sold", "-pk")
SHELVES_SECONDS = 300
MAX_SHELVES = 10_000
COUNTS_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Answer:
    question: Question
    count: int
    correction: str | None = None
    is_corrected: bool = False
    is_partial: bool = False


NO_ANSWER = _Answer(words.NOTHING, 0)


@dataclass(frozen=True)
class Found:
    """What was found for ``words``; the querysets are made when somebody asks for them, and lazy."""

    words: str
    answer: _Answer
    within: ProductQuerySet
    exact_pk: int | None = None

    @property
    def correction(self) -> str | None:
        """What was probably meant, if that finds something."""
        return self.answer.correction

    @property
    def is_corrected(self) -> bool:
        """Nothing was found as typed: the products are those of the ``correction``."""
        return self.answer.is_corrected

    @property
    def is_partial(self) -> bool:
        """Nothing has all of the words: the products have some of them."""
        return self.answer.is_partial

    @property
    def is_empty(self) -> bool:
        return self.answer.count == 0 and self.exact_pk is None

    @property
    def are_all_ranked(self) -> bool:
        return self.answer.count <= RANKED

    @property
    def shape(self) -> Hashable:
        """What tells the statement of ``products`` from those of other finds within the same."""
        return repr(self.answer.question), self.is_empty, self.are_all_ranked, self.exact_pk

    @cached_property
    def matches(self) -> ProductQuerySet:
        """What answers, in no order: for counts and facets."""
        if self.is_empty:
            return self.within.none()
        answering = engine_of(self.within.db).answering(self.answer.question, self.exact_pk)
        return self.within.filter(pk__in=answering).order_by()

    @cached_property
    def products(self) -> ProductQuerySet:
        """What answers, with its ``rank``, the best first."""
        rank: Any = Value(0.0, output_field=FloatField())
        if not self.is_empty:
            engine = engine_of(self.within.db)
            rank = engine.rank(self.answer.question, F("pk"), is_all=self.are_all_ranked)
        if self.exact_pk is not None:
            first = When(pk=self.exact_pk, then=Value(OF_AN_EXACT_CODE))
            rank = Case(first, default=rank, output_field=FloatField())
        return self.matches.annotate(rank=rank).order_by(*BEST_FIRST)

    @cached_property
    def exact(self) -> Product | None:
        """The product, or the parent of the variant, with that SKU or EAN; one query if there is one."""
        if self.exact_pk is None:
            return None
        product: Product | None = self.matches.filter(pk=self.exact_pk).first()
        return product


class SuggestedProduct(NamedTuple):
    """A product of the suggestions. Prices as in :class:`Product`."""

    pk: int
    name: str
    slug: str
    brand: str
    price_low: Decimal
    price_high: Decimal
    is_available: bool


class SuggestedShelf(NamedTuple):
    """A category or a brand of the suggestions."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What somebody who is still typing may mean; plain data."""

    products: tuple[SuggestedProduct, ...] = ()
    categories: tuple[SuggestedShelf, ...] = ()
    brands: tuple[SuggestedShelf, ...] = ()
    corrections: tuple[str, ...] = ()


def find(typed: str, *, within: ProductQuerySet) -> Found:
    """Find the products of ``within`` that ``typed`` asks for, the best first.

    All words first; where that finds fewer than three, words that begin so; where that finds nothing, the
    words that were probably meant; then most of the words, then some. Whether something was found is decided
    in all of the shop, not in ``within``: a filter makes no word wrong. Takes any text; one query where the
    words are found as typed, which is remembered for a minute, at most three otherwise, none without words.
    """
    asked = words.read(typed)
    if not asked.words:
        return Found(asked.text, NO_ANSWER, within)
    engine = engine_of(within.db)
    questions = [asked.all(), asked.beginnings(), *asked.each()]
    found, exact = caching.remember(
        "catalog",
        f"counts:{asked.text}",
        lambda: engine.counts(questions, most=RANKED + 1, code=asked.code, using=within.db),
        seconds=COUNTS_SECONDS,
    )
    if found[0] >= ENOUGH or exact is not None:
        answer = _Answer(questions[0], found[0])
    else:
        answer = _nearly(asked, found[1], found[2:], within.db)
    return Found(asked.text, answer, within, exact)


def suggest(typed: str, *, limit: int = 6) -> Suggestions:
    """Suggest at most ``limit`` each of products, categories and brands for text that is still being typed.

    Its last word stands for all that begin with it. Two queries (one while categories and brands are
    remembered), and one for corrections where no product is found: at most three.
    """
    asked = words.read(typed)
    if len(asked.code) < 2:
        return Suggestions()
    within, question = Product.objects.active().listed(), asked.unfinished()
    engine = engine_of(within.db)
    some = within.filter(pk__in=engine.candidates(question))
    some = some.annotate(rank=engine.rank(question, F("pk"), is_all=True)).order_by(*BEST_FIRST)
    columns = ("pk", "name", "slug", "brand__name", "price_low", "price_high", "is_available")
    products = some.values_list(*columns)[:limit]
    suggested = tuple(SuggestedProduct(*row) for row in products)
    language = translation.get_language() or settings.LANGUAGE_CODE
    shelves = caching.remember(
        "catalog", f"search:shelves:{language}", lambda: _shelves(language), seconds=SHELVES_SECONDS
    )
    corrections: tuple[str, ...] = ()
    if not suggested:
        better = _corrected(asked, set(asked.places), within.db)
        corrections = (better.text,) if better else ()
    categories, brands = (_named(shelf, asked, limit) for shelf in shelves)
    return Suggestions(suggested, categories, brands, corrections)


def engine_of(using: str) -> ModuleType:
    """Return the module that searches in that database."""
    return ENGINES[connections[using].vendor]


def _nearly(asked: Words, beginning: int, each: Sequence[int], using: str) -> _Answer:
    """Return the best answer there is when too few products have all the words; two queries at most.

    ``beginning`` is how many have words that begin so, ``each`` how many have the one or the other chunk.
    """
    rare = {
        place for chunk, count in zip(asked.chunks, each, strict=True) if count < COMMON for place in chunk
    }
    better = _corrected(asked, rare, using)
    if beginning and not better:
        return _Answer(asked.beginnings(), beginning)
    spelled = better or asked
    whole = [spelled.all(), spelled.beginnings()] if better else [words.NOTHING] * 2
    partial = _partly(asked, spelled, each)
    questions = [*whole, *partial]
    found, _ = engine_of(using).counts(questions, most=RANKED + 1, code="", using=using)
    correction = better.text if better and found[1] > beginning else None
    if beginning:
        return _Answer(asked.beginnings(), beginning, correction)
    if correction:
        which = 0 if found[0] >= ENOUGH else 1
        return _Answer(questions[which], found[which], correction, is_corrected=True)
    for question, count in zip(partial, found[2:], strict=True):
        if count:
            return _Answer(question, count, is_partial=True)
    return NO_ANSWER


def _partly(asked: Words, spelled: Words, each: Sequence[int]) -> list[Question]:
    """Return the questions for most of the words, then for fewer; of the rarest ones, which say the most."""
    chunks = zip(spelled.each(), spelled.apart(), asked.each(), each, strict=False)
    known = [(count, now, apart) for now, apart, before, count in chunks if count or now != before]
    rarest = sorted(known, key=lambda one: one[0])[:MOST_PARTS]
    parts = [part for _, part, _ in rarest]
    beginnings = [apart for _, _, apart in rarest] or spelled.apart()[:MOST_PARTS]
    most = [words.some_of(parts, count) for count in dict.fromkeys((len(parts), len(parts) - 1))]
    return [*most, *(words.some_of(beginnings, count) for count in (2, 1))]


def _corrected(asked: Words, places: Collection[int], using: str) -> Words | None:
    """Return what was probably meant by the words at ``places``, if they are others; one query at most."""
    doubtful = {
        words.plain(asked.words[place]): asked.words[place]
        for place in places
        if spelling.can_be_wrong(asked.words[place])
    }
    if not doubtful:
        return None
    close = engine_of(using).close_words(list(doubtful), using=using)
    best = {word: spelling.best(plain, close[plain]) for plain, word in doubtful.items()}
    better = {word: meant for word, meant in best.items() if meant != words.plain(word)}
    return spelling.corrected(asked, better) if better else None


def _shelves(language: str) -> list[list[list[str]]]:
    """Return categories, and brands with something to sell: name, slug, what finds them; one query.

    A category is shown by its name in ``language``, and found by its own as well.
    """
    listed = Product.objects.active().listed().filter(brand=OuterRef("pk"))
    brands = Brand.objects.active().filter(Exists(listed)).order_by()
    categories = Category.objects.active().without_tree_fields().order_by()
    translated = Coalesce(KT(f"translations__{language}__name"), "name", output_field=TextField())
    both = (
        categories.annotate(of=Value("category"), shown=translated)
        .values_list("of", "name", "slug", "shown")
        .union(
            brands.annotate(of=Value("brand"), shown=F("name")).values_list("of", "name", "slug", "shown"),
            all=True,
        )
    )
    shelves: dict[str, list[list[str]]] = {"category": [], "brand": []}
    for of, name, slug, shown in both[:MAX_SHELVES]:
        shelves[of].append([shown or name, slug, words.plain(f"{shown} {name}")])
    return [sorted(shelf, key=lambda entry: (len(entry[0]), entry[0])) for shelf in shelves.values()]


def _named(shelves: Sequence[Sequence[str]], asked: Words, limit: int) -> tuple[SuggestedShelf, ...]:
    """Return the shelves in whose names every word begins a word, shortest names first."""
    wanted = [words.plain(word) for word in asked.telling]
    found = []
    for name, slug, plain in shelves:
        has = words.split(plain)
        if all(any(word.startswith(start) for word in has) for start in wanted):
            found.append(SuggestedShelf(name, slug))
    return tuple(found[:limit])
