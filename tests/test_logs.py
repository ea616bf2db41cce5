"""What the log tells of requests and tasks, and what it never does."""

import json
import logging
import os
import subprocess
import sys

import pytest
from celery import shared_task
from django.core import mail
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from dbProject import logs, observation, redaction
from dbProject.outbox.models import OutboxEvent
from dbProject.urls import *  # noqa: F403 -- and one page more
from dbProject.urls import urlpatterns as of_the_shop
from orders.tests.factories import MethodFactory
from products.tests.factories import ProductFactory
from users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
TYPED = {
    "email": "wilhelmina@example.com",
    "name": "Wilhelmina Buyer",
    "street": "Torstraße 217",
    "zip_code": "10119",
    "city": "Niederfinow",
    "country": "DE",
}
SECRETS = ("wilhelmina", "torstra", "10119", "niederfinow", "Zx9-secret", PASSWORD)
TOKEN = "Zx9-secret-0123456789abcdef0123456789"  # noqa: S105 -- nobody's


@pytest.fixture(autouse=True)
def _nothing_is_slow(settings):
    """A busy machine is slow, not wrong."""
    settings.SLOW_REQUEST_SECONDS = settings.SLOW_QUERY_SECONDS = 1_000


def broken(request):
    raise RuntimeError(f"{request.POST.dict()} {request.headers.get('Authorization')}")


def row_is_there_already(request):
    with transaction.atomic():
        UserFactory(email=TYPED["email"])
    return HttpResponse()


urlpatterns = [
    *of_the_shop,
    path("broken/", broken, name="broken"),
    path("twice/", row_is_there_already, name="twice"),
]


@shared_task
def fails(**_later):
    raise OSError({"wilhelmina@example.com": (550, "no such user")})


def buy(client):
    MethodFactory()
    client.post("/cart/add/", {"product_id": ProductFactory().pk, "quantity": 1})
    seen = client.get("/checkout/").context["form"].initial
    kept = {name: seen[name] for name in ("idempotency_key", "total_seen") if name in seen}
    return client.post("/checkout/", TYPED | kept)


def of(lines, event):
    return [line for line in lines() if line["event"] == event]


# One id


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_one_id_leads_from_a_checkout_to_the_line_of_its_mail(client, worker, log_lines):
    answer = buy(client)
    worker("orders.tasks.send_order_confirmation_email")

    assert answer.status_code == 303
    ours = answer["X-Request-ID"]
    event = OutboxEvent.objects.get(task="orders.tasks.send_order_confirmation_email")
    (letter,) = of(log_lines, "mail")
    (task,) = [line for line in of(log_lines, "task") if line["task"] == event.task]
    (request,) = [line for line in of(log_lines, "request") if line["request_id"] == ours]
    assert event.request_id == letter["request_id"] == task["request_id"] == ours
    assert letter["task"] == event.task
    assert letter["event_id"] == str(event.pk)
    assert (request["route"], request["method"], request["status"]) == ("checkout", "POST", 303)
    assert ours not in mail.outbox[0].message().as_string()


# Requests and tasks


def test_a_request_has_one_line_with_what_it_cost(log_lines):
    client, customer = Client(), UserFactory()
    client.force_login(customer)

    answer = client.get("/account/")

    (line,) = of(log_lines, "request")
    assert line["request_id"] == answer["X-Request-ID"]
    assert (line["user_id"], line["route"], line["method"]) == (customer.pk, "account", "GET")
    assert (line["status"], line["level"], line["release"]) == (200, "info", "unreleased")
    assert line["queries"] > 0
    assert line["duration_ms"] >= line["db_ms"] > 0
    assert len(line["session"]) == 16


def test_probes_files_and_pages_from_memory_have_no_lines(client, log_lines, settings):
    settings.SHARED_PAGE_SECONDS = settings.MEMORY_CACHE_SECONDS = 60
    client.get("/products/")
    for address in ("/health/live", "/health", "/products/", "/static/nothing.css"):
        client.get(address)

    assert [line["route"] for line in of(log_lines, "request")] == ["product_list"]


def test_what_is_slow_is_a_warning(client, log_lines, settings):
    settings.SLOW_REQUEST_SECONDS = settings.SLOW_QUERY_SECONDS = 0

    client.get("/search/", {"q": "wilhelmina"})

    (request,), queries = of(log_lines, "request"), of(log_lines, "slow_query")
    assert (request["level"], request["slow"]) == ("warning", True)
    assert {(line["level"], line["route"]) for line in queries} == {("warning", "search")}
    assert any("%s" in line["sql"] for line in queries)
    assert "wilhelmina" not in json.dumps(queries)


