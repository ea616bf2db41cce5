"""The files of deploy/: what each names is there, and every container is as tight as it is said to be."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.urls import resolve

from dbProject.architecture import problems
from dbProject.views import health
from deploy.cluster import machine
from tests.manifests import COMPOSE, DEPLOY, KUBERNETES, OURS, ROOT, variables_of


def wanted_by(template):
    return set(re.findall(r"\$\{([A-Z_]+)\}", (DEPLOY / template).read_text()))


NGINX = {
    "compose": COMPOSE["services"]["nginx"]["environment"],
    "Kubernetes": variables_of(KUBERNETES.pods["nginx"]["spec"]["containers"][0]),
}


@pytest.mark.parametrize("where", NGINX)
def test_nginx_takes_the_configuration_that_it_is_given_there(where, tmp_path):
    assert NGINX[where].keys() == wanted_by("nginx/shop.conf.template")
    nowhere = {
        name: re.sub(r"server [a-z0-9-]+:", "server 127.0.0.1:", value)
        for name, value in NGINX[where].items()
    }
    nowhere |= {"ACCESS_LOG": str(tmp_path / "log"), "LISTEN": "127.0.0.1:1"}
    (tmp_path / "shop.conf").write_text(machine.filled_in(DEPLOY / "nginx/shop.conf.template", **nowhere))
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\n{temporary}include {machine.mime_types()};\ninclude {tmp_path}/shop.conf;\n}}\n"
    )

    done = subprocess.run(  # noqa: S603 -- our own configuration
        [machine.program("nginx"), "-t", "-c", main], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


SECRET = (
    ".env",
    "deploy/.env",
    "deploy/shop.env",
    "deploy/userlist.txt",
    "deploy/terraform/terraform.tfstate",
    "deploy/terraform/terraform.tfstate.backup",
    "deploy/terraform/production.tfvars",
    "deploy/terraform/.terraform/terraform.tfstate",
)
"""Where docs/operations.md, compose and terraform put what nobody else may know."""


def is_in_the_image(path):
    """Say whether ``COPY . .`` takes a file; of Docker's patterns as far as .dockerignore uses them."""
    patterns = [
        re.escape(line).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    return not any(re.fullmatch(f"{pattern}(?:/.*)?", path) for pattern in patterns)


@pytest.mark.parametrize("path", SECRET)
def test_no_secret_gets_into_the_image_or_into_git(path):
    assert not is_in_the_image(path)
    ignored = [shutil.which("git") or "git", "check-ignore", "--quiet", "--no-index", path]
    assert not subprocess.run(ignored, cwd=ROOT, check=False).returncode  # noqa: S603 -- our own file


def test_the_image_has_what_the_shop_reads():
    led_to = {path for path in problems.files() if path.startswith("docs/")}
    assert led_to
    for path in {*led_to, "docs/openapi.yaml", "manage.py", "gunicorn.conf.py", "deploy/alive.py"}:
        assert (ROOT / path).exists()
        assert is_in_the_image(path), path


@pytest.mark.integration
@pytest.mark.django_db
def test_no_role_of_the_shop_is_a_superuser_and_only_the_owner_changes_tables():
    with connection.cursor() as cursor:

        def ask(query):
            cursor.execute(query)
            return cursor.fetchall()

        for _repeated in range(2):
            cursor.execute((DEPLOY / "postgres/roles.sql").read_text())

        roles = ask("SELECT rolname FROM pg_roles WHERE rolname LIKE 'shop!_%' ESCAPE '!' ORDER BY 1")
        assert [name for (name,) in roles] == ["shop_owner", "shop_reader", "shop_web", "shop_worker"]
        powerful = """
            SELECT role.rolname, power.rolname FROM pg_roles role
            JOIN pg_roles power ON pg_has_role(role.oid, power.oid, 'member')
            WHERE role.rolname LIKE 'shop!_%' ESCAPE '!'
                AND (power.rolsuper OR power.rolcreaterole OR power.rolname LIKE 'pg!_%server%' ESCAPE '!')
        """
        assert ask(powerful) == []
        of_others = """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
                AND NOT pg_has_role('shop_worker', relowner, 'usage')
        """
        assert ask(of_others) == []
        cursor.execute("SET LOCAL ROLE shop_owner")
        cursor.execute("CREATE TABLE made_by_a_later_migration (id serial)")
        cursor.execute("SET LOCAL ROLE shop_web")
        for table in ("orders", "made_by_a_later_migration"):
            assert ask(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 -- names of ours
            with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
                cursor.execute(f"DROP TABLE {table}")
        cursor.execute("RESET ROLE")


def test_prometheus_reaches_every_process_that_counts():
    given = COMPOSE["services"]["web-1"]["environment"]
    for networks in (KUBERNETES.literals["METRICS_ALLOWED_NETWORKS"], given["METRICS_ALLOWED_NETWORKS"]):
        assert "0.0.0.0/0" not in networks.split(",")
        assert any(not network.startswith("127.") for network in networks.split(","))
    (worker,) = KUBERNETES.pods["worker"]["spec"]["containers"]
    for variables in (variables_of(worker), COMPOSE["services"]["worker"]["environment"]):
        assert variables["WORKER_METRICS_BIND"] == "0.0.0.0:9101"
        assert variables["PROMETHEUS_MULTIPROC_DIR"].startswith("/tmp/")  # noqa: S108 -- all else is read-only
    assert worker["ports"] == [{"name": "metrics", "containerPort": 9101}]


def test_compose_takes_its_file_and_the_forge_its_workflow():
    files = {"compose-spec": "deploy/compose.yaml", "github-workflows": ".github/workflows/ci.yml"}
    for schema, path in files.items():
        ask = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", ROOT / path]
        done = subprocess.run(ask, capture_output=True, text=True, check=False)  # noqa: S603 -- our own files
        assert done.returncode == 0, done.stdout + done.stderr


def test_pgbouncer_is_given_what_it_wants():
    wanted = wanted_by("pgbouncer/pgbouncer.ini.template")
    assert COMPOSE["services"]["pgbouncer"]["environment"].keys() == wanted
    assert variables_of(KUBERNETES.pods["pgbouncer"]["spec"]["containers"][0]).keys() == wanted


def test_whoever_is_to_end_has_the_time_that_its_work_may_take():
    longest = settings.CELERY_TASK_TIME_LIMIT
    assert int(COMPOSE["services"]["worker"]["stop_grace_period"].removesuffix("s")) > longest
    assert KUBERNETES.pods["worker"]["spec"]["terminationGracePeriodSeconds"] > longest
    unit = (DEPLOY / "systemd/shop-worker.service").read_text()
    assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > longest


def test_compose_names_nothing_that_is_not_there():
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= services.keys(), name
        named = (
            volume for volume in service.get("volumes", ()) if ":" in volume
        )  # others are a container's own
        volumes = {volume.partition(":")[0] for volume in named}
        assert {volume for volume in volumes if not volume.startswith(".")} <= COMPOSE["volumes"].keys(), name
        if build := service.get("build"):
            dockerfile = ROOT / build["dockerfile"]
            assert (
                f" AS {build['target']}\n" in dockerfile.read_text()
                if "target" in build
                else dockerfile.exists()
            )
    ours = [service for service in services.values() if service.get("env_file")]
    assert len(ours) == 6
    for service in ours:
        assert service["environment"].keys() <= OURS
        assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])  # noqa: S108
    assert wanted_by("compose.yaml") == {  # no default
        "POSTGRES_PASSWORD", "OWNER_PASSWORD", "WEB_PASSWORD", "WORKER_PASSWORD",
    }  # fmt: skip


