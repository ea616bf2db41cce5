"""Reports: each figure defined, sums exact, and as many queries for years as for days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone, translation

from orders.models import AnalysisResult, SalesRollup
from orders.selectors.reports import cells, goods, periods, registry, rollups
from orders.selectors.reports.periods import Period
from orders.selectors.reports.report import Takes
from orders.services.analytics import warming
from orders.tests import rollups as made
from orders.tests.asking import JANUARY, answer, ask
from products.tests.factories import BrandFactory, CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
REPORTS = registry.REPORTS.values()
# What every report says of itself


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_every_figure_has_one_sentence_that_defines_it_in_both_languages(report):
    for column in report.columns:
        for language in ("en", "de"):
            with translation.override(language):
                assert str(column.definition).endswith("."), column.name
                assert str(column.title)
        with translation.override("de"):
            german = str(column.definition)
        assert german != str(column.definition), column.name
    names = [column.name for column in report.columns]
    assert len(set(names)) == len(names)
    assert str(report.question).endswith("?")


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_a_report_is_drawn_from_columns_that_it_has(report):
    names = {column.name: column for column in report.columns}

    if report.picture:
        drawn = [*report.picture.values, *filter(None, [report.picture.before])]
        assert all(names[name].is_number for name in drawn)
        assert not names[report.picture.label].is_number
    is_compared = any(column.is_compared for column in report.columns)
    assert is_compared == (Takes.COMPARISON in report.takes)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
@pytest.mark.parametrize("before", [None, ("2025-12-01", "2025-12-31")])
def test_an_answer_without_any_sales_has_its_columns_and_no_error(report, before):
    table = report.answer(ask(before=before))

    assert {column.name for column in table.columns} <= {column.name for column in report.columns}
    assert any(column.is_compared for column in table.columns) == (
        before is not None and Takes.COMPARISON in report.takes
    )


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_years_cost_as_many_queries_as_days(report, django_assert_max_num_queries):
    product = ProductFactory()
    for key, dimension in (("", "all"), ("DE", "country"), (str(product.pk), "product"), ("new", "customer")):
        days = [
            (str(date(2024, 1, 1) + timedelta(days=n)), {"goods": 1, "units": 1}) for n in range(0, 700, 9)
        ]
        made.add(*days, dimension=dimension, key=key)

    for period in (("2025-01-05", "2025-01-07"), ("2024-01-02", "2025-12-30")):
        with django_assert_max_num_queries(6):
            report.answer(ask(*period, before=("2023-01-01", "2023-12-31"), grain="month"))


def test_two_years_are_read_from_the_rows_of_two_years_of_months_and_of_two_months_of_days():
    days = [(str(date(2024, 1, 1) + timedelta(days=n)), {"goods": 1}) for n in range(731)]
    made.add(*days)
    period = Period(date(2024, 1, 2), date(2025, 12, 30))

    rows = SalesRollup.objects.filter(periods.rows_of(period), dimension="all")

    assert rows.count() == 22 + 30 + 30
    assert rollups.total("EUR", period).goods == 729


def test_the_documentation_lists_every_report():
    text = (settings.BASE_DIR / "docs" / "analytics.md").read_text()

    assert [
        line.split(": ")[0] for line in text.splitlines() if line.startswith("- **") and "(`" in line
    ] == [f"- **{report.name}** (`{report.slug}`)" for report in REPORTS]
    assert all(str(report.question) in text for report in REPORTS)


# Sums of days and months


def test_revenue_is_goods_and_delivery_without_what_went_back():
    made.add(
        ("2026-01-01", {"goods": "100.10", "delivery": "4.90", "back": "20", "orders": 2, "units": 5}),
        ("2026-01-31", {"goods": "0.0001", "orders": 1, "units": 1}),
        ("2026-02-01", {"goods": "7000"}),
    )
    made.add(("2025-12-31", {"goods": "50"}))

    table = answer("revenue", before=("2025-12-01", "2025-12-31"), grain="week")

    assert table.total.values["revenue"] == Decimal("85.0001")
    assert (table.total.values["orders"], table.total.values["units"]) == (3, 6)
    assert table.total.values["average"] == Decimal("105.0001") / 3
    assert table.total.values["revenue_before"] == 50
    assert round(table.total.values["revenue_change"], 4) == Decimal("70.0002")
    assert table.rows[0].values["step"] == date(2025, 12, 29)
    assert [row.values["revenue"] for row in table.rows] == [Decimal(85), 0, 0, 0, Decimal("0.0001")]


def test_from_full_price_to_net_each_figure_follows_from_those_before():
    made.add(
        (
            "2026-01-09",
            {"listed": 120, "discount": 20, "goods": 100, "delivery": 5, "back": 10, "tax": 15},
        )
    )

    one = answer("gross-to-net", grain="month").total.values

    assert one["listed"] + one["discount"] == one["goods"] == 100
    assert one["goods"] + one["delivery"] + one["back"] == one["revenue"] == 95
    assert one["revenue"] - one["tax"] == one["net"] == 80


def test_countries_stand_by_revenue_and_one_that_sold_before_and_not_now_is_still_there():
    made.add(("2026-01-09", {"goods": 30, "orders": 1}), dimension="country", key="AT")
    made.add(("2026-01-09", {"goods": 70, "orders": 2}), dimension="country", key="DE")
    made.add(("2025-12-09", {"goods": 9, "orders": 1}), dimension="country", key="FR")
    made.add(("2026-01-09", {"goods": 1, "orders": 1}), dimension="country", key="DE", currency="GBP")

    table = answer("countries", before=("2025-12-01", "2025-12-31"))

    assert [(row.values["name"], row.values["revenue"]) for row in table.rows] == [
        ("Germany", 70), ("Austria", 30), ("France", 0),
    ]  # fmt: skip
    assert [row.values["share"] for row in table.rows] == [70, 30, 0]
    assert table.rows[2].values["revenue_change"] == -100
    assert table.total.values["orders"] == 3


def test_an_order_in_two_categories_is_not_counted_twice_in_all():
    first, second = CategoryFactory(name="Desk"), CategoryFactory(name="Trail")
    brand = BrandFactory(name="Alder")
    for category in (first, second):
        made.add(("2026-01-09", {"goods": 10, "orders": 1}), dimension="category", key=str(category.pk))
    made.add(("2026-01-09", {"goods": 20, "orders": 1}), dimension="brand", key=str(brand.pk))

    table = answer("categories")

    assert {row.values["name"] for row in table.rows} == {"Desk", "Trail"}
    assert (table.total.values["revenue"], table.total.values["orders"]) == (20, None)
    assert answer("brands").rows[0].values["name"] == "Alder"


def test_bestsellers_are_products_and_codes_of_the_past_but_no_fees():
    lamp = ProductFactory(name="Lamp", stock_quantity=3)
    made.add(("2026-01-09", {"goods": 50, "units": 2}), dimension="product", key=str(lamp.pk))
    made.add(("2026-01-09", {"goods": 90, "units": 9}), dimension="product", key="code:85123A")
    made.add(("2026-01-09", {"delivery": 500, "units": 1}), dimension="product", key="fee:POST")
    made.add(("2025-12-09", {"goods": 40, "units": 2}), dimension="product", key=str(lamp.pk))

    table = answer("bestsellers", before=("2025-12-01", "2025-12-31"))

    assert [(row.values["name"], row.values["units"], row.values["stock"]) for row in table.rows] == [
        ("85123A", 9, None), ("Lamp", 2, 3),
    ]  # fmt: skip
    assert table.rows[1].values["revenue_change"] == 25
    assert [row.key for row in table.rows] == ["", str(lamp.pk)]


def test_what_was_found_over_many_keys_is_remembered_until_the_sums_are_made_anew():
    pen, mug = ProductFactory(name="Pen"), ProductFactory(name="Mug")
    made.add(("2026-01-09", {"goods": 5, "units": 1}))
    made.add(("2026-01-09", {"goods": 5, "units": 1}), dimension="product", key=str(pen.pk))
    sums = AnalysisResult.objects.create(
        name=rollups.SUMS, rows=[], through=JANUARY.last, computed_at=timezone.now()
    )

    def names():
        return [row.values["name"] for row in answer("bestsellers").rows]

    assert names() == ["Pen"]
    made.add(("2026-01-09", {"goods": 9, "units": 1}), dimension="product", key=str(mug.pk))
    assert names() == ["Pen"]
    sums.computed_at += timedelta(hours=1)
    sums.save()
    assert names() == ["Mug", "Pen"]


def test_what_is_ready_is_shown_until_all_of_it_is_ready_anew(django_assert_num_queries):
    pen, mug = ProductFactory(name="Pen"), ProductFactory(name="Mug")
    sums = AnalysisResult.objects.create(
        name=rollups.SUMS, rows=[], through=JANUARY.last, computed_at=timezone.now()
    )
    made.add(("2026-01-09", {"goods": 5, "units": 1}))
    made.add(("2026-01-09", {"goods": 5, "units": 1}), dimension="product", key=str(pen.pk))
    warming.warm()

    def leading():
        return rollups.leading("EUR", Period(date(2026, 1, 9), date(2026, 1, 9)), "product", limit=100)

    for number, day in enumerate(("2026-01-09", "2026-02-09")):  # a refresh swaps in one month after another
        made.add((day, {"goods": 9, "units": 1}), dimension="product", key=str(mug.pk))
        later = sums.computed_at + timedelta(hours=number + 1)
        AnalysisResult.objects.filter(pk=sums.pk).update(computed_at=later)
        with django_assert_num_queries(2):  # whether there are others
            assert leading() == [str(pen.pk)]
    stopped = warming.warm(should_stop=lambda: True)
    assert stopped[0] < stopped[1]
    assert leading() == [str(pen.pk)]

    warming.warm()

    assert leading() == [str(mug.pk), str(pen.pk)]
    sums.refresh_from_db()
    assert sums.facts == {rollups.READY: sums.computed_at.isoformat()}


def test_what_was_made_ready_while_sums_changed_is_not_shown(monkeypatch):
    made.add(("2026-01-09", {"goods": 5, "units": 1}))
    sums = AnalysisResult.objects.create(
        name=rollups.SUMS, rows=[], through=JANUARY.last, computed_at=timezone.now()
    )

    def changes(*_args, **_named):
        AnalysisResult.objects.filter(pk=sums.pk).update(computed_at=timezone.now())

    monkeypatch.setattr(goods, "remember", changes)
    warming.warm()

    sums.refresh_from_db()
    assert sums.facts == {}


def test_what_lies_and_hardly_sells_is_named_by_what_it_is_worth():
    dear = ProductFactory(name="Tent", price=200, stock_quantity=4)
    cheap = ProductFactory(name="Pen", price=2, stock_quantity=9)
    sold = ProductFactory(name="Mug", price=10, stock_quantity=5)
    ProductFactory(name="Sold out", stock_quantity=0)
    made.add(("2026-01-09", {"units": 1}), dimension="product", key=str(dear.pk))
    made.add(("2026-01-09", {"units": 2}), dimension="product", key=str(sold.pk))

    rows = [row.values for row in answer("slow-sellers").rows]

    assert [(row["name"], row["worth"], row["cover"]) for row in rows] == [
        ("Tent", 800, Decimal(124)), ("Pen", 18, None),
    ]  # fmt: skip
    assert cheap.stock_quantity == rows[1]["stock"]


def test_stock_cover_says_what_runs_out_and_how_much_to_order():
    mug = ProductFactory(name="Mug", stock_quantity=10)
    pen = ProductFactory(name="Pen", stock_quantity=100)
    made.add(("2026-01-09", {"units": 62}), dimension="product", key=str(mug.pk))
    made.add(("2026-01-09", {"units": 31}), dimension="product", key=str(pen.pk))

    rows = [row.values for row in answer("stock-cover", target_days=60).rows]

    assert [(row["name"], row["rate"], row["cover"], row["reorder"]) for row in rows] == [
        ("Mug", Decimal(2), Decimal(5), 110), ("Pen", Decimal(1), Decimal(100), 0),
    ]  # fmt: skip


def test_new_and_returning_customers_stand_apart():
    made.add(("2026-01-09", {"goods": 10, "orders": 1}), dimension="customer", key="new")
    made.add(("2026-01-10", {"goods": 30, "orders": 3}), dimension="customer", key="returning")

    total = answer("customers", grain="month").total.values

    assert (total["revenue_new"], total["revenue_returning"], total["share_new"]) == (10, 30, 25)


# Values as people and programs read them


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("-12.5"), "-12.50"),
        (Decimal("3706827.6410"), "3706827.6410"),
        (Decimal("1E+2"), "100.00"),
        (7, "7"),
        (date(2026, 1, 31), "2026-01-31"),
        ("=1+1", "'=1+1"),
        ("-5", "-5"),
        (None, ""),
    ],
)
def test_programs_read_points_iso_dates_and_no_formula(value, plain):
    assert cells.plain(value) == plain


def test_people_read_amounts_in_their_language_with_a_real_minus():
    column = next(one for one in registry.REPORTS["gross-to-net"].columns if one.name == "discount")

    with translation.override("de"):
        assert cells.shown(Decimal("-1234.5"), column, "GBP") == "\N{MINUS SIGN}1.234,50\N{NO-BREAK SPACE}£"
    assert cells.shown(None, column, "GBP") == "\N{EN DASH}"
