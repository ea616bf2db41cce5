"""Past orders from files."""

import contextlib
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from orders import readers
from orders.readers import codes
from orders.services import history
from orders.services.history.survey import Survey
from products.errors import ImportRefused
from products.management import importing


def currency(text: str) -> str:
    """Return the code of a currency, as an option of a command says it."""
    if text.upper() not in codes.CURRENCIES:
        raise ArgumentTypeError(f"{text} is no currency with two decimals (ISO 4217)")
    return text.upper()


class Command(BaseCommand):
    """Keep orders of before the shop line by line, and say what became of every row."""

    help = "Import past orders. Exit status: 0 all rows are in, 1 some were refused, 2 a file cannot be read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="Plain or zipped; - is standard input.")
        parser.add_argument("--format", choices=readers.NAMES, default=readers.AUTO)
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would happen, and change nothing."
        )
        parser.add_argument("--errors", type=Path, metavar="FILE.csv", help="Write every problem there.")
        parser.add_argument("--batch-size", type=int, default=history.BATCH_SIZE, metavar="N")
        parser.add_argument("--currency", type=currency, metavar="GBP", help="Meant where a row names none.")

    def handle(self, *args: Any, **options: Any) -> None:
        total = history.Tally()
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
            sources = [
                history.Source(
                    stack.enter_context(importing.path(name)),
                    options["format"],
                    options["currency"] or "",
                    name=Path(name).name,
                )
                for name in options["files"]
            ]
            survey = stack.enter_context(Survey())
            task = progress.add_task("", total=None, tally="")
            try:
                importer = history.Import(survey, sources, stop=interruption.is_wanted)
                for name, source in zip(options["files"], sources, strict=True):
                    if interruption.is_wanted():
                        break
                    report.file = name
                    before = [getattr(total, field.name) for field in fields(total)]

                    def after_batch(tally: history.Tally, before: list[int] = before) -> None:
                        for field, count in zip(fields(tally), before, strict=True):
                            setattr(total, field.name, count + getattr(tally, field.name))
                        progress.update(task, tally=str(total))

                    progress.update(task, description=name)
                    try:
                        importer.add(
                            source,
                            dry_run=options["dry_run"],
                            batch_size=options["batch_size"],
                            on_progress=after_batch,
                            on_problem=report.add,
                            stop=interruption.is_wanted,
                        )
                    except ImportRefused as refused:
                        report.say(f"{name}: {refused.detail}")
                        status = 2
                if not options["dry_run"]:
                    importer.finish()
            except KeyboardInterrupt:
                pass  # the second one: the batch at hand is taken back
            if interruption.is_wanted():
                report.say("Interrupted. What is counted below is in; to complete the rest, import again.")
                status = importing.INTERRUPTED
            report.finish()
        if options["dry_run"]:
            self.stderr.write("Nothing was changed (--dry-run).")
        self.stdout.write(str(total))
        if status or total.refused:
            raise SystemExit(status or 1)
