"""Webhooks by the API: a system's own, its log by cursor, and nothing of another's."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from dbProject.access import services as access
from dbProject.webhooks import delivering, services
from dbProject.webhooks.models import WebhookDelivery, WebhookEndpoint
from dbProject.webhooks.tests.receivers import Receiver
from tests.races.crowd import crowd
from users.tests.factories import StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.api]
LIST, LOG = "/api/webhooks/", "/api/webhooks/deliveries/"
SENT = {"name": "Warehouse", "url": "https://partner.example.com/hooks"}


def system(*scopes):
    key, secret = access.make_key(name="ERP", scopes=scopes or ["webhooks"])
    return key, APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


@pytest.fixture
def client():
    return system()[1]


def test_a_system_adds_tries_follows_and_removes_its_own_webhook(client, settings):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = True
    with Receiver(500, 204) as receiver:
        made = client.post(LIST, {"name": "ERP", "url": receiver.url, "events": "order.created"}).json()
        address = f"{LIST}{made['id']}/"
        started = client.post(f"{address}test/")
        delivering.deliver_due()
        failed = client.get(started["Location"]).json()
        WebhookDelivery.objects.update(state="given_up", next_attempt_at=None)
        again = client.post(f"{LOG}{failed['id']}/redeliver/")
        delivering.deliver_due()
        done = client.get(f"{LOG}{failed['id']}/").json()

    assert (made["events"], made["is_active"]) == (["order.created"], True)
    assert (started.status_code, started.json()["event"]) == (202, "webhook.test")
    assert (failed["state"], [one["status"] for one in failed["log"]]) == ("waiting", [500])
    assert (again.status_code, again.json()["state"], again["Location"]) == (
        202,
        "waiting",
        started["Location"],
    )
    assert (done["state"], [one["status"] for one in done["log"]]) == ("delivered", [500, 204])
    assert receiver.ids() == [started.json()["webhook_id"]] * 2
    headers, body = receiver.told[1]
    assert Webhook(made["secret"]).verify(body, headers)["data"] == {"message": "It works."}
    assert done["body"] == body.decode()
    assert client.delete(address).status_code == 204
    assert client.get(LIST).json()["results"] == []


def test_its_secret_is_shown_once_and_a_new_one_signs_beside_it(client):
    made = client.post(LIST, SENT).json()
    address = f"{LIST}{made['id']}/"

    new = client.post(f"{address}secret/").json()

    assert "secret" not in client.get(address).json()
    assert "secret" not in client.get(LIST).json()["results"][0]
    assert WebhookEndpoint.objects.get().secrets() == [new["secret"], made["secret"]]
    assert new["old_secret_until"]


def test_what_is_not_named_stays_and_a_change_of_another_version_is_refused(client):
    address = f"{LIST}{client.post(LIST, {**SENT, 'events': ['order.created']}, format='json').json()['id']}/"
    seen = client.get(address)["ETag"]

    off = client.patch(address, {"is_active": False}, format="json", headers={"If-Match": seen})
    late = client.patch(address, {"name": "Late"}, format="json", headers={"If-Match": seen})
    on = client.patch(address, {"is_active": True, "events": []}, format="json")

    assert (off.status_code, off.json()["is_active"], off.json()["events"]) == (200, False, ["order.created"])
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert (on.json()["is_active"], on.json()["events"], on.json()["name"]) == (True, [], "Warehouse")


def test_whose_it_is_and_what_signs_it_no_system_says(client):
    key, _stranger = system()
    claims = {"api_key": key.pk, "secret": "whsec_bWluZQ==", "failing_since": "2020-01-01T00:00:00Z", "id": 9}

    made = client.post(LIST, {**SENT, **claims}, format="json").json()
    changed = client.patch(f"{LIST}{made['id']}/", claims, format="json").json()

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secrets() == [made["secret"]] != [claims["secret"]]
    assert endpoint.api_key_id == made["api_key"] == changed["api_key"] != key.pk
    assert (endpoint.pk, endpoint.failing_since) == (made["id"], None)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"url": "https://169.254.169.254/latest/"}, "/url"),
        ({"url": "http://partner.example.com/"}, "/url"),
        ({"events": ["order.eaten"]}, "/events/0"),
        ({"events": "order.created"}, "/events"),
        ({"name": ""}, "/name"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(client, settings, sent, pointer):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = False
    answer = client.post(LIST, {**SENT, **sent}, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert not WebhookEndpoint.objects.exists()


def test_asked_again_an_address_is_there_once_and_a_system_has_so_many_and_no_more(client, settings):
    settings.WEBHOOKS_PER_KEY = 2
    first = client.post(LIST, SENT).json()
    again = client.post(LIST, SENT)
    second = client.post(LIST, {**SENT, "url": "https://partner.example.com/2"}).json()
    third = client.post(LIST, {**SENT, "url": "https://partner.example.com/3"})
    moved = client.patch(f"{LIST}{second['id']}/", {"url": SENT["url"]}, format="json")

    assert (again.status_code, again.json()["code"], again.json()["webhook"]) == (
        409,
        "webhook_exists",
        first["id"],
    )
    assert (third.status_code, third.json()["code"], third.json()["most"]) == (409, "too_many_webhooks", 2)
    assert (moved.status_code, moved.json()["code"]) == (409, "webhook_exists")
    assert WebhookEndpoint.objects.count() == 2


@pytest.mark.race
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_added_ten_times_at_once_it_is_there_once():
    _key, client = system()

    with crowd(10) as people:
        answers = people.at_once(*[lambda: client.post(LIST, SENT)] * 10)

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert WebhookEndpoint.objects.count() == 1


def test_of_another_system_s_webhooks_nothing_is_seen_or_changed(client):
    _other, stranger = system()
    endpoint = WebhookEndpoint.objects.get(pk=client.post(LIST, SENT).json()["id"])
    delivery = client.post(f"{LIST}{endpoint.pk}/test/").json()["id"]
    of_staff, _secret = services.add_endpoint(**SENT)
    before = WebhookEndpoint.objects.filter(pk=endpoint.pk).values().get()

    for pk in (endpoint.pk, of_staff.pk):
        address = f"{LIST}{pk}/"
        answers = [
            stranger.get(address),
            stranger.patch(address, {"is_active": False}, format="json"),
            stranger.delete(address),
            stranger.post(f"{address}secret/"),
            stranger.post(f"{address}test/"),
            stranger.get(f"{LOG}{delivery}/"),
            stranger.post(f"{LOG}{delivery}/redeliver/"),
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert stranger.get(LIST).json()["count"] == 0
    assert stranger.get(LOG).json()["results"] == []
    assert WebhookEndpoint.objects.filter(pk=endpoint.pk).values().get() == before


def test_the_log_goes_on_behind_its_cursor_whatever_has_come_since(client):
    pk = client.post(LIST, SENT).json()["id"]
    made = [client.post(f"{LIST}{pk}/test/").json()["id"] for _ in range(5)]

    first = client.get(LOG, {"page_size": 2}).json()
    client.post(f"{LIST}{pk}/test/")
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()

    seen = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert seen == made[::-1]
    assert third["next"] is None


def test_the_log_is_narrowed_by_webhook_state_and_event(client):
    pks = [client.post(LIST, {**SENT, "url": f"https://partner.example.com/{n}"}).json()["id"] for n in "ab"]
    first, second = (client.post(f"{LIST}{pk}/test/").json()["id"] for pk in pks)
    WebhookDelivery.objects.filter(pk=second).update(state="delivered", next_attempt_at=None)

    def ids(**asked):
        return [row["id"] for row in client.get(LOG, asked).json()["results"]]

    assert ids(webhook=pks[0]) == ids(state="waiting") == [first]
    assert ids(event="webhook.test", fields="id") == [second, first]
    assert ids(event="order.created") == []


@pytest.mark.parametrize("asked", [{"cursor": "x"}, {"page_size": 101}, {"state": "lost"}, {"page": 2}])
def test_what_the_log_does_not_know_is_named(client, asked):
    answer = client.get(LOG, asked)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, *asked)


@pytest.mark.parametrize("count", [1, 6])
def test_lists_cost_the_same_however_long_they_are(count, django_assert_num_queries):
    key, client = system()
    for number in range(count):
        url = f"https://partner.example.com/{number}"
        services.send_test(services.add_endpoint(url=url, name="A", api_key=key)[0])
    newest = WebhookDelivery.objects.latest("pk").pk
    client.get(LIST)  # notes that the key is used

    with django_assert_num_queries(3):  # the key, how many, the page
        assert client.get(LIST).json()["count"] == count
    with django_assert_num_queries(2):  # the key, the stretch
        assert len(client.get(LOG).json()["results"]) == count
    with django_assert_num_queries(3):  # the key, the delivery, its attempts
        client.get(f"{LOG}{newest}/")


def test_staff_with_the_right_see_all_and_staff_without_a_role_see_none(api_client):
    services.send_test(services.add_endpoint(**SENT)[0])
    seen = {}
    for name, person in (("boss", StaffFactory()), ("staff", UserFactory(is_staff=True))):
        api_client.force_authenticate(person)
        seen[name] = [api_client.get(path).status_code for path in (LIST, LOG)]

    assert seen == {"boss": [200, 200], "staff": [403, 403]}


def test_a_webhook_that_has_just_gone_is_unknown(client, monkeypatch):
    pk = client.post(LIST, SENT).json()["id"]
    lock = services.lock

    def late(wanted):
        WebhookEndpoint.objects.filter(pk=wanted).delete()
        return lock(wanted)

    monkeypatch.setattr(services, "lock", late)

    answer = client.patch(reverse("webhook-detail", args=[pk]), {"name": "Late"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (404, "webhook_unknown")


def test_changes_are_counted(client, settings):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {"webhooks": {"limit": 1, "window": 60}}
    settings.RATE_LIMIT_STAFF_FACTOR = 2
    answers = [client.post(f"{LIST}1/test/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert client.get(LIST).status_code == 200
