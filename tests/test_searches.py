"""What is searched: counted once, whoever answers, and never what could be about somebody."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from dbProject.behavior import counting, searching, services
from dbProject.behavior.models import SearchCount
from dbProject.behavior.services import Batch
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.integration
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def visitor(client):
    client.defaults["HTTP_USER_AGENT"] = BROWSER
    return client


def counted():
    """Return (words, whether anything was found) -> times, as it is in the table."""
    counting.write()
    return {(row.words, row.has_results): row.count for row in SearchCount.objects.all()}


@pytest.mark.django_db
def test_a_search_counts_with_whether_it_found_anything(visitor):
    ProductFactory(name="Walnut tray")

    for address in ("/search/?q=Walnut++TRAY", "/products/?q=walnut tray", "/search/?q=qqzzqq"):
        answer = visitor.get(address)
        assert searching.HEADER not in answer.headers

    assert counted() == {("walnut tray", True): 2, ("qqzzqq", False): 1}


@pytest.mark.django_db
def test_turning_a_page_or_narrowing_what_was_found_is_the_same_search(visitor):
    ProductFactory.create_batch(30)
    for more in ("&page=2", "&in_stock=on", "&sort=price_asc"):
        visitor.get(f"/search/?q=product{more}")
    for address in ("/search/?q=", "/products/", "/search/suggest/?q=product"):
        visitor.get(address)

    assert counted() == {}


@pytest.mark.django_db
def test_a_search_that_is_answered_from_memory_counts_too(visitor, settings, django_assert_num_queries):
    settings.SHARED_PAGE_SECONDS = settings.MEMORY_CACHE_SECONDS = 60
    visitor.get("/search/?q=qqzzqq")

    with django_assert_num_queries(0):
        answer = visitor.get("/search/?q=qqzzqq")

    assert answer["Cache-Status"] == "shop; hit"
    assert searching.HEADER not in answer.headers
    assert counted() == {("qqzzqq", False): 2}


@pytest.mark.django_db
def test_programs_do_not_count(client):
    client.get("/search/?q=mug", headers={"User-Agent": "Googlebot/2.1"})

    assert counted() == {}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Walnut\tTRAY ", "walnut tray"),
        ("ada.lovelace@example.com", ""),
        ("order of ada@example.com mug", "order of mug"),
        ("0171 234 56 78", ""),
        ("(030) 901820 lamp", "lamp"),
        ("ORD-20261127-ABCDEF", "ord- -abcdef"),
        ("4006381333931", ""),
        ("Torstraße 12 Berlin", "berlin"),
        ("Lindenstr. 7a", ""),
        ("12 high street", ""),
        ("https://example.com/?token=abc tent", "tent"),
        ("www.example.com", ""),
        ("500 ml mug", "500 ml mug"),
        ("a5 notebook 2026", "a5 notebook 2026"),
        ("<b>usb-c</b>", "b usb-c /b"),
        ("\x00\x00", ""),
        ("x" * 200, "x" * 80),
    ],
)
def test_nothing_is_kept_that_looks_like_somebody(typed, kept):
    assert searching.words(typed) == kept


@pytest.mark.django_db
def test_whoever_makes_up_words_makes_no_more_rows_than_a_day_may_have(monkeypatch):
    monkeypatch.setattr(services, "MOST_SEARCHES", 3)
    today = timezone.now().date()

    for words in ("ab", "cdef", "a"):
        services.write(Batch(Counter(), Counter(), Counter({(today, one, True): 1 for one in words})))

    assert counted() == {("a", True): 2, ("b", True): 1, ("c", True): 1}


@pytest.mark.django_db
def test_old_searches_are_let_go(settings):
    today = timezone.now().date()
    for day in (today, today - settings.BEHAVIOR_AGE - timedelta(days=1)):
        SearchCount.objects.create(day=day, words="mug", has_results=True, count=1)

    services.tidy()

    assert [row.day for row in SearchCount.objects.all()] == [today]
