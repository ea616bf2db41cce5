"""Rules of the house that no linter knows."""

import ast
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from dbProject.architecture import dependencies

ROOT = Path(__file__).parent.parent
APPS = ("users", "products", "orders")
OF_SERVICES = {
    "save",
    "create",
    "update",
    "delete",
    "restore",
    "hard_delete",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "forget",
}
DICT_METHODS = {"update"}
"""Names that dicts and sets have as well: only calls on a query are meant."""
ENTRY_POINTS = (
    "views",
    "api",
    "admin",
    "selectors",
    "tasks",
    "receivers",
    "forms",
    "management",
)
NAMELESS = {"utils", "helpers", "common", "core", "misc", "manager", "managers", "lib"}
LONG = 420


def python_files(*folders):
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {"migrations", "tests", "__pycache__"} & set(path.relative_to(ROOT).parts)
    ]


NOT_SERVICES = [
    path
    for path in python_files(*APPS)
    if any(part.removesuffix(".py") in ENTRY_POINTS for part in path.relative_to(ROOT).parts[1:])
]
SOURCES = python_files(*APPS, "dbProject")


def name_of(path):
    return str(path.relative_to(ROOT))


def attributes(path):
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)]


def imports(path):
    """Return the modules that the file at ``path`` names in its imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]


def database_writes(path):
    """Yield calls like ``Product.objects.create()``, ``product.save()`` and ``caching.forget()``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        text = ast.unparse(node.func)
        if node.func.attr in OF_SERVICES and "services" not in text and not text.startswith("super()"):
            on_a_query = ".objects" in text or ".filter(" in text
            if node.func.attr not in DICT_METHODS or on_a_query:
                yield f"line {node.lineno}: {text}"


@pytest.mark.unit
@pytest.mark.parametrize("path", NOT_SERVICES, ids=name_of)
def test_only_services_write_and_forget(path):
    known_services = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and "services" in (node.module or "")
        for alias in node.names
    }
    found = [
        line for line in database_writes(path) if line.split(": ")[1].split(".")[0] not in known_services
    ]

    assert found == []


@pytest.mark.unit
def test_only_search_settings_and_the_import_of_new_rows_ask_which_database_it_is():
    asking = [name_of(path) for path in SOURCES if any(a.attr == "vendor" for a in attributes(path))]
    may_ask = ("products/search/", "dbProject/settings/", "products/services/imports/new_rows.py")

    assert [name for name in asking if not name.startswith(may_ask)] == []


@pytest.mark.unit
@pytest.mark.parametrize("path", python_files("orders/pricing", "orders/documents"), ids=name_of)
def test_prices_and_documents_are_made_from_plain_values(path):
    own = f"orders.{path.parent.name}"
    allowed = {"django.utils.formats", "django.utils.translation", "dbProject", "orders", "orders.errors"}
    apart_from_python = [
        name
        for name in imports(path)
        if name.split(".")[0] in {"django", "dbProject", *APPS} and not name.startswith(own)
    ]

    assert set(apart_from_python) <= allowed


@pytest.mark.unit
def test_no_module_has_a_name_that_says_nothing():
    assert [name_of(path) for path in SOURCES if path.stem in NAMELESS] == []


@pytest.mark.unit
def test_files_stay_short_enough_to_read():
    assert [name_of(path) for path in SOURCES if len(path.read_text().splitlines()) > LONG] == []


@pytest.mark.unit
def test_the_project_runs_on_one_way_of_committing():
    assert not settings.DATABASES["default"]["ATOMIC_REQUESTS"]


@pytest.mark.unit
def test_the_tests_run_on_the_versions_of_production():
    run, cloud, analytics, dev = (
        dependencies.lock(settings.BASE_DIR / f"requirements{kind}.txt").versions
        for kind in ("", "-cloud", "-analytics", "-dev")
    )

    assert run.items() <= cloud.items() <= dev.items()
    assert run.items() <= analytics.items() <= dev.items()


