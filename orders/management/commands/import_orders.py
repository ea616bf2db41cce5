"""Past orders from files."""

import contextlib
from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings

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


def rate(text: str) -> tuple[str, Decimal]:
    """Return a currency and what one unit of it is worth in that of the store."""
    code, _equals, number = text.partition("=")
    try:
        worth = Decimal(number)
    except InvalidOperation:
        worth = Decimal()
    if not worth.is_finite() or not 0 < worth < 1_000_000:
        raise ArgumentTypeError(f"{text} is no rate, such as GBP=1.1742")
    return currency(code), worth


class Command(importing.FilesCommand):
    """Keep orders of before the shop line by line, and say what became of every row."""

    help = "Import past orders. Exit status: 0 all rows are in, 1 some were refused, 2 a file cannot be read."
    tally = history.Tally

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", choices=readers.NAMES, default=readers.AUTO)
        parser.add_argument("--batch-size", type=int, default=history.BATCH_SIZE, metavar="N")
        parser.add_argument("--currency", type=currency, metavar="GBP", help="Meant where a row names none.")
        parser.add_argument(
            "--rate",
            type=rate,
            action="append",
            default=[],
            metavar="GBP=1.1742",
            help="What one unit is worth in the store's currency: for prices of products that are made.",
        )

    def import_files(self, run: importing.Run, total: Any, options: dict[str, Any]) -> None:
        with contextlib.ExitStack() as stack:
            sources = [
                history.Source(
                    stack.enter_context(importing.path(name)),
                    options["format"],
                    options["currency"] or "",
                    name=Path(name).name,
                )
                for name in options["files"]
            ]
            survey = stack.enter_context(Survey(dict(options["rate"])))
            task = run.progress.add_task("", total=None, tally="")
            importer = history.Import(survey, sources, stop=run.interruption.is_wanted)
            for name, source in zip(options["files"], sources, strict=True):
                if run.interruption.is_wanted():
                    break
                run.report.file = name
                run.progress.update(task, description=name)
                add = importing.adding_to(total)

                def after_batch(tally: history.Tally, add: Any = add) -> None:
                    add(tally)
                    run.progress.update(task, tally=str(total))

                try:
                    importer.add(
                        source,
                        dry_run=options["dry_run"],
                        batch_size=options["batch_size"],
                        on_progress=after_batch,
                        on_problem=run.report.add,
                        stop=run.interruption.is_wanted,
                    )
                except ImportRefused as refused:
                    run.refuse(name, refused.detail)
            if importer.unpriced:
                run.report.say(
                    f"{importer.unpriced} products have no price and are not published: they were not sold in"
                    f" {settings.STORE_CURRENCY}, and no --rate says what their currency is worth."
                )
            if not options["dry_run"]:
                importer.finish()
