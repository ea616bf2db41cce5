import csv
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image

from products.models import Product, ProductImage
from products.services import imports
from products.tests.factories import ProductFactory
from products.tests.import_files import counts, write

pytestmark = pytest.mark.django_db

GOOD = "sku,name,price\nA,a,1\nB,b,2\n"
BAD = "sku,name,price\nC,c,3\nD,d,free\n"


def run(*arguments, **options):
    """Run the import command; return its exit status, its last line, and what it said on the side."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    try:
        call_command("import_products", *map(str, arguments), stdout=out, stderr=err, **options)
    except SystemExit as ended:
        status = ended.code
    return status, out.getvalue().splitlines()[-1], err.getvalue()


def test_the_last_line_counts_and_all_good_is_zero(tmp_path):
    path = write(tmp_path, GOOD)

    assert run(path) == (0, counts(created=2), "")
    assert run(path) == (0, counts(unchanged=2), "")


def test_a_refused_row_is_named_with_line_column_and_reason_and_the_rest_is_in(tmp_path):
    path = write(tmp_path, BAD)
    status, last, said = run(path)

    assert (status, last) == (1, counts(created=1, refused=1))
    assert said == f"{path}:3:price: refused (D): “free” is no price.\n"


def test_several_files_are_counted_together(tmp_path):
    status, last, _ = run(write(tmp_path, GOOD, name="1.csv"), write(tmp_path, BAD, name="2.csv"))

    assert (status, last) == (1, counts(created=3, refused=1))


def test_a_file_that_cannot_be_read_is_one_line_and_the_others_are_in(tmp_path):
    missing = tmp_path / "missing.csv"
    status, last, said = run(missing, write(tmp_path, GOOD))

    assert (status, last) == (2, counts(created=2))
    assert said == f"{missing}: There is no such file.\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("binary.csv", bytes(range(256)) * 4),
        ("half.zip", b"PK\x03\x04rest"),
        ("folder", None),
    ],
)
def test_what_is_no_catalog_changes_nothing_and_exits_with_two(tmp_path, name, content):
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    status, last, said = run(path)

    assert (status, last) == (2, counts())
    assert len(said.splitlines()) == 1
    assert not Product.objects.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_so(tmp_path):
    path = write(tmp_path, GOOD)
    path.chmod(0)

    assert run(path)[0] == 2


def test_every_problem_goes_to_the_file_asked_for(tmp_path):
    path = write(tmp_path, BAD + "=E,e,x\n")
    errors = tmp_path / "errors.csv"
    run(path, "--errors", errors)

    assert list(csv.reader(errors.open(newline=""))) == [
        ["file", "line", "column", "sku", "reason", "refused"],
        [str(path), "3", "price", "D", "“free” is no price.", "true"],
        [str(path), "4", "price", "'=E", "“x” is no price.", "true"],
    ]


def test_only_so_many_problems_are_said_aloud(tmp_path):
    path = write(tmp_path, "sku,name,price\n" + "".join(f"S{n},n,x\n" for n in range(60)))
    status, last, said = run(path)

    assert (status, last) == (1, counts(refused=60))
    assert len(said.splitlines()) == 51
    assert said.splitlines()[-1] == "... and 10 more problems; --errors FILE.csv keeps them all."


def test_a_dry_run_says_that_nothing_was_changed(tmp_path):
    status, last, said = run(write(tmp_path, GOOD), "--dry-run")

    assert (status, last) == (0, counts(created=2))
    assert said == "Nothing was changed (--dry-run).\n"
    assert not Product.objects.exists()


def test_a_mapping_is_taken_by_path(tmp_path):
    mapping = write(tmp_path, "[columns]\nsku = 'No'\nname = 'What'\nprice = 'EUR'\n", name="map.toml")

    assert run(write(tmp_path, "No;What;EUR\n1;x;2,50\n"), "--mapping", mapping)[:2] == (0, counts(created=1))
    assert run(write(tmp_path, GOOD), "--mapping", tmp_path / "none.toml")[0] == 2


def test_pictures_are_read_by_paths_beside_the_file(tmp_path):
    Image.new("RGB", (40, 30), "#336699").save(tmp_path / "a.png")
    write(tmp_path, b"no picture", name="b.png")
    path = write(tmp_path, "sku,name,price,images\nA,a,1,a.png|missing.png\nB,b,1,b.png\n")

    first, second = run(path), run(path)

    assert first[:2] == (0, counts(created=2))
    assert second[:2] == (0, counts(unchanged=2))
    assert "2:images: warning (A): Left out: missing.png: There is no such file." in first[2]
    assert "3:images: warning (B): Left out: b.png:" in first[2]
    assert list(ProductImage.objects.values_list("product__sku", "source")) == [("A", "a.png")]


def test_a_picture_that_comes_later_is_an_update(tmp_path):
    path = write(tmp_path, "sku,name,price,images\nA,a,1,a.png\n")
    run(path)
    Image.new("RGB", (40, 30), "#336699").save(tmp_path / "a.png")

    assert run(path)[:2] == (0, counts(updated=1))
    assert run(path)[:2] == (0, counts(unchanged=1))


def test_an_uploaded_file_names_no_paths_of_this_machine(tmp_path):
    Image.new("RGB", (40, 30), "#336699").save(tmp_path / "a.png")
    path = write(tmp_path, f"sku,name,price,images\nA,a,1,{tmp_path / 'a.png'}|pictures/../../a.png\n")
    problems = []

    imports.import_products(imports.Source(path), on_problem=problems.append)

    assert len(problems) == 2
    assert not ProductImage.objects.exists()


def test_ctrl_c_finishes_the_batch_and_says_what_is_in(tmp_path, monkeypatch):
    path = write(tmp_path, "sku,name,price\n" + "".join(f"S{n},n,1\n" for n in range(10)))
    real = imports.batches.run

    def interrupted(records, **options):
        os.kill(os.getpid(), signal.SIGINT)
        return real(records, **options)

    monkeypatch.setattr(imports.batches, "run", interrupted)
    status, last, said = run(path, "--batch-size", "4")

    assert (status, last) == (130, counts(created=4))
    assert said.startswith("Interrupted.")
    assert Product.objects.count() == 4


def test_a_second_ctrl_c_takes_the_batch_back(tmp_path, monkeypatch):
    path = write(tmp_path, "sku,name,price\n" + "".join(f"S{n},n,1\n" for n in range(10)))
    real, calls = imports.batches.stock.open_ledgers, []

    def interrupted_twice(products):
        real(products)
        calls.append(1)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(imports.batches.stock, "open_ledgers", interrupted_twice)
    status, last, _ = run(path, "--batch-size", "4")

    assert (status, last) == (130, counts(created=4))
    assert Product.objects.count() == 4


def test_an_export_goes_to_a_file_whole_or_not_at_all(tmp_path, monkeypatch):
    ProductFactory(sku="A")
    output = tmp_path / "out.csv"
    call_command("export_products", "--format", "csv", "--output", str(output))
    assert output.read_text().splitlines()[1].startswith("single,A,")

    def broken(_format):
        yield "half"
        raise RuntimeError

    monkeypatch.setattr("products.services.exports.rows", broken)
    with pytest.raises(RuntimeError):
        call_command("export_products", "--output", str(output))
    assert output.read_text().splitlines()[1].startswith("single,A,")
    assert list(tmp_path.iterdir()) == [output]


def test_an_export_that_cannot_be_written_says_so(tmp_path):
    err = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("export_products", "--output", str(tmp_path / "none" / "out.csv"), stderr=err)

    assert ended.value.code == 2
    assert "No such file or directory" in err.getvalue()


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_the_commands_are_piped_into_each_other():
    """Through real pipes: the export to standard output is read by the import from standard input."""
    ProductFactory(sku="A")
    database = settings.DATABASES["default"]
    url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "dbProject.settings.test"}
    manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
    how = {"env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

    exporting = subprocess.Popen([*manage, "export_products", "--format", "jsonl"], **how)  # noqa: S603
    importing = subprocess.run(  # noqa: S603
        [*manage, "import_products", "-"], stdin=exporting.stdout, timeout=60, check=False, **how
    )

    assert importing.stdout.decode().splitlines()[-1] == counts(unchanged=1), importing.stderr
    assert (exporting.wait(10), importing.returncode) == (0, 0)
