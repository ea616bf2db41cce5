"""The catalog as a file."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from products.services import exports, merchant_feed


class Command(BaseCommand):
    """Stream every product that is not deleted, or all that is for sale, to standard output or a file."""

    help = (
        "Write all products as CSV or JSONL, in the form that import_products reads,"
        " or what is for sale as a feed for Google Merchant Center."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=(*exports.FORMATS, merchant_feed.FORMAT), default="csv")
        parser.add_argument("--output", type=Path, metavar="FILE", help="Instead of standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path | None = options["output"]
        name = options["format"]
        lines = merchant_feed.rows() if name == merchant_feed.FORMAT else exports.rows(name)
        if output is None:
            try:
                for line in lines:
                    self.stdout.write(line, ending="")
                self.stdout.flush()
            except BrokenPipeError:  # the reader, such as head, has seen enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        unfinished = output.with_name(f".{output.name}.unfinished")
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
            unfinished.replace(output)
        except OSError as error:
            self.stderr.write(f"{output}: {error.strerror}")
            raise SystemExit(2) from None
        finally:
            unfinished.unlink(missing_ok=True)
