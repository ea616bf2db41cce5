"""Products from files."""

import contextlib
from argparse import ArgumentParser
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from products import readers
from products.errors import ImportRefused
from products.management import importing
from products.services import imports


class Command(BaseCommand):
    """Create or update products by SKU, and say what became of every row."""

    help = "Import products. Exit status: 0 all rows are in, 1 some were refused, 2 a file cannot be read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="Plain or zipped; - is standard input.")
        parser.add_argument("--format", choices=readers.NAMES, default=readers.AUTO)
        parser.add_argument("--mapping", type=Path, metavar="FILE.toml", help="Which column is which field.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would happen, and change nothing."
        )
        parser.add_argument("--errors", type=Path, metavar="FILE.csv", help="Write every problem there.")
        parser.add_argument("--batch-size", type=int, default=imports.BATCH_SIZE, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        total = imports.Tally()
        status = 0
        with contextlib.ExitStack() as stack:
            try:
                report = stack.enter_context(importing.Report(self.stderr, options["errors"]))
            except OSError as error:
                self.stderr.write(f"{options['errors']}: {error.strerror}")
                raise SystemExit(2) from None
            interruption = stack.enter_context(importing.Interruption())
            progress = stack.enter_context(importing.progress())
            if not progress.disable:
                report.say = partial(progress.console.print, markup=False, highlight=False, soft_wrap=True)
            for name in options["files"]:
                task = progress.add_task(name, total=None, tally="")
                before = imports.Tally(**{field.name: getattr(total, field.name) for field in fields(total)})

                def after_batch(
                    _done: int, tally: imports.Tally, before: Any = before, task: Any = task
                ) -> None:
                    for field in fields(tally):
                        setattr(total, field.name, getattr(before, field.name) + getattr(tally, field.name))
                    progress.update(task, tally=str(tally))

                report.file = name
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
                            on_problem=report.add,
                            stop=interruption.is_wanted,
                        )
                except ImportRefused as refused:
                    report.say(f"{name}: {refused.detail}")
                    status = 2
                except KeyboardInterrupt:
                    pass  # the second one: the batch at hand is taken back
                if interruption.is_wanted():
                    report.say(
                        "Interrupted. What is counted below is in; to complete the rest, import again."
                    )
                    status = importing.INTERRUPTED
                    break
            report.finish()
        if options["dry_run"]:
            self.stderr.write("Nothing was changed (--dry-run).")
        self.stdout.write(str(total))
        if status or total.refused:
            raise SystemExit(status or 1)
