"""The carriers of a TOML file: whom the shop asks what a delivery costs."""

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

EXAMPLE = """
    [swift]
    url = "https://api.swift.example/quotes"
    token = "given by the carrier"
    time_limit_seconds = 2.0

    [swift.flat_rate]
    service = "standard"
    name = "Swift Standard"
    price = "6.90"
    days_min = 2
    days_max = 4
"""
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
PRICE = re.compile(r"[0-9]{1,4}\.[0-9]{2}")
LONGEST_SECONDS = 30


def read_carriers(path: str) -> dict[str, dict[str, Any]]:
    """Return the carriers of the file at ``path``, by code; none without a path.

    Raises:
        ImproperlyConfigured: Saying what is wrong, with an example.
    """
    if not path:
        return {}
    try:
        carriers = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as unreadable:
        raise ImproperlyConfigured(f"CARRIERS_FILE={path} cannot be read: {unreadable}") from unreadable
    for code, terms in carriers.items():
        if problem := _problem(code, terms):
            raise ImproperlyConfigured(f"CARRIERS_FILE={path}: {code}: {problem}. An example:\n{EXAMPLE}")
    return carriers


def _problem(code: str, terms: Any) -> str:
    if not CODE.fullmatch(code) or not isinstance(terms, dict):
        return "a carrier is a table named by its code, in small letters"
    if unknown := terms.keys() - {"url", "token", "time_limit_seconds", "flat_rate"}:
        return f"{', '.join(sorted(unknown))} means nothing here"
    url = urlsplit(str(terms.get("url", "")))
    if not url.hostname or not (url.scheme == "https" or url.hostname in THIS_MACHINE):
        return "url is missing, or is no https address"
    if not isinstance(terms.get("token", ""), str):
        return "token is no text"
    seconds = terms.get("time_limit_seconds")
    if (
        not isinstance(seconds, int | float)
        or isinstance(seconds, bool)
        or not 0 < seconds <= LONGEST_SECONDS
    ):
        return f"time_limit_seconds is no number from 0 to {LONGEST_SECONDS}"
    return _problem_of_flat_rate(terms["flat_rate"]) if "flat_rate" in terms else ""


def _problem_of_flat_rate(rate: Any) -> str:
    if not isinstance(rate, dict) or rate.keys() != {"service", "name", "price", "days_min", "days_max"}:
        return "flat_rate has service, name, price, days_min and days_max"
    if not all(isinstance(rate[field], str) and rate[field] for field in ("service", "name", "price")):
        return "service, name and price of flat_rate are texts"
    if not PRICE.fullmatch(rate["price"]):
        return 'price of flat_rate is no amount like "6.90"'
    days = rate["days_min"], rate["days_max"]
    if any(type(number) is not int for number in days) or not 0 <= days[0] <= days[1]:
        return "days_min and days_max of flat_rate are no days"
    return ""
