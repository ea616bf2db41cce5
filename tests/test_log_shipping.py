"""What ships lines to a log store reads the lines that we write."""

import json
import logging
import re
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from dbProject import logs
from dbProject.observation import Observation

LOGGING = Path(__file__).parent.parent / "deploy/logging"
STORES = ("loki", "elasticsearch")
KINDS = {
    "keyword": str,
    "text": str,
    "date": str,
    "long": int,
    "integer": int,
    "float": (int, float),
    "boolean": bool,
}


@pytest.fixture
def line(rf, log_lines):
    """The line of a slow request with too many queries."""
    seen = Observation("0123456789abcdef", request=rf.get("/"))
    seen.seconds, seen.queries, seen.status, seen.route = 9.5, 99, 200, "home"
    logs.observe(seen.request, type("Answer", (), {"status_code": 200}), seen)
    (line,) = log_lines()
    return line


def config(store):
    return yaml.safe_load((LOGGING / f"fluent-bit-{store}.yaml").read_text())


@pytest.mark.parametrize("store", STORES)
def test_fluent_bit_reads_our_lines_and_their_time(store, line):
    read = config(store)
    (parser,) = read["parsers"]
    (source,) = read["pipeline"]["inputs"]
    (target,) = read["pipeline"]["outputs"]

    assert (parser["format"], source["parser"], source["name"]) == ("json", parser["name"], "tail")
    assert target["match"] == source["tag"]
    assert datetime.strptime(line[parser["time_key"]], parser["time_format"].replace("%L", "%f"))  # noqa: DTZ007
    assert re.findall(r"\$\{(\w*(?:PASSWORD|USER)\w*)\}", (LOGGING / f"fluent-bit-{store}.yaml").read_text())


def test_loki_gets_labels_of_few_values_that_every_line_has(line):
    (target,) = config("loki")["pipeline"]["outputs"]
    labels = [name.lstrip("$") for name in target["label_keys"].split(",")]

    assert set(labels) <= set(line)
    assert set(labels).isdisjoint({"event", "request_id", "trace_id", "user_id", "session", "route"})


def test_elasticsearch_is_told_of_the_right_kinds(line):
    known = json.loads((LOGGING / "template.json").read_text())["template"]["mappings"]["properties"]

    assert {"duration_ms", "queries", "db_ms", "cache_ms", "slow", "query_budget"} <= set(known) & set(line)
    for name, value in line.items():
        kind = known.get(name, {"type": "keyword"})["type"]
        if name != "status":  # a number of a request, a word of a task
            assert isinstance(value, KINDS[kind]), name


def test_files_are_renamed_and_never_emptied():
    text = (LOGGING / "logrotate.conf").read_text()
    rules = text[text.index("{") :]

    assert "copytruncate" not in rules
    assert "create" in rules
    assert not [handler for handler in logging.getLogger().handlers if "Rotating" in type(handler).__name__]
