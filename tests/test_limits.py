"""How often somebody may: by route, network address and account, whatever a client says of itself."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

from dbProject import clients, urls
from dbProject.limits import counters, services
from dbProject.limits.models import RateCount
from dbProject.limits.rules import Rule, Visitor, rule
from tests.races.crowd import crowd
from users.tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
RESET = "/accounts/password/reset/"
AWAY = "redis://127.0.0.1:1/0"


def reset(client, email="ada@example.com", **headers):
    return client.post(RESET, {"email": email}, headers=headers)


def log_in(client, email="robin@example.com", password="wrong"):  # noqa: S107
    return client.post("/accounts/login/", {"login": email, "password": password})


def at(address):
    return Client(REMOTE_ADDR=address)


def later(seconds):
    """Let ``seconds`` pass for everything that the database counts."""
    for row in RateCount.objects.all():
        row.expires_at -= timedelta(seconds=seconds)
        row.save()


def test_the_fourth_reset_of_a_password_in_an_hour_is_refused_and_says_until_when(client):
    for left in ("2", "1", "0"):
        answer = reset(client)
        assert (answer.status_code, answer["X-RateLimit-Remaining"]) == (302, left)

    answer = reset(client)

    assert answer.status_code == 429
    assert answer["X-RateLimit-Limit"] == "3"
    assert 3590 < int(answer["Retry-After"]) <= 3600
    assert abs(int(answer["X-RateLimit-Reset"]) - timezone.now().timestamp() - 3600) < 10
    page = answer.content.decode()
    assert "That was a little fast" in page
    assert "in 60 minutes" in page
    later(3600)
    assert reset(client).status_code == 302


def test_a_form_that_comes_back_uses_up_nothing(client):
    for _ in range(5):
        assert reset(client, "no address").status_code == 200
    assert not RateCount.objects.exists()
    reset(client)
    for _ in range(2):
        assert reset(client, "no address")["X-RateLimit-Remaining"] == "1"

    assert [reset(client).status_code for _ in range(3)] == [302, 302, 429]


def test_wrong_forms_without_end_are_refused_too(client, settings):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "forms": {"limit": 4, "window": 60, "per": ["address"]}
    }

    assert [reset(client, "no address").status_code for _ in range(6)] == [200] * 4 + [429] * 2


def test_the_page_is_in_the_reader_s_language(client):
    for _ in range(3):
        reset(client)

    assert "in 60 Minuten" in reset(client, **{"accept-language": "de"}).content.decode()


def test_a_program_reads_when_it_may_ask_again(client):
    staff = StaffFactory()
    client.force_login(staff)
    with override_settings(RATE_LIMIT_DEFAULT=1, RATE_LIMIT_STAFF_FACTOR=2):
        answers = [client.get("/api/products/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[1]["X-RateLimit-Remaining"] == "0"
    assert answers[2]["Content-Type"] == "application/problem+json"
    body = answers[2].json()
    assert body.items() >= {"status": 429, "code": "rate_limited", "title": "Too Many Requests"}.items()
    assert body["retry_after"] == int(answers[2]["Retry-After"])
    assert body["request_id"] == answers[2]["X-Request-ID"]


def test_somebody_else_s_account_is_counted_for_whoever_asks_for_it():
    for number in range(3):
        assert reset(at(f"192.0.2.{number}")).status_code == 302

    assert reset(at("192.0.2.9"), " ADA@example.com").status_code == 429
    assert reset(at("192.0.2.9"), "other@example.com").status_code == 302


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_that_forge_where_they_come_from_are_let_through_exactly_three_times():
    with crowd(50) as people:
        answers = people.at_once(
            *[
                lambda n=number: reset(Client(), f"{n}@example.com", **{"x-forwarded-for": f"203.0.113.{n}"})
                for number in range(50)
            ]
        )

    assert sorted(answer.status_code for answer in answers) == [302] * 3 + [429] * 47


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.1", "127.0.0.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.7, 203.0.113.1", "203.0.113.1"),
        (2, "6.6.6.6, 198.51.100.7, 203.0.113.1", "198.51.100.7"),
        (2, "203.0.113.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "<script>", None),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
    ],
)
def test_only_our_own_proxies_say_where_a_client_is(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}

    assert clients.address_of(rf.get("/", headers=headers)) == address


def test_a_household_has_one_count_whatever_its_devices_call_themselves():
    assert clients.household_of("2001:db8:1:2:aaaa::1") == clients.household_of("2001:db8:1:2::9")
    assert clients.household_of("2001:db8:1:3::1") != clients.household_of("2001:db8:1:2::1")
    assert clients.household_of("203.0.113.1") == "203.0.113.1"


def test_five_failures_close_an_account_for_that_address_for_fifteen_minutes():
    UserFactory(email="robin@example.com")
    browser = at("192.0.2.1")
    for _ in range(5):
        assert log_in(browser).status_code == 200

    answer = log_in(browser, password=PASSWORD)

    assert answer.status_code == 429
    assert 890 < int(answer["Retry-After"]) <= 900
    later(899)
    assert log_in(browser, password=PASSWORD).status_code == 429
    later(2)
    assert log_in(browser, password=PASSWORD).status_code == 302


def test_a_stranger_locks_no_customer_out_and_no_colleague_in_the_same_office():
    UserFactory(email="robin@example.com")
    UserFactory(email="kim@example.com")
    for _ in range(20):
        log_in(at("192.0.2.1"))

    assert log_in(at("198.51.100.1"), password=PASSWORD).status_code == 302
    assert log_in(at("192.0.2.1"), "kim@example.com", PASSWORD).status_code == 302


def test_who_logs_in_starts_anew():
    UserFactory(email="robin@example.com")
    for _ in range(3):
        browser = at("192.0.2.1")
        for _ in range(4):
            log_in(browser)
        assert log_in(browser, "Robin@Example.com", PASSWORD).status_code == 302


def test_an_account_that_nobody_has_is_closed_just_the_same():
    answers = [log_in(at("192.0.2.1"), "nobody@example.com").status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("name", "limit", "visitors"),
    [
        ("login_account", 50, [Visitor(f"192.0.2.{n}", "robin@example.com") for n in range(51)]),
        ("login_address", 100, [Visitor("192.0.2.1", f"{n}@example.com") for n in range(101)]),
    ],
)
def test_from_everywhere_fifty_times_for_one_account_and_a_hundred_from_one_address(name, limit, visitors):
    for visitor in visitors[:limit]:
        services.use((rule(name),), visitor)

    with pytest.raises(services.TooManyRequests):
        services.use((rule(name),), visitors[limit])


def test_what_one_rule_refuses_uses_up_no_other():
    narrow = Rule("narrow", 1, 60, ("account+address",), in_database=True)
    wide = Rule("wide", 2, 60, ("account",), in_database=True)
    stranger = Visitor("192.0.2.1", "robin@example.com")
    services.use((narrow, wide), stranger)
    for _ in range(9):
        with pytest.raises(services.TooManyRequests):
            services.use((narrow, wide), stranger)

    assert services.use((narrow, wide), Visitor("192.0.2.2", "robin@example.com")).remaining == 0


def test_the_table_tells_nobody_who_it_was():
    reset(at("203.0.113.77"))

    assert RateCount.objects.count() == 2
    for row in RateCount.objects.values():
        assert "ada" not in str(row)
        assert "203.0.113" not in str(row)


def test_counts_that_have_passed_are_removed():
    reset(Client())
    assert services.tidy() == 0

    later(3600)

    assert services.tidy() == 2
    assert not RateCount.objects.exists()


def test_reading_pages_costs_no_query_and_says_nothing_of_limits(client, django_assert_num_queries):
    client.get("/styleguide/")

    with django_assert_num_queries(0):
        answer = client.get("/accounts/login/")

    assert answer.status_code == 200
    assert "X-RateLimit-Limit" not in answer


def test_a_crawler_that_reads_too_fast_is_told_so(client, settings):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "pages": {"limit": 2, "window": 60, "per": ["address"]}
    }

    answers = [client.get("/styleguide/").status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    assert at("192.0.2.1").get("/styleguide/").status_code == 200


@pytest.mark.parametrize("location", ["alive", AWAY], ids=["with Redis", "without"])
def test_a_redis_that_is_away_neither_opens_nor_closes_the_shop(monkeypatch, settings, location):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {"cart": {"limit": 3, "window": 60}}
    if location == AWAY:
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": AWAY}}

    answers = [Client().post("/cart/add/").status_code for _ in range(5)]

    assert answers == [303] * 3 + [429] * 2
    assert bool(counters.memory._entries) == (location == AWAY)


def test_a_page_that_is_built_for_all_is_counted_for_who_asked(settings):
    settings.TRUSTED_PROXY_COUNT = 1
    settings.SHARED_PAGE_SECONDS = 60
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "pages": {"limit": 1, "window": 60, "per": ["address"]}
    }

    def read(address, query):
        return Client().get(f"/products/?q={query}", headers={"x-forwarded-for": address}).status_code

    assert [read("192.0.2.1", "mug"), read("192.0.2.1", "cup"), read("192.0.2.2", "jug")] == [200, 429, 200]


def test_counts_in_redis_end_with_their_window():
    counters.count("k", window_seconds=60)
    counted = counters.count("k", window_seconds=60)

    assert counted == (2, 60)
    assert 0 < caches["default"].client.get_client().ttl("limit:k") <= 60


def test_counts_in_memory_start_anew_and_do_not_grow_for_ever(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(counters.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(counters, "MOST_ENTRIES", 3)
    memory = counters.Memory()
    for number in range(5):
        memory.count(str(number), window_seconds=60)

    assert memory.count("4", window_seconds=60) == (2, 60)
    assert memory.count("0", window_seconds=60) == (1, 60)
    clock[0] += 61
    assert memory.count("4", window_seconds=60) == (1, 60)


def test_so_many_at_one_count_that_the_wait_is_too_long_are_refused(monkeypatch):
    class LockNotAvailable(Exception):
        pgcode = "55P03"

    def wait(*_):
        raise OperationalError from LockNotAvailable()

    monkeypatch.setattr(RateCount.objects, "raw", wait)

    with pytest.raises(services.TooManyRequests):
        services.use((rule("register"),), Visitor("192.0.2.1"))


def test_webhooks_and_probes_are_never_refused(client, settings):
    settings.RATE_LIMIT_DEFAULT = 0

    assert client.post("/api/payments/webhooks/test/", {}, content_type="application/json").status_code != 429
    assert client.get("/health/live").status_code == 200
    assert client.get("/api/products/").status_code == 429


def answer_politely(request):
    return HttpResponse("hello")


urlpatterns = [path("hello/", answer_politely, name="hello"), path("", include(urls))]


@override_settings(ROOT_URLCONF=__name__, RATE_LIMIT_DEFAULT=2)
def test_a_new_route_has_the_default_for_what_is_posted_to_it(client):
    assert [client.post("/hello/").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/hello/").status_code == 200