def test_more_queries_than_a_route_may_ask_are_a_warning(client, log_lines, settings):
    settings.QUERY_BUDGET, settings.QUERY_BUDGETS = 100, {"search": 0}

    client.get("/search/")
    client.get("/products/")

    search, products = of(log_lines, "request")
    assert (search["level"], search["query_budget"], products["level"]) == ("warning", 0, "info")
    assert min(search["queries"], products["queries"]) > 0


def test_a_task_has_one_line_unless_it_runs_all_the_time(log_lines, settings):
    for name, status in (
        ("dbProject.outbox.tasks.relay_outbox", "SUCCESS"),
        ("dbProject.outbox.tasks.relay_outbox", "FAILURE"),
        ("orders.tasks.send_order_confirmation_email", "SUCCESS"),
    ):
        seen = observation.Observation("0123456789abcdef", route=name)
        observation.begin(seen)
        observation.conclude(seen, status=status)
        logs.observe_task(seen)
        observation.end(seen)

    assert [(line["task"], line["status"]) for line in of(log_lines, "task")] == [
        ("dbProject.outbox.tasks.relay_outbox", "FAILURE"),
        ("orders.tasks.send_order_confirmation_email", "SUCCESS"),
    ]


# Nobody's


def test_nothing_that_says_who_somebody_is_or_opens_anything_is_in_any_line(
    log_lines, settings, django_capture_on_commit_callbacks
):
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    UserFactory(email=TYPED["email"], first_name="Wilhelmina")

    client.post("/accounts/login/", {"login": TYPED["email"], "password": TOKEN})
    buy(client)
    client.post("/accounts/login/", {"login": TYPED["email"], "password": PASSWORD})
    client.get("/account/")
    for address in ("/broken/", "/twice/", f"/wishlists/{TOKEN}/", f"/nowhere/{TOKEN}/", f"/?token={TOKEN}"):
        client.post(address, TYPED | {"password": TOKEN}, headers={"Authorization": f"Bearer {TOKEN}"})
    client.post(
        "/api/auth/login/",
        {"email": TYPED["email"], "password": TOKEN, "name": TYPED["name"]},
        content_type="application/json",
    )
    fails.apply()
    keys = [cookie.value for cookie in client.cookies.values() if cookie.value]

    said = json.dumps(log_lines(), ensure_ascii=False)
    assert len(of(log_lines, "unhandled_exception")) == 2
    assert "IntegrityError" in said
    assert "OSError" in said
    for secret in (*SECRETS, *keys):
        assert secret.lower() not in said.lower(), secret


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no route for robin.o'neill+x@mail.example.com here", "no route for robin.o'[removed] here"),
        (
            "Key (email)=(a@b.de) exists\nDETAIL:  Failing row contains (1, Robin).\n",
            "Key (email)[removed] exists\n[removed]",
        ),
        ("Authorization: Bearer abcdefgh.ijkl-mnop", "Authorization: [removed]"),
        ("redis://user:hunter22@cache:6379/0 is away", "redis://[removed]@cache:6379/0 is away"),
        ("event 1f0a3d62-0c3a-4d1c-9a53-54cf1bd3f1ab", "event 1f0a3d62-0c3a-4d1c-9a53-54cf1bd3f1ab"),
        ("link 1tXyz9-aB3dEf6hIjKlMnOpQrStUv", "link [removed]"),
        ("KeyError: 'sku'", "KeyError: 'sku'"),
        ("session 3k2j9x0q8w7e6r5t4y3u2i1o9p8a7s6d", "session [removed]"),
        (
            "violates products_category_id_9b594869_fk_categories_id",
            "violates products_category_id_9b594869_fk_categories_id",
        ),
    ],
)
def test_texts_of_others_lose_what_is_nobodys_business(text, left):
    assert redaction.redacted(text) == left


def test_lines_of_django_name_no_address(log_lines):
    Client(enforce_csrf_checks=True).post("/wishlists/Zx9-sec/")

    (line,) = [line for line in log_lines() if line["logger"] == "django.security.csrf"]
    assert line["event"] == "Forbidden (CSRF cookie not set.): [removed]"


def test_what_was_typed_is_found_in_every_spelling_and_the_end_of_a_long_text_is_kept(rf):
    typed = redaction.typed_in(rf.get("/", {"q": "Anna's Straße"}))
    spelled = [repr("Anna's Straße"), json.dumps("Anna's Straße"), "/?q=Anna%27s+Stra%C3%9Fe"]
    said = f"{' '.join(spelled)} {'x' * 30_000} KeyError"

    left = redaction.redacted(said, typed)

    assert "Anna" not in left
    assert "Stra" not in left
    assert left.endswith("KeyError")
    assert len(left) < 21_000


