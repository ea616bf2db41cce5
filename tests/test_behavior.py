"""What people do in the shop: what is counted, of whom nothing, and how staff see it."""

import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.utils import timezone

from dbProject import batches
from dbProject.behavior import counting, selectors, services, sources
from dbProject.behavior.models import BehaviorCount, CoView, ProductView
from dbProject.behavior.services import Batch
from orders.models import Order
from orders.tests.factories import MethodFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.integration
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OWN = {"Sec-Fetch-Site": "same-origin"}
FUNNEL = "/admin/behavior/behaviorcount/funnel/"


@pytest.fixture
def visitor(client):
    client.defaults["HTTP_USER_AGENT"] = BROWSER
    return client


def counted():
    """Return (step, source) -> times, as it is in the table."""
    counting.write()
    return {(row.step, row.source): row.count for row in BehaviorCount.objects.all()}


@pytest.mark.django_db
def test_a_product_that_is_seen_counts_for_its_day_its_source_and_itself(visitor):
    product = ProductFactory()
    for _ in range(2):
        visitor.get(
            f"/products/{product.slug}/", headers={"Referer": "https://www.example.org/tests?q=secret"}
        )
    visitor.get(f"/products/{product.slug}/?utm_source=Newsletter")

    assert counted() == {("view", "example.org"): 2, ("view", "newsletter"): 1}
    view = ProductView.objects.get()
    assert (view.product, view.day, view.count) == (product.pk, timezone.now().date(), 3)


@pytest.mark.django_db
def test_a_page_from_memory_counts_too_and_asks_the_database_for_nothing(
    visitor, settings, django_assert_num_queries
):
    settings.SHARED_PAGE_SECONDS = settings.MEMORY_CACHE_SECONDS = 60
    product = ProductFactory()
    visitor.get(f"/products/{product.slug}/")

    with django_assert_num_queries(0):
        page = visitor.get(f"/products/{product.slug}/")
        visitor.get(f"/products/{product.slug}/", headers={"If-None-Match": page["ETag"]})

    assert page["Cache-Status"] == "shop; hit"
    assert counted() == {("view", "direct"): 3}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "curl/8.5.0"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
    ],
)
@pytest.mark.django_db
def test_programs_and_what_is_fetched_ahead_are_not_counted(visitor, headers):
    product = ProductFactory()

    visitor.get(f"/products/{product.slug}/", headers=headers)

    assert counted() == {}


@pytest.mark.django_db
def test_what_is_not_there_is_not_seen(visitor):
    visitor.get("/products/nothing/")
    visitor.get("/")
    visitor.head(f"/products/{ProductFactory().slug}/")

    assert counted() == {}


@pytest.mark.parametrize(
    ("address", "before", "source"),
    [
        ("/", "", "direct"),
        ("/?utm_source=News_Letter-7", "https://a.example/", "news_letter-7"),
        ("/?utm_source=<script>", "https://a.example/", "a.example"),
        ("/?utm_source=" + "x" * 500, "", "x" * 60),
        ("/", "https://WWW.Example.com:8443/a?b#c", "example.com"),
        ("/", "https://robin:secret@example.com/", "example.com"),
        ("/", "android-app://com.example.reader/", "com.example.reader"),
        ("/", "https://testserver/products/", "direct"),
        ("/", "https://testserver/products/?utm_source=news", "news"),
        ("/", "https://[broken", "direct"),
        ("/", "nonsense \x00", "direct"),
    ],
)
def test_a_source_is_one_short_word(rf, address, before, source):
    request = rf.get(address, headers={"Referer": before, "Host": "testserver"})

    assert sources.source_of(request) == source


def buy(visitor):
    page = visitor.get("/checkout/")
    form = page.context["form"]
    address = {"name": "Robin", "street": "Torstr. 1", "city": "Berlin", "zip_code": "10119", "country": "DE"}
    sent = {
        **address,
        "email": "robin@example.com",
        "idempotency_key": form["idempotency_key"].value(),
        "total_seen": form["total_seen"].value(),
        "shipping_method": form["shipping_method"].value(),
    }
    return [visitor.post("/checkout/", sent).status_code for _click in range(2)]


