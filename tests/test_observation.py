"""What is counted of requests and tasks, and who is told."""

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from celery import shared_task
from celery.app.task import Context
from celery.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import task_failure
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncClient, Client

from dbProject import caching, observation, receivers
from products.tests.factories import ProductFactory

HERE = "tests.test_observation"
ours = "0123abcd-of-our-proxy"
told: list[SimpleNamespace] = []


def observe(request, response, seen):
    response["X-Observed"] = "yes"
    told.append(
        SimpleNamespace(path=request.path, response=response, running=observation.running(), seen=seen)
    )


def fail(request, response, seen):
    raise RuntimeError("An observer")


def observe_task(seen):
    told.append(SimpleNamespace(seen=seen))


@shared_task
def asks_the_cache(**_later):
    for _ in range(3):
        cache.get("nothing")


def ask(times):
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute("SELECT 1")


@pytest.fixture(autouse=True)
def _observers(settings):
    told.clear()
    receivers._told.forget()
    settings.OBSERVERS = [f"{HERE}.fail", f"{HERE}.observe"]
    settings.TASK_OBSERVERS = [f"{HERE}.observe_task"]


def answered(answer, rf):
    """Let ``answer`` stand for the whole shop, and return its response."""
    return observation.ObservationMiddleware(answer)(rf.get("/somewhere/"))


@pytest.mark.django_db
def test_a_page_is_told_of_once_with_what_it_cost(client, caplog):
    product = ProductFactory()

    answer = client.get(product.get_absolute_url())

    (one,) = told
    assert (one.seen.route, one.seen.status) == ("product_detail", 200)
    assert one.seen.request_id == answer["X-Request-ID"]
    assert one.seen.queries > 3
    assert 0 < one.seen.query_seconds < one.seen.seconds
    assert one.seen.cache["built"] > 0
    assert one.seen.cache_calls > 0
    assert one.seen in one.running
    assert answer["X-Observed"] == "yes"
    assert not observation.running()
    assert "test_observation.fail failed" in caplog.text


@pytest.mark.django_db
def test_a_page_that_all_share_is_known_as_one(client, settings):
    settings.SHARED_PAGE_SECONDS = settings.MEMORY_CACHE_SECONDS = 60
    for _ in range(2):
        client.get("/products/")

    built, kept = (one.seen for one in told)
    assert (built.route, built.is_shared) == ("product_list", False)
    assert (kept.route, kept.is_shared, kept.queries) == ("product_list", True, 0)
    assert kept.cache == {"memory": 1}


@pytest.mark.django_db
def test_addresses_that_lead_nowhere_are_one_route(client):
    for path in ("/nowhere/", "/wp-login.php", "/static/nothing.css"):
        client.get(path)

    assert [(one.seen.route, one.seen.status) for one in told] == [
        ("unmatched", 404),
        ("unmatched", 404),
        ("static", 404),
    ]


def test_an_answer_that_streams_counts_when_it_starts(rf):
    def rows():
        assert len(told) == 1
        yield b"row"

    answer = answered(lambda request: StreamingHttpResponse(rows()), rf)

    assert b"".join(answer.streaming_content) == b"row"


def test_nothing_is_left_running_when_the_shop_itself_breaks(rf):
    def broken(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answered(broken, rf)

    assert observation.current() is None
    assert not observation.running()


@pytest.mark.django_db
def test_a_request_inside_another_counts_for_itself(rf, client):
    ask(1)  # outside

    def outer(request):
        ask(2)
        client.get("/health/live")
        ask(2)
        return HttpResponse()

    answered(outer, rf)

    inner, outer = (one.seen for one in told)
    assert (inner.route, inner.queries, outer.queries) == ("health_live", 0, 4)


@pytest.mark.django_db
def test_a_connection_counts_each_query_once_however_often_it_connects(rf):
    observation.count_queries_of(connection)
    observation.count_queries_of(connection)

    answered(lambda request: ask(1) or HttpResponse(), rf)

    assert told[0].seen.queries == 1


def test_a_task_is_told_of_with_the_id_it_was_sent_with(worker, rf):
    answer = answered(lambda request: asks_the_cache.delay() and HttpResponse(), rf)
    worker(asks_the_cache.name)

    task, request = sorted((one.seen for one in told), key=lambda seen: seen.request is not None)
    assert task.request_id == request.request_id == answer["X-Request-ID"]
    assert (task.route, task.status, task.cache_calls) == (asks_the_cache.name, "SUCCESS", 3)


def failed(error, *, has_message):
    """Say what Celery says in the process that watches over those that run tasks."""
    if has_message:
        asks_the_cache.request_stack.push(Context({"id": "one", "request_id": ours}))
    task_failure.send(sender=asks_the_cache, task_id="one", exception=error, kwargs={})
    if has_message:
        asks_the_cache.request_stack.pop()


@pytest.mark.django_db
def test_a_task_whose_process_died_is_told_of_by_who_watches():
    failed(WorkerLostError("signal 9 (SIGKILL)"), has_message=True)
    failed(ValueError("its own process tells of that"), has_message=True)

    (one,) = (one.seen for one in told)
    assert (one.route, one.status, one.request_id) == (asks_the_cache.name, "FAILURE", ours)
    assert observation.current() is None
    assert not observation.running()


@pytest.mark.django_db
@pytest.mark.parametrize("celery_says", [(True, False, True, False), (False, False), (True, True)])
def test_a_task_out_of_time_is_told_of_once_for_each_time(celery_says):
    for has_message in celery_says:
        failed(TimeLimitExceeded(100), has_message=has_message)

    assert [(one.seen.status, one.seen.seconds >= 100) for one in told] == [("FAILURE", True)] * 2


@pytest.mark.parametrize(
    ("proxies", "given", "is_believed"),
    [
        (1, ours, True),
        (0, ours, False),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, "line\nbreak-00", False),
        (1, "", False),
    ],
)
@pytest.mark.django_db
def test_an_id_is_believed_of_a_proxy_of_ours_alone(settings, proxies, given, is_believed):
    settings.TRUSTED_PROXY_COUNT = proxies

    id_of_answer = Client(HTTP_X_REQUEST_ID=given).get("/health/live")["X-Request-ID"]

    assert (id_of_answer == given) is is_believed
    assert observation.ID.fullmatch(id_of_answer)


def test_it_is_the_same_where_requests_are_answered_by_coroutines():
    answer = async_to_sync(AsyncClient().get)("/health/live")

    (one,) = told
    assert (one.seen.route, one.seen.request_id) == ("health_live", answer["X-Request-ID"])
    assert not observation.running()


@pytest.mark.django_db
def test_a_cache_that_is_asked_directly_counts_too(rf):
    answered(lambda request: cache.get("nothing") or HttpResponse(), rf)

    assert (told[0].seen.cache_calls, told[0].seen.cache) == (1, {})


@pytest.mark.django_db
def test_values_from_memory_count_as_such(rf, settings):
    settings.MEMORY_CACHE_SECONDS = 60

    def twice(request):
        for _ in range(2):
            caching.remember("catalog", "one", lambda: 1, seconds=60)
        return HttpResponse()

    answered(twice, rf)

    assert told[0].seen.cache == {"built": 1, "memory": 1}
