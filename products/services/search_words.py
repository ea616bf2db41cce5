"""The words of the catalog, gathered for "did you mean"."""

from collections import Counter

from django.db import transaction

from products.models import Product, SearchWord
from products.search import spelling, words

TEXTS = ("name", "brand__name", "category__name")
LONGEST = 50
BATCH_SIZE = 5_000


def refresh() -> int:
    """Bring the words of the catalog up to date; return how many there are. Repeating it changes nothing.

    Reads the names of all that is listed: about 8 s for a million products.
    """
    counted: Counter[str] = Counter()
    listed = Product.objects.active().listed().order_by()
    for texts in listed.values_list(*TEXTS).iterator(chunk_size=BATCH_SIZE):
        found = set(words.split(words.plain(" ".join(texts))))
        counted.update(word for word in found if _is_worth_knowing(word))
    _write(counted)
    return len(counted)


def _is_worth_knowing(word: str) -> bool:
    return len(word) <= LONGEST and spelling.can_be_wrong(word) and word not in words.STOP_WORDS


@transaction.atomic
def _write(counted: Counter[str]) -> None:
    # One after the other: whoever waits writes what is newer.
    known = dict(SearchWord.objects.select_for_update().order_by("word").values_list("word", "products"))
    gone = known.keys() - counted.keys()
    SearchWord.objects.filter(word__in=gone).delete()
    changed = [
        SearchWord(word=word, products=count)
        for word, count in sorted(counted.items())
        if known.get(word) != count
    ]
    SearchWord.objects.bulk_create(
        changed, BATCH_SIZE, update_conflicts=True, unique_fields=["word"], update_fields=["products"]
    )
