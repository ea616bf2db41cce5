import pytest
from django.db import OperationalError, connection

from products import search
from products.models import Product
from products.services import imports
from products.services.imports import batches, seen, statistics
from products.tests.import_files import Imported, counts, write

pytestmark = pytest.mark.django_db

THREE = "sku,name,price\nA,Lamp,10\nB,Vase,20\nC,Rug,30\n"


@pytest.fixture
def imported(tmp_path):
    """Import a text as a file."""

    def run(text, **options):
        return Imported(write(tmp_path, text), **options)

    return run


# Batch by batch


def test_memory_holds_two_batches_however_long_the_file_is(tmp_path, monkeypatch):
    path = write(tmp_path, "sku,name,price\n" + "".join(f"S{n},n,1\n" for n in range(1_000)))
    sizes, read_ahead = [], []
    real_read, taken = imports.readers.read, 0

    def counted(*args, **options):
        nonlocal taken
        for item in real_read(*args, **options):
            taken += 1
            yield item

    def fake_run(records, **_options):
        sizes.append(len(records))
        read_ahead.append(taken - sum(sizes))
        return batches.Result(created=len(records))

    monkeypatch.setattr(imports.readers, "read", counted)
    monkeypatch.setattr(imports.batches, "run", fake_run)

    assert str(Imported(path, batch_size=100)) == counts(created=1_000)
    assert sizes == [100] * 10
    assert max(read_ahead) <= 100  # the next one is read meanwhile


def test_a_batch_is_full_of_values_before_it_is_full_of_products(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "VALUES_AT_ONCE", 10)
    path = write(tmp_path, "sku,name,price,attr:A,attr:B\n" + "".join(f"S{n},n,1,x,y\n" for n in range(11)))
    seen_at = []

    Imported(path, on_progress=lambda done, _tally: seen_at.append(done))

    assert seen_at == [5, 10, 11]


def test_skus_of_the_whole_file_are_kept_outside_of_memory():
    with seen.Seen() as names:
        place = names._database.execute("PRAGMA database_list").fetchone()
        kind = names._database.execute("PRAGMA temp_store").fetchone()

    assert place[2] == ""  # a file without a name, that goes with the connection
    assert kind == (0,)


@pytest.mark.parametrize(("change", "queries"), [(False, 16), (True, 20)])
def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(
    tmp_path, django_assert_num_queries, change, queries
):
    def path(rows, price):
        lines = [
            f"{rows}-{n},Name {n},{price},{n},Home > Lamps,Tarn,Red,https://x.example/{n}.jpg"
            for n in range(rows)
        ]
        heading = "sku,name,price,stock_quantity,category,brand,attr:Color,images\n"
        return write(tmp_path, heading + "\n".join(lines) + "\n")

    Imported(path(1, 1))  # the shelf, the brand and the attribute exist
    for rows in (20, 200):
        if change:
            Imported(path(rows, 1))
        with django_assert_num_queries(queries):
            Imported(path(rows, 2))


def test_progress_is_told_and_stopping_is_asked_after_each_batch(tmp_path):
    path = write(tmp_path, "sku,name,price\n" + "".join(f"S{n},n,1\n" for n in range(10)))
    told = []

    done = Imported(
        path,
        batch_size=3,
        on_progress=lambda n, tally: told.append((n, str(tally))),
        stop=lambda: len(told) == 2,
    )

    assert told == [(3, counts(created=3)), (6, counts(created=6))]
    assert done.tally.read == 6


def test_what_an_earlier_call_read_is_skipped_but_not_forgotten(tmp_path):
    path = write(tmp_path, "sku,name,price\nA,a,1\nB,b,free\nC,c,3\nA,again,4\nD,d,5\n")

    first = Imported(path, batch_size=2, stop=lambda: True)
    second = Imported(path, skip=first.tally.read)

    assert (str(first), first.tally.read) == (counts(created=1, refused=1), 2)
    assert str(second) == counts(created=2, refused=1)
    assert [p.line for p in second.problems] == [5]


# What the database knows afterwards


@pytest.fixture
def measured(monkeypatch):
    """Call two rows many, and note what would be measured: other tests are planned by what is known."""
    monkeypatch.setattr(statistics, "MANY", 2)
    tables = []

    def note(execute, sql, *rest):
        return tables.append(sql.split()[1]) if sql.startswith("ANALYZE") else execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield tables


@pytest.mark.journey
def test_tables_are_measured_once_after_many_rows(imported, measured):
    imported(THREE, batch_size=1)

    assert measured == list(statistics.TABLES)
    assert set(measured) <= set(connection.introspection.table_names())


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("sku,price\nA,11\n", {}),
        (THREE, {}),
        (THREE.replace("0", "5"), {"dry_run": True}),
        (THREE.replace("0", "5"), {"stop": lambda: True}),
        (THREE, {"skip": 2}),
    ],
    ids=["few", "unchanged", "dry run", "to be continued", "continued, unchanged"],
)
def test_tables_are_not_measured_for_nothing(imported, measured, text, options):
    imported(THREE)
    measured.clear()

    imported(text, **options)

    assert measured == []


def test_the_last_part_of_a_long_file_has_the_tables_measured(imported, measured):
    imported(THREE, skip=2)

    assert measured == list(statistics.TABLES)


def test_after_many_rows_their_words_are_known(imported, measured):
    imported("sku,name,price\nA,Toner cartridge,1\nB,Ink cartridge,2\n")

    assert search.find("cartrige", within=Product.objects.active().listed()).correction == "cartridge"


def test_a_table_that_somebody_holds_is_left_to_the_database(imported, monkeypatch):
    def held(execute, sql, *rest):
        if sql.startswith("ANALYZE"):
            raise OperationalError("lock timeout")
        return execute(sql, *rest)

    monkeypatch.setattr(statistics, "MANY", 1)
    with connection.execute_wrapper(held):
        assert str(imported(THREE)) == counts(created=3)
