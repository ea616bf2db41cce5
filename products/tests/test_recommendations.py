"""What stands beside a product: what goes with it, else what sells near it; and how it is replaced."""

from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from dbProject import caching
from products.models import Product, Recommendation
from products.services import catalog, recommendations, stock
from products.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
TOGETHER, VIEWED = Recommendation.Kind.TOGETHER, Recommendation.Kind.VIEWED


@pytest.fixture
def replace(django_capture_on_commit_callbacks):
    """Call it as the service, and have done what waits for the commit."""

    def replaced(kind, ranked):
        with django_capture_on_commit_callbacks(execute=True):
            recommendations.replace(kind, ranked)

    return replaced


def rows_of(client, product):
    """Return the kind of each row of a product's page, with the names in it."""
    page = client.get(product.get_absolute_url()).context["page"]
    return {row.kind: [one.name for one in row.products] for row in page.beside}


def named(*names, **fields):
    return [ProductFactory(name=name, **fields) for name in names]


def scored(*products):
    return [(product.pk, 1 / place) for place, product in enumerate(products, start=1)]


def test_what_is_bought_together_and_viewed_stands_beside_a_product_in_its_order(client, replace):
    shelf = CategoryFactory(name="Kitchen")
    pot, lid, ladle, spoon = named("Pot", "Lid", "Ladle", "Spoon", category=shelf)
    replace(TOGETHER, {pot.pk: scored(spoon, lid)})
    replace(VIEWED, {pot.pk: scored(lid, ladle, pot, spoon)})

    assert rows_of(client, pot) == {"together": ["Spoon", "Lid"], "popular": ["Ladle"]}
    replace(VIEWED, {pot.pk: scored(lid, ladle, *named("Bowl", "Pan"))})
    assert rows_of(client, pot) == {"together": ["Spoon", "Lid"], "viewed": ["Ladle", "Bowl", "Pan"]}

    html = client.get(pot.get_absolute_url()).content.decode()
    assert html.index("Often bought together") < html.index("Spoon") < html.index("Customers also viewed")
    assert "Popular in" not in html


def test_what_too_few_have_bought_shows_what_sells_in_its_category_and_says_so(client, replace):
    shelf = CategoryFactory(name="Kitchen")
    pot, slow, quick, out = named("Pot", "Slow", "Quick", "Out", category=shelf)
    named("Elsewhere")
    Product.objects.filter(pk=quick.pk).update(units_sold=9)
    Product.objects.filter(pk=out.pk).update(units_sold=99, stock_quantity=0, is_available=False)
    replace(TOGETHER, {pot.pk: scored(slow)})  # one makes no row

    assert rows_of(client, pot) == {"popular": ["Quick", "Slow", "Out"]}
    html = client.get(pot.get_absolute_url()).content.decode()
    assert "Popular in Kitchen" in html
    assert "Often bought together" not in html


def test_what_is_in_demand_in_the_category_comes_before_what_sells_as_ever(client, replace):
    shelf = CategoryFactory(name="Kitchen")
    pot, steady, risen, other = named("Pot", "Steady", "Risen", "Other", category=shelf)
    Product.objects.filter(pk=steady.pk).update(units_sold=9)
    replace(Recommendation.Kind.TRENDING, {shelf.pk: scored(risen, pot), other.pk: scored(other)})

    assert rows_of(client, pot) == {"popular": ["Risen", "Steady", "Other"]}


def test_what_is_sold_out_comes_last_and_what_is_not_listed_not_at_all(client, replace):
    pot, out, lid, hidden, spoon, shelved = named("Pot", "Out", "Lid", "Hidden", "Spoon", "Shelved")
    stock.adjust(out, change=-out.stock_quantity, reason="Broken")
    catalog.update_product(hidden, changes={"is_active": False})
    shelved.category.is_active = False
    shelved.category.save()
    replace(TOGETHER, {pot.pk: scored(out, hidden, shelved, lid, spoon)})

    assert rows_of(client, pot) == {"together": ["Lid", "Spoon", "Out"]}


def test_the_next_visitor_reads_what_was_put_in_place_and_a_warm_page_asks_for_nothing(
    client, replace, settings, django_assert_num_queries
):
    settings.SHARED_PAGE_SECONDS = settings.MEMORY_CACHE_SECONDS = 60
    pot, lid, spoon, ladle = named("Pot", "Lid", "Spoon", "Ladle")
    replace(TOGETHER, {pot.pk: scored(lid, spoon)})
    assert rows_of(client, pot) == {"together": ["Lid", "Spoon"]}
    with django_assert_num_queries(0):
        assert "Lid" in client.get(pot.get_absolute_url()).content.decode()

    replace(TOGETHER, {pot.pk: scored(ladle, spoon)})

    assert rows_of(client, pot) == {"together": ["Ladle", "Spoon"]}


def test_a_kind_is_replaced_whole_and_no_other():
    recommendations.replace(TOGETHER, {1: [(2, 0.5)], 2: [(1, 0.123456789)]})
    recommendations.replace(VIEWED, {1: [(3, 7)]})

    assert recommendations.replace(TOGETHER, {0: [(5, 1.0)], 4: [(1, 1.0)]}) == 1

    kept = Recommendation.objects.order_by("kind", "subject").values_list("kind", "subject", "products")
    assert list(kept) == [
        ("together", 0, [[5, 1.0]]),
        ("together", 4, [[1, 1.0]]),
        ("viewed", 0, []),
        ("viewed", 1, [[3, 7.0]]),
    ]


def test_what_ends_half_way_leaves_the_old_ones(monkeypatch):
    recommendations.replace(TOGETHER, {1: [(2, 1.0)]})
    before = list(Recommendation.objects.order_by("subject").values())

    def killed(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(caching, "forget", killed)
    with pytest.raises(KeyboardInterrupt):
        recommendations.replace(TOGETHER, {3: [(4, 1.0)]})

    assert list(Recommendation.objects.order_by("subject").values()) == before


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_two_that_replace_at_once_end_whole():
    sets = [{pk: [(pk + place, 1.0)] for pk in range(1 + place, 300, 2)} for place in range(2)]
    ready = Barrier(2)

    def replace(ranked):
        ready.wait()
        for _ in range(3):
            recommendations.replace(TOGETHER, ranked)
        connection.close()

    threads = [Thread(target=replace, args=[ranked]) for ranked in sets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = Recommendation.objects.exclude(subject=0).values_list("subject", flat=True)
    assert set(found) in [set(ranked) for ranked in sets]


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_the_old_ones_are_read_until_the_new_ones_are_there(client, monkeypatch):
    pot, lid, spoon, ladle = named("Pot", "Lid", "Spoon", "Ladle")
    recommendations.replace(TOGETHER, {pot.pk: scored(lid, spoon)})
    written, go_on = Event(), Event()
    forget = caching.forget

    def wait(*groups):
        written.set()
        assert go_on.wait(20)
        forget(*groups)

    def replace():
        recommendations.replace(TOGETHER, {pot.pk: scored(ladle, spoon)})
        connection.close()

    with monkeypatch.context() as slow:
        slow.setattr(recommendations.caching, "forget", wait)
        thread = Thread(target=replace)
        thread.start()
        assert written.wait(20)
        assert rows_of(client, pot) == {"together": ["Lid", "Spoon"]}
        go_on.set()
        thread.join()

    assert rows_of(client, pot) == {"together": ["Ladle", "Spoon"]}