def test_dask_runs_the_shop_s_image_with_its_files_in_a_network_of_its_own_and_knows_no_secret():
    services = COMPOSE["services"]
    dask = {name: service for name, service in services.items() if name.startswith("dask-")}
    assert len(dask) == 2
    for service in dask.values():
        assert service["profiles"] == ["analytics"]
        assert service["image"] == services["worker"]["image"]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert not service.keys() & {"env_file", "ports", "expose"}
        assert service["environment"].keys() == {
            "ARROW_DEFAULT_MEMORY_POOL", "DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE"
        }  # fmt: skip
        assert service["networks"] == ["dask"]
    assert COMPOSE["networks"]["dask"] == {"internal": True}
    reaching = {name for name, service in services.items() if "dask" in service.get("networks", ())}
    assert reaching == {*dask, "worker"}
    assert services["worker"]["environment"]["ANALYTICS_DIR"] == "/srv/analytics"
    assert "analytics:/srv/analytics" in services["worker"]["volumes"]
    for name in ("web-1", "web-2", "worker", "beat"):
        assert services[name]["environment"]["ANALYTICS_QUEUE"] == "celery", name  # of all workers
    assert "volumes" not in dask["dask-scheduler"]
    spilling = dask["dask-worker"]["command"][-1]
    assert dask["dask-worker"]["volumes"] == ["analytics:/srv/analytics:ro", spilling]
    made = (ROOT / "deploy/Dockerfile").read_text().partition(" AS analytics\n")[2]
    assert f"install --directory --owner shop /srv/analytics {spilling}\n" in made  # a volume is whose it was


