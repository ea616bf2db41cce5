"""Keys for other systems: made once, hashed, scoped, and taken back."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from dbProject.access import services
from dbProject.access.models import ApiKey, LoginToken
from dbProject.webhooks.models import WebhookEndpoint
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_key_is_made_by_staff_and_shown_once(staff_client):
    form = {
        "name": "Warehouse",
        "scopes": ["orders:read", "catalog:write"],
        "expires_at_0": "",
        "expires_at_1": "",
    }

    page = staff_client.post(reverse("admin:access_apikey_add"), form, follow=True).content.decode()

    (secret,) = re.findall(r"shop_key_[\w-]{43}", page)
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.created_by.is_staff) == (
        "Warehouse",
        ["catalog:write", "orders:read"],
        True,
    )
    assert secret not in str(vars(key))
    assert services.holder_of(secret) == key
    again = staff_client.get(reverse("admin:access_apikey_changelist")).content.decode()
    assert secret not in again
    assert key.prefix in again


def test_the_role_for_integrations_makes_keys_and_webhooks_and_takes_keys_back(client):
    import_module("dbProject.webhooks.migrations.0002_integrations_role").grant(
        apps, connection.schema_editor()
    )
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="integrations"))
    client.force_login(person)
    key = {"name": "ERP", "scopes": ["webhooks"], "expires_at_0": "", "expires_at_1": ""}
    endpoint = {"name": "ERP", "url": "https://erp.example.com/hooks"}

    said = [
        client.post(reverse(f"admin:{name}_add"), form, follow=True).content.decode()
        for name, form in (("access_apikey", key), ("webhooks_webhookendpoint", endpoint))
    ]
    client.post(
        reverse("admin:access_apikey_changelist"),
        {"action": "take_back", "_selected_action": [ApiKey.objects.get().pk]},
    )

    assert ("shop_key_" in said[0], "whsec_" in said[1]) == (True, True)
    assert ApiKey.objects.get().revoked_at is not None
    assert ApiKey.objects.get().created_by == person
    assert WebhookEndpoint.objects.get().url == "https://erp.example.com/hooks"


def test_what_a_key_is_good_for_changes_and_its_secret_stays(staff_client):
    key, secret = services.make_key(name="Warehouse", scopes=["orders:read"])

    staff_client.post(
        reverse("admin:access_apikey_change", args=[key.pk]),
        {"name": "Warehouse", "scopes": ["catalog:read"], "expires_at_0": "", "expires_at_1": ""},
    )

    assert services.holder_of(secret).scopes == ["catalog:read"]


def test_a_key_is_taken_back_for_good(staff_client):
    key, secret = services.make_key(name="Warehouse", scopes=["orders:read"])

    staff_client.post(
        reverse("admin:access_apikey_changelist"), {"action": "take_back", "_selected_action": [key.pk]}
    )

    assert services.holder_of(secret) is None
    assert ApiKey.objects.get().revoked_at is not None
    assert services.revoke_key(key) is False


def test_a_key_ends_when_it_says_and_notes_its_use_every_five_minutes(django_assert_num_queries):
    _key, secret = services.make_key(name="A", scopes=[], expires_at=timezone.now() + timedelta(minutes=1))

    with django_assert_num_queries(2):
        services.holder_of(secret)
    with django_assert_num_queries(1):
        services.holder_of(secret)

    assert ApiKey.objects.get().last_used_at is not None
    ApiKey.objects.update(expires_at=timezone.now())
    assert services.holder_of(secret) is None


def test_there_is_no_key_for_a_scope_that_there_is_not():
    with pytest.raises(ValueError, match="everything"):
        services.make_key(name="A", scopes=["everything"])


def test_a_key_is_no_person(api_client):
    _key, secret = services.make_key(name="A", scopes=["catalog:read", "orders:read"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    answer = client.get(reverse("user-me"))

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


@pytest.mark.parametrize("secret", ["", "nonsense", "shop_key_nonsense", "shop_token_nonsense", "\x00"])
def test_a_secret_that_nobody_gave_opens_nothing(api_client, secret):
    api_client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

    assert api_client.get(reverse("user-me")).status_code == 401


def test_tokens_that_have_ended_are_forgotten():
    user = UserFactory()
    services.log_in(user)
    services.log_in(StaffFactory())
    LoginToken.objects.filter(user=user).update(expires_at=timezone.now())

    assert services.tidy() == 1
    assert LoginToken.objects.count() == 1


def test_each_key_is_counted_for_itself(settings):
    settings.RATE_LIMIT_DEFAULT, settings.RATE_LIMIT_STAFF_FACTOR = 1, 2
    clients = []
    for name in "AB":
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {services.make_key(name=name, scopes=[])[1]}")
        clients.append(client)

    first, second = ([client.get(reverse("user-me")).status_code for _ in range(3)] for client in clients)

    assert first == second == [403, 403, 429]
