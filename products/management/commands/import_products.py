"""Products from files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from products import readers
from products.errors import ImportRefused
from products.management import importing
from products.services import imports


class Command(importing.FilesCommand):
    """Create or update products by SKU, and say what became of every row."""

    help = "Import products. Exit status: 0 all rows are in, 1 some were refused, 2 a file cannot be read."
    tally = imports.Tally

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", choices=readers.NAMES, default=readers.AUTO)
        parser.add_argument("--mapping", type=Path, metavar="FILE.toml", help="Which column is which field.")
        parser.add_argument("--batch-size", type=int, default=imports.BATCH_SIZE, metavar="N")

    def import_files(self, run: importing.Run, total: Any, options: dict[str, Any]) -> None:
        for name in options["files"]:
            if run.interruption.is_wanted():
                return
            run.report.file = name
            task = run.progress.add_task(name, total=None, tally="")
            add = importing.adding_to(total)

            def after_batch(_done: int, tally: imports.Tally, add: Any = add, task: Any = task) -> None:
                add(tally)
                run.progress.update(task, tally=str(tally))

            try:
                with importing.path(name) as path:
                    imports.import_products(
                        imports.Source(
                            path,
                            options["format"],
                            options["mapping"],
                            name=Path(name).name,
                            pictures_from=Path.cwd() if name == importing.STDIN else path.parent,
                        ),
                        dry_run=options["dry_run"],
                        batch_size=options["batch_size"],
                        on_progress=after_batch,
                        on_problem=run.report.add,
                        stop=run.interruption.is_wanted,
                    )
            except ImportRefused as refused:
                run.refuse(name, refused.detail)
