"""What goes with what: computed of what was sold and seen, put in place of the old, and tried."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dbProject.behavior.models import CoView
from orders import tasks
from orders.analytics import engine, errors
from orders.services.analytics import recommendations
from orders.tests.lines import line, write
from products.models import Product, Recommendation
from products.services import catalog
from products.services import recommendations as stored
from products.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


@pytest.fixture(autouse=True)
def lines(settings, tmp_path, monkeypatch):
    """Compute in this process; return where order lines lie."""

    class Here:
        def __enter__(self):
            return None

        def __exit__(self, *_):
            return None

    settings.ANALYTICS_DIR = tmp_path
    monkeypatch.setattr(engine, "client", Here)
    return tmp_path / "lines"


def sell(lines, *held, day=TODAY - timedelta(days=20), times=5):
    write(
        lines,
        day,
        [
            line(f"{day}-{n}-{time}", product.pk, category=product.category_id)
            for time in range(times)
            for n, products in enumerate(held)
            for product in products
        ],
    )


def told(kind):
    """Return subject -> the primary keys that are recommended, without the row of the whole shop."""
    rows = Recommendation.objects.filter(kind=kind).exclude(subject=0)
    return {row.subject: [pk for pk, _score in row.products] for row in rows}


def test_what_is_bought_together_is_told_of_what_is_listed_a_variant_as_its_parent(lines):
    pot, lid, gone, shirt, other = ProductFactory.create_batch(5)
    catalog.update_product(gone, changes={"is_active": False})
    red = ProductFactory(kind=Product.Kind.VARIANT, parent=shirt, category=shirt.category)
    sell(lines, [pot, lid, gone], [red, other], [pot], [lid], [gone])

    assert recommendations.refresh(["together"]) == {"together": 4}
    assert told("together") == {
        pot.pk: [lid.pk], lid.pk: [pot.pk], shirt.pk: [other.pk], other.pk: [shirt.pk],
    }  # fmt: skip


def test_the_last_days_that_have_sales_are_learned_from_however_long_ago(lines, monkeypatch):
    monkeypatch.setattr(recommendations, "LEARNED_FROM", 2)
    pot, lid, other = ProductFactory.create_batch(3)
    past = date(2011, 5, 31)
    for day in (past, past - timedelta(days=7)):
        sell(lines, [pot, lid], [other], [other], day=day)
    sell(lines, [pot, other], day=past - timedelta(days=8), times=50)  # the third last

    recommendations.refresh(["together"])

    assert told("together") == {pot.pk: [lid.pk], lid.pk: [pot.pk]}


def test_what_is_seen_together_is_told_whichever_came_first():
    first, second, third, rare = ProductFactory.create_batch(4)
    old = TODAY - recommendations.SEEN_FROM - timedelta(days=1)
    for day, one, other, count in (
        (TODAY, first, second, 3), (TODAY - timedelta(days=1), second, first, 3), (TODAY, third, rare, 4),
        (old, third, rare, 9),
    ):  # fmt: skip
        CoView.objects.create(day=day, product=one.pk, other=other.pk, count=count)
    CoView.objects.create(day=TODAY, product=third.pk, other=987_654, count=20)

    assert recommendations.refresh(["viewed"]) == {"viewed": 2}
    assert told("viewed") == {first.pk: [second.pk], second.pk: [first.pk]}


def test_nothing_seen_puts_nothing_in_place():
    assert recommendations.refresh(["viewed"]) == {"viewed": 0}


def test_what_is_in_demand_is_told_of_its_category_all_above_and_the_shop(lines):
    kitchen, desk = CategoryFactory(), CategoryFactory()
    knives = CategoryFactory(parent=kitchen)
    knife, pot, lamp, hidden = (ProductFactory(category=shelf) for shelf in (knives, kitchen, desk, desk))
    catalog.update_product(hidden, changes={"is_active": False})
    sell(lines, [knife], day=TODAY - timedelta(days=1), times=9)
    sell(lines, [pot], [hidden], day=TODAY - timedelta(days=2), times=6)
    sell(lines, [lamp], day=TODAY - timedelta(days=40), times=9)

    assert recommendations.refresh(["trending"]) == {"trending": 2}
    assert told("trending") == {knives.pk: [knife.pk], kitchen.pk: [knife.pk, pot.pk]}
    whole = Recommendation.objects.get(kind="trending", subject=0)
    assert [pk for pk, _score in whole.products] == [knife.pk, pot.pk]


def test_what_fails_leaves_the_old_ones(lines):
    stored.replace(Recommendation.Kind.TOGETHER, {1: [(2, 1.0)]})
    sell(lines, ProductFactory.create_batch(2))
    (file,) = lines.glob("*/*.parquet")
    file.write_bytes(b"broken")

    with pytest.raises(OSError, match="part-00000"):
        recommendations.refresh()

    assert told("together") == {1: [2]}


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.django_db(transaction=True)  # a cluster may take longer to start than a transaction may wait
def test_a_damaged_file_is_named_by_a_worker_and_written_anew_by_the_next_export(lines, monkeypatch):
    monkeypatch.undo()
    stored.replace(Recommendation.Kind.TOGETHER, {1: [(2, 1.0)]})
    sell(lines, ProductFactory.create_batch(2))
    (file,) = lines.glob("*/*.parquet")
    file.write_bytes(b"broken")

    with pytest.raises(CommandError, match="part-00000"):
        call_command("refresh_recommendations", "--kind", "together")

    assert told("together") == {1: [2]}
    assert not file.exists()


def test_the_clock_says_nothing_where_nothing_can_be_computed(monkeypatch, caplog):
    monkeypatch.setattr(engine, "is_installed", lambda: False)
    tasks.refresh_recommendations(kind="together")
    monkeypatch.undo()
    tasks.refresh_recommendations(kind="trending", from_a_newer_release=True)

    assert caplog.records == []
    assert not Recommendation.objects.exists()


def test_the_clock_refreshes_each_kind(settings, lines):
    pot, lid, spoon = ProductFactory.create_batch(3)
    sell(lines, [pot, lid], [spoon], day=TODAY - timedelta(days=1), times=8)
    kinds = [
        entry["kwargs"]["kind"]
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "orders.tasks.refresh_recommendations"
    ]

    for kind in kinds:
        tasks.refresh_recommendations(kind=kind)

    assert sorted(kinds) == sorted(Recommendation.Kind.values)
    assert Recommendation.objects.filter(subject=0).count() == 3
    assert told("together")[pot.pk] == [lid.pk]


def test_the_command_says_how_much_it_found_or_what_is_missing(lines, capsys):
    with pytest.raises(CommandError, match="export_orders"):
        call_command("refresh_recommendations")

    sell(lines, ProductFactory.create_batch(2), [ProductFactory()])
    call_command("refresh_recommendations", "--kind", "together", "--kind", "trending")

    assert capsys.readouterr().out.split("\n")[:2] == [
        "together         2 products", "trending         0 categories",
    ]  # fmt: skip


def test_the_command_prints_what_came_of_a_trial(lines, capsys):
    pot, lid, single = ProductFactory.create_batch(3)
    for day in (date(2026, 3, 20), date(2026, 4, 20), date(2026, 4, 30)):
        sell(lines, [pot, lid], [single], day=day)

    call_command("evaluate_recommendations", "--until", "2026-05-01")

    said = capsys.readouterr().out
    assert "Learned from 10 baskets before 2026-04-01." in said
    assert "Tried on 10 baskets of two products or more, from 2026-04-01 to before 2026-05-01." in said
    assert "2 of 3 products have neighbors (66.7 %); none is a neighbor of more than 1." in said
    (row,) = [words for words in said.splitlines() if "bought together" in words]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "bought together",
        "10",
        "100.0 %",
        "66.7 %",
    ]
    with pytest.raises(CommandError):
        call_command("evaluate_recommendations", "--months", "0")


def test_a_shop_without_the_packages_says_how_to_get_them(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(engine, "is_installed", lambda: False)
    Path(recommendations._lines()).mkdir(parents=True, exist_ok=True)

    with pytest.raises(errors.NotInstalled):
        recommendations.refresh(["together"])


def test_no_module_of_the_web_loads_what_only_workers_compute_with():
    code = (
        "import django; django.setup(); import orders.tasks, orders.urls, dbProject.urls, sys;"
        "print([one for one in ('dask', 'distributed', 'pandas', 'pyarrow', 'numpy') if one in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 -- ours

    assert answer.stdout.strip().splitlines()[-1] == "[]"