@pytest.mark.django_db
def test_every_model_change_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def under(module, code, **environment):
    """Run ``code`` in a fresh Python under settings ``module`` and nothing else from our environment."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-c", code]
    env = keep | environment | ({"DJANGO_SETTINGS_MODULE": module} if module else {})
    return subprocess.run(  # noqa: S603 -- our own code
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )


PRODUCTION = {
    "SECRET_KEY": "0123456789" * 6,
    "ALLOWED_HOSTS": "shop.example.com",
    "DATABASE_URL": "postgres://shop@db.internal/shop",
    "REDIS_URL": "redis://redis.internal:6379/0",
    "EMAIL_URL": "smtp://mail.example.com:25",
    "DEFAULT_FROM_EMAIL": "shop@example.com",
    "SITE_URL": "https://shop.example.com",
    "PAYMENT_PROVIDER": "stripe",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
}


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_names_what_is_missing_with_an_example(missing, tmp_path):
    environment = {name: value for name, value in PRODUCTION.items() if name != missing}

    answer = under("dbProject.settings.base", "import django; django.setup()", **environment)

    assert answer.returncode == 1
    assert f"    {missing}=" in answer.stderr


def test_cookies_of_production_stay_with_its_host_and_under_tls():
    code = (
        "from django.conf import settings; print([(getattr(settings, f'{kind}_COOKIE_NAME'),"
        " getattr(settings, f'{kind}_COOKIE_SECURE'), getattr(settings, f'{kind}_COOKIE_HTTPONLY'),"
        " getattr(settings, f'{kind}_COOKIE_SAMESITE'), getattr(settings, f'{kind}_COOKIE_DOMAIN'),"
        " getattr(settings, f'{kind}_COOKIE_PATH')) for kind in ('SESSION', 'CSRF', 'LANGUAGE')])"
    )

    found = under("dbProject.settings.base", code, **PRODUCTION).stdout

    kept = "True, True, 'Lax', None, '/'"
    names = ("__Host-session", "__Host-csrf", "__Host-language")
    assert found == f"[{', '.join(f'({name!r}, {kept})' for name in names)}]\n"


def test_staff_of_production_need_a_second_factor():
    code = "from django.conf import settings; print(settings.STAFF_NEED_SECOND_FACTOR)"

    assert under("dbProject.settings.base", code, **PRODUCTION).stdout == "True\n"
    assert under("dbProject.settings.local", code).stdout == "False\n"


def test_production_takes_no_test_payments_unless_asked_to():
    code = "from django.conf import settings; print(settings.PAYMENT_PROVIDER)"
    wanted = PRODUCTION | {"PAYMENT_PROVIDER": "test"}

    assert "ALLOW_TEST_PAYMENTS" in under("dbProject.settings.base", code, **wanted).stderr
    assert under("dbProject.settings.base", code, **wanted, ALLOW_TEST_PAYMENTS="1").stdout == "test\n"


@pytest.mark.parametrize(
    ("module", "settings_module"),
    [("dbProject.wsgi", "dbProject.settings.base"), ("dbProject.asgi", "dbProject.settings.base")],
)
def test_web_servers_run_on_production_settings_unless_told_otherwise(module, settings_module):
    code = f"import os, {module}; print(os.environ['DJANGO_SETTINGS_MODULE'])"

    assert under("", code, **PRODUCTION).stdout.strip() == settings_module


def test_celery_and_the_command_line_run_on_local_settings_unless_told_otherwise():
    code = "import os, dbProject.celery; print(os.environ['DJANGO_SETTINGS_MODULE'])"

    assert under("", code).stdout.strip() == "dbProject.settings.local"
    assert "dbProject.settings.local" in (ROOT / "manage.py").read_text()


@pytest.mark.parametrize("program", ["worker", "beat"])
def test_a_worker_without_a_broker_says_what_is_missing_and_ends(program):
    code = f"import sys, celery.__main__ as cli; sys.argv[1:] = '-A dbProject {program}'.split(); cli.main()"

    answer = under("dbProject.settings.local", code)

    assert answer.returncode == 2
    assert "CELERY_BROKER_URL" in answer.stderr


def test_a_web_process_loads_nothing_that_only_others_need():
    code = (
        "import sys, dbProject.wsgi; from dbProject.urls import urlpatterns; print(sorted({"
        "'dask', 'distributed', 'opentelemetry', 'pandas', 'pyarrow', 'requests',"
        " 'rich', 'stripe', 'tornado'} & set(sys.modules)))"
    )

    answer = under("dbProject.settings.base", code, **PRODUCTION)

    assert answer.stdout == "[]\n", answer.stderr


def test_a_web_process_that_is_to_trace_does():
    code = "import dbProject.wsgi; from dbProject import tracing; print(tracing._tracer is not None)"
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}

    assert under("dbProject.settings.base", code, **PRODUCTION, **endpoint).stdout == "True\n"
    assert under("dbProject.settings.base", code, **PRODUCTION).stdout == "False\n"
