"""What importing a catalog file costs on Postgres: rows per second and peak memory of the real command.

    ./shop bench import                      200,000 rows, half a minute to generate and read them twice
    ./shop bench import --rows 1000000       the size that the budgets are about

``DATABASE_URL`` names a Postgres on which databases may be made; each run works in new ones and drops them.
Beside it stands Django's own ``loaddata`` of the same products, on fewer rows because it is slow.
"""

import argparse
import csv
import random
import sys
import tempfile
from pathlib import Path

from benchmarks.databases import Run, database, manage

ROWS = 200_000
LOADDATA_ROWS = 20_000
FASTEST_WANTED, MOST_MEMORY = 2_000, 300  # rows per second; MB
COLORS = ("Black", "White", "Blue", "Green", "Red", "Gray", "Brown", "Yellow")
MATERIALS = ("Oak", "Steel", "Wool", "Linen", "Stoneware", "Glass", "Leather", "Cork")
THINGS = ("lamp", "chair", "kettle", "notebook", "blanket", "vase", "backpack", "speaker", "knife", "clock")
FAMILIES = ("Home", "Kitchen", "Desk", "Outdoors", "Sound")


def main() -> int:
    """Measure and print; return 1 when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--loaddata-rows", type=int, default=LOADDATA_ROWS, help="0 leaves loaddata out.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-import-") as folder:
        file = Path(folder) / "catalog.csv"
        write_catalog(file, options.rows)
        print(f"{options.rows:,} rows, {file.stat().st_size / 1e6:.0f} MB of CSV, batches of 1,000")
        with database() as url:
            new = manage(url, "import_products", file)
            again = manage(url, "import_products", file)
        print(line("import, all new", options.rows, new))
        print(line("import, again", options.rows, again))
        if options.loaddata_rows:
            beside_loaddata(Path(folder), min(options.loaddata_rows, options.rows))
    rate, memory = options.rows / new.seconds, max(new.megabytes, again.megabytes)
    is_met = rate >= FASTEST_WANTED and memory <= MOST_MEMORY
    print(
        f"budget: {FASTEST_WANTED:,} rows/s and {MOST_MEMORY} MB: {'met' if is_met else 'MISSED'}"
        f" ({rate:,.0f} rows/s, {memory:.0f} MB)"
    )
    return 0 if is_met else 1


def beside_loaddata(folder: Path, rows: int) -> None:
    """Print what importing ``rows`` costs, and what loaddata takes for the very rows this made."""
    file, fixture = folder / "part.csv", folder / "part.jsonl"
    write_catalog(file, rows)
    with database() as url:
        ours = manage(url, "import_products", file)
        manage(url, "dumpdata", "products", "--format", "jsonl", "--all", "--output", fixture)
    with database() as url:
        theirs = manage(url, "loaddata", fixture)
    print(line("import, all new", rows, ours))
    print(line("Django's loaddata", rows, theirs))
    print(f"ratio at {rows:,} rows: {theirs.seconds / ours.seconds:.1f} times as fast as loaddata")


def line(what: str, rows: int, run: Run) -> str:
    """Return one line of the table."""
    result = run.said.strip().splitlines()[-1] if run.said.strip() else ""
    return (
        f"{what:<18} {rows:>9,} rows {run.seconds:8.1f} s {rows / run.seconds:8,.0f} rows/s"
        f" {run.megabytes:5.0f} MB peak   {result}"
    )


def write_catalog(path: Path, rows: int) -> None:
    """Write a catalog of ``rows`` products; the same each time."""
    chance = random.Random(1)  # noqa: S311 -- a catalog, not a secret
    heading = (
        "sku", "name", "price", "sale_price", "stock_quantity", "category", "brand", "ean", "weight",
        "short_description", "description", "attr:Color", "attr:Material",
    )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(heading)
        for number in range(rows):
            thing, color, material = chance.choice(THINGS), chance.choice(COLORS), chance.choice(MATERIALS)
            price = chance.randint(500, 50_000)
            sale = f"{price * 0.8 / 100:.2f}" if number % 10 == 0 else ""
            text = f"A {color.lower()} {thing} of {material.lower()}, made to be used every day."
            write(
                (
                    f"BENCH-{number:07}", f"{material} {thing} no. {number} in {color.lower()}",
                    f"{price / 100:.2f}", sale, chance.randint(0, 500),
                    f"{FAMILIES[number % 5]} > {thing.title()}s", f"Maker {number % 40}", ean(number),
                    f"{chance.randint(100, 9_000) / 1000:.3f}", text,
                    f"<p>{text}</p><ul><li>{material}</li><li>{color}</li></ul>", color, material,
                )
            )  # fmt: skip


def ean(number: int) -> str:
    """Return a valid EAN of the range that shops use among themselves."""
    digits = f"20{number:010}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


if __name__ == "__main__":
    sys.exit(main())
