"""Dashboard and alerts: valid, tested, about figures that there are; each alert has a page on what to do."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from dbProject.metrics import measures, services
from orders.tests.factories import OrderFactory

DEPLOY = Path(__file__).parent.parent / "deploy"
ALERTS = DEPLOY / "prometheus/alerts.yml"
CASES = DEPLOY / "prometheus/alerts_test.yml"
DASHBOARD = DEPLOY / "grafana/shop.json"
OPERATIONS = Path(__file__).parent.parent / "docs/operations.md"
FIGURE = re.compile(r"\bshop_[a-z_]+\b")
OF_PROMETHEUS = re.compile(r"\b(?:up|node_[a-zA-Z_]+)\b")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: apt-get install prometheus)"
)


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def panels():
    return [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]


EXPRESSIONS = [
    *((rule["alert"], rule["expr"]) for rule in rules()),
    *((panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]),
]


@pytest.fixture
def figures(db):
    """Every name that /metrics can tell, as a query has to write it."""
    OrderFactory()
    services.note("reconcile_breaks", 0)
    read = {one.name for source in settings.METRICS_SOURCES for one in import_string(source)()}
    names = set()
    for family in text_string_to_metric_families(generate_latest(measures.REGISTRY).decode()):
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        names |= {f"{family.name}{suffix}" for suffix in suffixes}
    return names | read | {"shop_metrics_source_up"}


def test_whatever_is_asked_is_a_figure_that_the_shop_tells(figures):
    unknown = {
        (where, name) for where, asked in EXPRESSIONS for name in FIGURE.findall(asked) if name not in figures
    }

    assert not unknown
    assert all(FIGURE.search(asked) or OF_PROMETHEUS.search(asked) for _where, asked in EXPRESSIONS)


def test_every_figure_is_on_the_dashboard_or_in_an_alert(figures):
    asked = {name for _where, expression in EXPRESSIONS for name in FIGURE.findall(expression)}
    kinds = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in figures}

    assert {kind for kind in kinds if not any(name.startswith(kind) for name in asked)} == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_grave_it_is_and_what_to_do(rule):
    page, _hash, anchor = rule["annotations"]["runbook"].partition("#")
    section = OPERATIONS.read_text().partition(f"\n### {rule['alert']}\n")[2].partition("\n### ")[0]

    assert rule["labels"]["severity"] in {"page", "ticket", "info"}
    assert (page, anchor) == ("docs/operations.md", rule["alert"].lower())
    assert "*Look:*" in section
    assert "*Do:*" in section


def test_every_alert_has_a_case_in_which_it_fires():
    cases = [case for test in yaml.safe_load(CASES.read_text())["tests"] for case in test["alert_rule_test"]]
    fired = {case["alertname"] for case in cases if case.get("exp_alerts")}

    assert fired == {rule["alert"] for rule in rules()}


@needs_promtool
@pytest.mark.parametrize(
    "words", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")], ids=" ".join
)
def test_promtool_finds_nothing_wrong(words):
    *command, file = words
    said = subprocess.run(  # noqa: S603
        [shutil.which("promtool"), *command, DEPLOY / "prometheus" / file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr


@needs_promtool
@pytest.mark.django_db
def test_promtool_finds_nothing_wrong_with_the_names_of_figures():
    registry = CollectorRegistry()
    registry.register(measures.REGISTRY)
    said = subprocess.run(  # noqa: S603
        [shutil.which("promtool"), "check", "metrics"],
        input=generate_latest(registry),
        capture_output=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr


def test_panels_of_the_dashboard_do_not_lie_on_each_other():
    places = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels()
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]

    assert len(places) == len(set(places))