@pytest.mark.django_db(transaction=True)
def test_a_purchase_is_one_step_of_each_kind_from_where_it_began(visitor):
    MethodFactory()
    product = ProductFactory(stock_quantity=5)
    page = f"https://testserver/products/{product.slug}/?utm_source=news"
    visitor.get(f"/products/{product.slug}/?utm_source=news")
    visitor.post("/cart/add/", {"product_id": product.pk, "quantity": 2}, headers={**OWN, "Referer": page})

    buy(visitor)

    assert Order.objects.count() == 1
    assert counted() == {
        ("view", "news"): 1, ("cart", "news"): 1, ("checkout", "news"): 1, ("bought", "news"): 1,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_was_refused_is_no_step(visitor):
    sold_out = ProductFactory(stock_quantity=0)

    visitor.post("/cart/add/", {"product_id": sold_out.pk, "quantity": 1}, headers=OWN)
    visitor.get("/checkout/")

    assert counted() == {}


def batch(source="direct", *, times=1, slug=""):
    today = timezone.now().date()
    steps = Counter({(today, "view", source): times})
    return Batch(steps, Counter({(today, slug): times}) if slug else Counter())


@pytest.mark.django_db
def test_batches_add_up_in_five_queries(django_assert_num_queries):
    product = ProductFactory()
    services.write(batch(times=3, slug=product.slug))

    with django_assert_num_queries(6):  # of which two open and close the transaction
        services.write(batch(times=4, slug=product.slug))

    assert BehaviorCount.objects.get().count == 7
    assert ProductView.objects.get().count == 7


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_lose_nothing():
    products = ProductFactory.create_batch(5)
    ready = Barrier(4)

    def write():
        today = timezone.now().date()
        ready.wait()
        for number in range(10):
            order = products if number % 2 else products[::-1]
            steps = Counter({(today, "view", product.sku.lower()): 1 for product in order})
            pairs = Counter({(today, product.pk, products[0].pk): 1 for product in order[1:]})
            views = Counter({(today, product.slug): 1 for product in order})
            services.write(Batch(steps, views, pairs=pairs))
        connection.close()

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {row.count for row in BehaviorCount.objects.all()} == {40}
    assert {row.count for row in ProductView.objects.all()} == {40}
    assert sum(row.count for row in CoView.objects.all()) == 160


def look_at(visitor, *products, **headers):
    """Ask for the fragment of each product's page."""
    for product in products:
        visitor.get(f"/recently-viewed/?seen={product.pk}", headers=headers)


def pairs():
    """Return (product, the one after it) -> times, as it is in the table."""
    counting.write()
    return {(row.product, row.other): row.count for row in CoView.objects.all()}


@pytest.mark.django_db
def test_what_is_looked_at_after_something_else_counts_once_and_of_nobody(visitor):
    mug, bowl, pan = ProductFactory.create_batch(3)

    look_at(visitor, mug, bowl, mug, bowl, pan, pan)
    visitor.cookies.clear()
    look_at(visitor, mug, bowl)
    visitor.get("/recently-viewed/")

    assert pairs() == {(mug.pk, bowl.pk): 2, (bowl.pk, pan.pk): 1}
    assert {field.name for field in CoView._meta.fields} == {"id", "day", "product", "other", "count"}


@pytest.mark.django_db
def test_what_is_looked_at_in_another_visit_has_nothing_to_do_with_it(visitor):
    mug, bowl = ProductFactory.create_batch(2)
    look_at(visitor, mug)
    with freeze(timedelta(minutes=31)):
        look_at(visitor, bowl)

    assert pairs() == {}


@contextmanager
def freeze(later):
    """Have the clock of signatures say that it is so much later."""
    then = time.time() + later.total_seconds()
    with patch("django.core.signing.time.time", return_value=then):
        yield


@pytest.mark.django_db
def test_what_a_program_or_a_forger_says_was_seen_counts_for_nothing(visitor):
    mug, bowl = ProductFactory.create_batch(2)
    variant = ProductFactory(kind="variant", parent=mug, category=mug.category)

    look_at(visitor, mug, bowl, **{"User-Agent": "curl/8.5.0"})
    for seen in (mug.pk, 10**17, variant.pk, "-1", "x"):
        visitor.get(f"/recently-viewed/?seen={seen}")
    visitor.cookies["seen"] = f"{mug.pk}:forged:too"
    look_at(visitor, bowl)

    assert pairs() == {}


@pytest.mark.django_db
def test_what_a_process_holds_of_pairs_is_bounded(visitor, monkeypatch):
    monkeypatch.setattr(counting, "MOST_KEYS", 2)

    look_at(visitor, *ProductFactory.create_batch(5))

    assert len(pairs()) == 2


@pytest.mark.django_db
def test_what_could_not_be_written_is_written_the_next_time(visitor, monkeypatch):
    product = ProductFactory()
    visitor.get(f"/products/{product.slug}/")
    with monkeypatch.context() as away:
        away.setattr(services, "_add", _refuse)
        batches.write_all()
    visitor.get(f"/products/{product.slug}/")

    assert counted() == {("view", "direct"): 2}
    assert ProductView.objects.get().count == 2


def _refuse(*_args):
    raise OperationalError("gone")


@pytest.mark.django_db
def test_a_batch_of_which_nobody_knows_whether_it_was_committed_is_not_written_twice(visitor, monkeypatch):
    product = ProductFactory()
    visitor.get(f"/products/{product.slug}/")

    class LostAtTheEnd:
        def __enter__(self):
            return None

        def __exit__(self, *_):
            raise OperationalError("the connection is gone, and with it the answer")

    with monkeypatch.context() as away:
        away.setattr(services.transaction, "atomic", LostAtTheEnd)
        batches.write_all()
    counting.write()

    assert BehaviorCount.objects.get().count == 1


@pytest.mark.django_db
def test_sources_that_somebody_makes_up_are_bounded(monkeypatch):
    monkeypatch.setattr(services, "MOST_SOURCES", 3)
    for number in range(10):
        services.write(batch(f"made-up-{number}"))
    services.write(batch("made-up-0"))
    services.write(batch("direct"))

    assert counted() == {
        ("view", "made-up-0"): 2, ("view", "made-up-1"): 1, ("view", "made-up-2"): 1,
        ("view", "other"): 7, ("view", "direct"): 1,
    }  # fmt: skip


@pytest.mark.django_db
def test_old_counts_are_let_go_of():
    old = timezone.now().date() - configured.BEHAVIOR_AGE - timedelta(days=1)
    for day in (old, old + timedelta(days=1)):
        BehaviorCount.objects.create(day=day, step="view", source="direct", count=1)
        ProductView.objects.create(day=day, product=1, count=1)
        CoView.objects.create(day=day, product=1, other=2, count=1)

    assert (services.tidy(), services.tidy()) == (3, 0)
    kept = {kind.objects.get().day for kind in (BehaviorCount, ProductView, CoView)}
    assert kept == {old + timedelta(days=1)}


@pytest.mark.django_db
def test_staff_read_a_funnel_by_source_and_by_day(staff_client):
    today = timezone.now().date()
    for step, source, day, count in (
        ("view", "news", today, 200), ("cart", "news", today, 20), ("bought", "news", today, 5),
        ("view", "direct", today - timedelta(days=20), 50), ("view", "direct", today - timedelta(days=89), 1),
    ):  # fmt: skip
        BehaviorCount.objects.create(step=step, source=source, day=day, count=count)

    page = staff_client.get(FUNNEL)
    assert page.context["total"] == selectors.Funnel("", views=250, carts=20, bought=5)
    assert [name for name, _one in page.context["sources"]] == ["news", "Direct or unknown"]
    assert page.context["days"][0][1].bought == 5
    assert "2.5" in page.content.decode()
    assert staff_client.get(f"{FUNNEL}?days=7").context["total"].views == 200
    assert staff_client.get(f"{FUNNEL}?days=90").context["total"].views == 251
    assert staff_client.get(f"{FUNNEL}?source=direct").context["total"].views == 50
    assert staff_client.get(f"{FUNNEL}?source=nobody&days=1e9").context["total"].views == 250


@pytest.mark.django_db
def test_a_shop_that_nobody_looks_at_says_so(staff_client):
    assert "Nobody has looked at a product in this time yet." in staff_client.get(FUNNEL).content.decode()