def test_what_is_sent_with_a_webhook_that_is_refused_is_not_looked_at(client, log_lines, monkeypatch):
    monkeypatch.setattr(redaction, "typed_in", lambda _: pytest.fail("it is looked at"))

    answer = client.post("/api/payments/webhooks/test/", b"[" * 100_000, content_type="application/json")

    (line,) = of(log_lines, "webhook_refused")
    assert answer.status_code == 400
    assert (line["provider"], line["reason"]) == ("test", "the signature is wrong")


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({str(number): f"Wilhelmina {number}" for number in range(redaction.MOST_TYPED + 1)}),
        json.dumps([f"Wilhelmina {'x' * redaction.MOST_TYPED_CHARACTERS}"]),
        f"[{'1,' * redaction.MOST_TYPED_CHARACTERS}1]",
    ],
)
def test_more_than_can_be_looked_for_leaves_nothing_but_the_frames(rf, body):
    request = rf.post("/", body, content_type="application/json")
    assert request.body
    said = 'Traceback:\n  File "/shop/views.py", line 7, in buy\n    pay(name)\nValueError: Wilhelmina 7'

    left = redaction.redacted(said, redaction.typed_in(request))

    assert left == '  File "/shop/views.py", line 7, in buy\n[removed]'


def test_a_form_of_more_than_can_be_looked_for_is_no_other(rf):
    request = rf.post("/", {str(number): f"Wilhelmina {number}" for number in range(500)})
    assert request.POST

    assert redaction.redacted("Nothing of it", redaction.typed_in(request)) == "[removed]"


@pytest.mark.parametrize("depth", [500, 900, 5_000])
def test_lists_in_lists_do_not_keep_a_line_from_being_written(rf, log_lines, depth):
    request = rf.post("/", f"{'[' * depth}1{']' * depth}", content_type="application/json")
    assert request.body
    seen = observation.Observation("0123456789abcdef", request=request)
    observation.begin(seen)
    try:
        logging.getLogger("elsewhere").warning("a line")
    finally:
        observation.end(seen)

    assert [line["request_id"] for line in log_lines() if line["logger"] == "elsewhere"] == [
        "0123456789abcdef"
    ]


def test_bodies_are_for_debugging_alone_bounded_and_without_secrets(client, log_lines, settings):
    client.post("/accounts/login/", {"login": "wilhelmina", "password": TOKEN})
    assert of(log_lines, "bodies") == []

    debugged = logging.getLogger("shop.bodies")
    debugged.setLevel(logging.DEBUG)
    try:
        client.post("/accounts/login/", {"login": "w" * 5000, "password": TOKEN})
        client.post(
            "/api/auth/login/",
            {"email": "w", "password": TOKEN, "code": "123"},
            content_type="application/json",
        )
    finally:
        debugged.setLevel(logging.NOTSET)

    form, program = of(log_lines, "bodies")
    assert len(form["sent"]) == settings.LONGEST_BODY
    assert json.loads(program["sent"]) == {"email": "w", "password": "[removed]", "code": "[removed]"}
    assert json.loads(program["answered"])["status"] == 401
    assert TOKEN not in json.dumps(log_lines())


# Where lines go

WRITE = """
import logging, sys
import django
django.setup()
for number in range(200):
    logging.getLogger("shop").info("line", extra={"facts": {"number": number}})
logging.getLogger("shop").error("grave")
"""


def in_a_process(story, **environment):
    return subprocess.Popen(  # noqa: S603 -- our own code
        [sys.executable, "-c", story],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "dbProject.settings.local", **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.integration
def test_several_processes_write_one_file_which_may_be_moved_away_meanwhile(tmp_path):
    log, errors, moved = tmp_path / "shop.log", tmp_path / "errors.log", tmp_path / "shop.log.1"
    places = {"LOG_FILE": str(log), "ERROR_LOG_FILE": str(errors), "LOG_FORMAT": "json", "LOG_LEVEL": "INFO"}
    writers = [in_a_process(WRITE, **places) for _ in range(2)]
    while not log.exists():
        assert any(writer.poll() is None for writer in writers)
    log.rename(moved)
    said = [writer.communicate(timeout=60)[1] for writer in writers]

    lines = [
        json.loads(line) for file in (log, moved) if file.exists() for line in file.read_text().splitlines()
    ]
    assert said == ["", ""]
    assert sorted(line["number"] for line in lines if line["event"] == "line") == sorted([*range(200)] * 2)
    assert [json.loads(line)["event"] for line in errors.read_text().splitlines()] == ["grave"] * 2


def test_people_read_text(capsys):
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logs.formatter(format="console"))
    record = logging.LogRecord("shop", logging.WARNING, "", 0, "request", None, None)
    record.facts = {"status": 200}
    handler.emit(record)

    line = capsys.readouterr().err
    assert "warning" in line
    assert "status=200" in line


def test_a_format_that_nobody_knows_stops_the_start():
    process = in_a_process("import django; django.setup()", LOG_FORMAT="xml")

    assert "choose json or console" in process.communicate(timeout=60)[1]
