"""The page on the five problems: who sees it, and that its figures are measured and right."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.db.models import Sum

from benchmarks import analytics, results
from dbProject import views
from dbProject.architecture import (
    answers,
    computing,
    dependencies,
    drawing,
    imports,
    problems,
    recorded,
    serving,
)
from dbProject.celery import app
from dbProject.views import MEASURES
from orders.analytics import dataset, engine, facts
from orders.analytics import trial as trial_of_dask
from orders.carriers import trial
from orders.models import OrderItem
from orders.selectors import line_sums
from orders.tests.factories import OrderFactory, OrderItemFactory
from products.models import Product
from users.tests.factories import UserFactory

FEW = 2_000
AMOUNTS = ("unit_price", "total_price", "net_amount", "gross_amount")


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(is_staff=True))
    return client


@pytest.mark.django_db
def test_staff_see_five_problems_each_with_a_way_to_measure_it(staff):
    page = staff.get("/architecture/").content.decode()

    assert [problem.slug for problem in problems.PROBLEMS] == list(MEASURES)
    for slug in MEASURES:
        assert f'action="/architecture/{slug}/#{slug}"' in page
    assert 'class="figures"' not in page


@pytest.mark.django_db
def test_staff_show_a_second_factor_first_where_they_need_one(staff, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True

    for path in ("/architecture/", "/architecture/read/pyproject.toml"):
        assert staff.get(path).headers["Location"] == "/account/security/"
    assert staff.post("/architecture/monolith/").headers["Location"] == "/account/security/"


@pytest.mark.django_db
def test_whoever_measures_while_another_does_waits_and_is_told(staff, monkeypatch):
    monkeypatch.setattr(views, "MEASURING_SECONDS", 0.01)

    with views._measuring:
        assert staff.post("/architecture/monolith/").status_code == 503
    assert staff.post("/architecture/monolith/").status_code == 200


@pytest.mark.django_db
def test_a_file_that_is_not_here_is_named_and_not_linked(staff, monkeypatch, tmp_path, settings):
    settings.BASE_DIR = tmp_path

    page = staff.get("/architecture/").content.decode()

    assert "docs/architecture.md" in page
    assert "/architecture/read/" not in page
    assert staff.get("/architecture/read/pyproject.toml").status_code == 404


@pytest.mark.django_db
def test_everybody_sees_it_in_development_and_only_staff_elsewhere(client, settings):
    assert client.get("/architecture/").status_code == 404
    settings.DEBUG = True
    assert client.get("/architecture/").status_code == 200


@pytest.mark.django_db
def test_a_measured_answer_stands_under_its_problem(staff):
    page = staff.post("/architecture/monolith/").content.decode()

    before, _, after = page.partition('id="monolith"')
    assert 'class="figures"' not in before
    assert 'class="figures"' in after.partition("</section>")[0]
    assert staff.post("/architecture/unknown/").status_code == 404


@pytest.mark.django_db
def test_each_file_it_leads_to_is_there_and_no_other_is_shown(staff):
    for path in problems.files():
        answer = staff.get(f"/architecture/read/{path}")
        assert answer.status_code == 200, path
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.content == (settings.BASE_DIR / path).read_bytes()
    for path in (".env", "dbProject/settings/base.py", "../main/shop", "docs/decisions/../../shop"):
        assert staff.get(f"/architecture/read/{path}").status_code == 404, path


def test_carriers_that_are_asked_together_cost_one_wait():
    taken = trial.compare(carriers=3, seconds=0.1)

    assert taken.one_after_another >= 0.3
    assert taken.together >= 0.1
    assert taken.together < taken.one_after_another


def test_each_way_of_computing_does_the_work():
    assert computing.burn(16) == 56
    assert min(computing.compare(rounds=FEW)) > 0


def test_no_import_leads_upward():
    found = imports.read()

    assert set(found.modules) == set(imports.LAYERS)
    assert found.imports["orders", "products"] > 0
    assert found.upward == 0


def test_an_import_that_leads_upward_is_counted(tmp_path):
    for app_name in ("dbProject", "orders", "products", "users"):
        (tmp_path / app_name).mkdir()
    (tmp_path / "users/views.py").write_text("from orders.models import Order\nimport json\n")

    found = imports.read(tmp_path)

    assert found.imports == {("users", "orders"): 1}
    assert found.upward == 1


def test_the_map_shows_every_layer_and_every_import_and_what_leads_upward():
    allowed, wrong = ("orders", "users"), ("users", "orders")
    drawn = drawing.draw(imports.Map({"orders": 3, "users": 2}, {allowed: 20, wrong: 1}))

    assert [(box.name, box.modules) for box in drawn.boxes] == [
        (name, {"orders": 3, "users": 2}.get(name, 0)) for name in imports.LAYERS
    ]
    found = {arc.words: arc for arc in drawn.arcs}
    assert not found["orders → users: 20"].is_wrong
    assert found["users → orders: 1"].is_wrong
    assert found["users → orders: 1"].width < found["orders → users: 20"].width
    assert 0 < found["users → orders: 1"].x < drawn.boxes[0].x
    assert drawn.boxes[0].x + drawn.box_width < found["orders → users: 20"].x < drawn.width


@pytest.mark.django_db
def test_the_map_is_drawn_on_the_page(staff):
    page = staff.post("/architecture/monolith/").content.decode()

    assert page.count('class="layers-box"') == len(imports.LAYERS)
    assert "layers-wrong" not in page


def test_what_runs_is_what_is_locked():
    lock = dependencies.lock()

    assert lock.versions["django"].startswith("5.2.")
    assert lock.hashes > len(lock.versions)
    assert lock.others == {}


def test_another_version_than_the_locked_one_is_named(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("django==1.0 \\\n    --hash=sha256:00\nnot-here==1.0 ; sys_platform == 'win32'\n")

    lock = dependencies.lock(path)

    assert list(lock.others) == ["django"]
    assert lock.hashes == 1


def test_a_lock_is_as_old_as_it_says_itself_wherever_its_file_was_copied_to(tmp_path, monkeypatch):
    path = tmp_path / "requirements.txt"
    path.write_text("#    uv pip compile --exclude-newer 2026-01-31 requirements.in -o requirements.txt\n")
    assert dependencies.lock(path).as_of == date(2026, 1, 31)
    path.write_text("#    uv pip compile requirements.in -o requirements.txt\n")
    assert dependencies.lock(path).as_of is None

    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    monkeypatch.setattr(dependencies, "known_holes", lambda: None)
    assert answers.locked().figures[-1] == ("Age of the lock", "unknown", "")


@pytest.mark.parametrize("kind", ["", "-cloud", "-analytics", "-dev"])
def test_each_lock_says_as_of_which_day_it_is(kind):
    assert dependencies.lock(settings.BASE_DIR / f"requirements{kind}.txt").as_of


def test_production_says_in_words_who_asks_what_is_known_against_its_packages(monkeypatch):
    monkeypatch.setattr(dependencies, "find_spec", lambda name: None)

    found = answers.locked()

    assert "./shop check" in found.conclusion
    assert "Production carries no auditor" in found.conclusion


EXPORTED = ("2026-11-26", "2026-11-27")


@pytest.fixture
def exported(settings, tmp_path):
    """Order lines of two days, as they are exported: 12.5 EUR and 2 GBP on each."""
    settings.ANALYTICS_DIR = tmp_path
    moment = datetime(2026, 11, 27, tzinfo=UTC)
    goods = facts.Line(moment, "EUR", "goods", "A", "u1", 1, "MUG", 1, 1, "DE", 1, 125_000, 0, 125_000, 0)
    for day in EXPORTED:
        rows = (goods, goods._replace(currency="GBP", amount=20_000))
        dataset.write(tmp_path, "lines", date.fromisoformat(day), rows)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # Postgres ends a transaction that waits as long as this takes
def test_dask_sums_all_that_was_exported_in_a_process_of_its_own(staff, exported, settings, monkeypatch):
    monkeypatch.setattr(trial_of_dask, "LONGEST_SECONDS", 120)
    monkeypatch.setenv("ANALYTICS_DIR", str(settings.ANALYTICS_DIR))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "dbProject.settings.local")

    page = staff.post("/architecture/big-data/").content.decode()

    assert "25.00\N{NO-BREAK SPACE}€, 4.00\N{NO-BREAK SPACE}£" in page
    assert "On Dask, in 2 processes" in page


@pytest.mark.django_db
def test_without_an_export_or_the_packages_the_page_says_what_to_do(staff, settings, tmp_path, monkeypatch):
    settings.ANALYTICS_DIR = tmp_path
    assert "manage.py refresh_analytics" in staff.post("/architecture/big-data/").content.decode()

    monkeypatch.setattr(engine, "find_spec", lambda _name: None)
    assert "requirements-analytics.txt" in staff.post("/architecture/big-data/").content.decode()


@pytest.fixture
def measured(settings, tmp_path, monkeypatch):
    """What the benchmark of analytics keeps of two sizes, of which pandas has held too much once."""
    folder = tmp_path / recorded.FOLDER
    folder.mkdir(parents=True)
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(results, "FOLDER", folder)
    costs = {
        size: {name: analytics.Cost(seconds, 2 * seconds, 1_234.4, {"day all": [1]})
               for name in (*analytics.OURS, "DuckDB")}
        | {"pandas": analytics.Cost(3.0, 3.0, 4_100.0, pandas)}
        for size, seconds, pandas in ((1_000, 10.04, {"day all": [1]}), (5_000, 53.21, None))
    }  # fmt: skip
    sizes = {1_000: (999, 70), 5_000: (4_995, 350)}
    told = analytics.told(costs, sizes, analytics.grown(costs), ["4,995 lines, Dask, 1 worker: 2,100 MB"])
    return results.write("analytics", told)


@pytest.mark.django_db
def test_what_the_benchmark_has_measured_stands_under_big_data_with_when_and_where(staff, measured):
    page = staff.get("/architecture/").content.decode()

    kept = json.loads(measured.read_text())
    table = page.partition('id="big-data-recorded"')[2].partition("</section>")[0]
    for told in (
        "./shop bench analytics",
        kept["machine"]["processor"],
        "dask 20",
        "999 lines",
        "4,995 lines",
    ):
        assert told in table
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table)
    assert {name: re.findall("<td>(.*?)</td>", cells) for name, cells in rows} == {
        **{
            name: ["10.0 s, 1,234 MB", "53.2 s, 1,234 MB", "5.30 \N{MULTIPLICATION SIGN}"]
            for name in analytics.OURS
        },
        "DuckDB": ["10.0 s, 1,234 MB", "53.2 s, 1,234 MB", ""],
        "pandas": ["3.0 s, 4,100 MB", "given up", ""],
    }
    assert "Its budget was missed: 4,995 lines, Dask, 1 worker: 2,100 MB." in table


@pytest.mark.django_db
def test_without_a_benchmark_that_was_run_no_table_stands_there(staff, settings, tmp_path):
    settings.BASE_DIR = tmp_path

    assert "big-data-recorded" not in staff.get("/architecture/").content.decode()


@pytest.mark.django_db
def test_every_way_of_summing_comes_to_the_same(monkeypatch):
    monkeypatch.setattr(line_sums, "CHUNK", 2)
    for _ in range(3):
        OrderItemFactory(order=OrderFactory())

    sums = line_sums.compare()

    assert sums.lines == OrderItem.objects.count() >= 3
    assert sums.total == OrderItem.objects.aggregate(total=Sum("gross_amount"))["total"] > 0


@pytest.mark.journey
@pytest.mark.unsound
@pytest.mark.django_db
def test_thousands_of_lines_sum_up_to_the_cent_on_either_database():
    line = OrderItemFactory(order=OrderFactory())
    products = Product.objects.bulk_create(
        _copy(line.product, sku=f"SUM-{number}", slug=f"sum-{number}") for number in range(4_000)
    )
    amounts = [Decimal(100 + number * 7919 % 29_989) / 100 for number in range(4_000)]
    OrderItem.objects.bulk_create(
        _copy(line, product_id=product.pk, quantity=1, **dict.fromkeys(AMOUNTS, amount))
        for product, amount in zip(products, amounts, strict=True)
    )

    sums = line_sums.compare()

    assert sums.lines == OrderItem.objects.count()
    assert sums.total == sum(OrderItem.objects.values_list("gross_amount", flat=True))


def _copy(row, **changes):
    columns = [column for column in row._meta.concrete_fields if not (column.primary_key or column.generated)]
    return type(row)(**{column.attname: getattr(row, column.attname) for column in columns} | changes)


@pytest.mark.django_db
def test_a_shop_without_orders_sums_nothing(staff):
    assert line_sums.compare()[:2] == (0, Decimal())
    assert staff.post("/architecture/big-data/").status_code == 200


@pytest.mark.django_db
def test_threads_and_the_event_loop_answer_requests():
    assert serving.by_threads(seconds=0.05) > 0
    assert serving.by_event_loop(seconds=0.05) > 0


@pytest.mark.django_db
def test_memory_is_read_faster_than_the_cache():
    levels = serving.levels()

    assert levels.memory < levels.cache
    assert levels.database > 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_answers_through_the_queue():
    with start_worker(app, perform_ping_check=False, pool="solo"):
        assert serving.through_the_queue() is not None


@pytest.mark.django_db
def test_without_a_worker_the_page_says_so(monkeypatch):
    monkeypatch.setattr(serving, "PATIENCE_SECONDS", 0.01)

    assert "no worker" in [figure.value for figure in answers.scalability().figures]