def test_each_container_is_given_the_password_of_its_own_role_and_no_other():
    filled_in_from = ".env"  # compose's own file, with all passwords
    roles = {"migrate": "OWNER", "worker": "WORKER", "beat": "WORKER", "postgres": "POSTGRES"}
    roles |= dict.fromkeys(("web-1", "web-2", "live"), "WEB")
    for name, service in COMPOSE["services"].items():
        assert service.get("env_file") != filled_in_from, name
        given = set(re.findall(r"\$\{([A-Z]+)_PASSWORD\}", str(service.get("environment"))))
        assert given == ({roles[name]} if name in roles else set()), name
    assert COMPOSE["services"]["web-1"]["env_file"] == "shop.env"


def test_systemd_takes_the_units(tmp_path):
    units = list((DEPLOY / "systemd").glob("*.service"))
    assert {unit.name for unit in units} == {
        "shop-web@.service",
        "shop-live.service",
        "shop-worker.service",
        "shop-beat.service",
    }
    for unit in units:
        here = unit.read_text().replace("/srv/shop/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name.replace("@", "@8001")).write_text(here.replace("/srv/shop", str(ROOT)))
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("no systemd here")

    done = subprocess.run(  # noqa: S603 -- our own units
        [analyze, "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


TERRAFORM = {path.name: path.read_text() for path in (DEPLOY / "terraform").glob("*.tf")}
BLOCK = re.compile(r'^(resource|variable|output) ((?:"\w+" ?)+)\{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)


def test_the_module_of_terraform_uses_what_it_declares_and_declares_what_it_uses():
    blocks = [block for text in TERRAFORM.values() for block in BLOCK.findall(text)]
    declared = {
        kind: {".".join(re.findall(r"\w+", name)) for each, name, _body in blocks if each == kind}
        for kind in ("resource", "variable", "output")
    }
    code = re.sub(r"#.*", "", "\n".join(TERRAFORM.values()))

    assert set(re.findall(r"\bvar\.(\w+)", code)) == declared["variable"]
    named = re.findall(r"\b((?:aws|random)_\w+\.\w+)(?:\[|\.)", code)
    assert set(named) <= declared["resource"]
    for kind, name, body in blocks:
        if kind != "resource":
            assert "  description" in body, name
    needed = {name: body for kind, name, body in blocks if kind == "variable" and "default" not in body}
    assert all("type" in body for _kind, name, body in blocks if name in needed)


def test_the_load_balancer_speaks_tls_alone_and_asks_nginx_whether_the_shop_is_well():
    text = TERRAFORM["load_balancer.tf"]
    listeners = dict(re.findall(r'"aws_lb_listener" "(\w+)" \{\n(.*?)^\}$', text, re.MULTILINE | re.DOTALL))
    assert listeners.keys() == {"http", "https"}
    assert "ssl_policy        = var.tls_policy" in listeners["https"]
    assert "certificate_arn   = var.certificate_arn" in listeners["https"]
    assert "forward" not in listeners["http"]
    assert re.search(r'port +\= "443"\n +protocol +\= "HTTPS"', listeners["http"])

    variables = TERRAFORM["variables.tf"]
    path = re.search(r'"health_check_path" \{.*?default +\= "([^"]+)"', variables, re.DOTALL)[1]
    assert resolve(path).func is health
    template = (DEPLOY / "nginx/shop.conf.template").read_text()
    assert f"location = {path} {{\n        if ($is_probe = 0)" in template
    port = re.search(r'"nginx_port" \{.*?default +\= (\d+)', variables, re.DOTALL)[1]
    assert {port} == {given["LISTEN"] for given in NGINX.values()}


def test_terraform_takes_the_form_of_its_module():
    if not (terraform := shutil.which("terraform")):
        pytest.skip("no terraform here")
    done = subprocess.run(  # noqa: S603 -- our own module
        [terraform, "fmt", "-check", "-diff", DEPLOY / "terraform"],
        env=os.environ | {"TF_CLI_CONFIG_FILE": os.devnull},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
