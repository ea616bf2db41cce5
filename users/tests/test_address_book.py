"""The addresses that an account keeps."""

import pytest

from users.models import Address
from users.services import addresses
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BERLIN = {
    "name": "Robin Buyer",
    "street": "Torstr. 1",
    "zip_code": "10119",
    "city": "Berlin",
    "country": "DE",
}
BOOK, NEW = "/account/addresses/", "/account/addresses/new/"


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def keep(user, *, shipping=False, billing=False, **fields):
    return addresses.save(
        user, fields=BERLIN | fields, is_default_shipping=shipping, is_default_billing=billing
    )


def defaults(user):
    rows = user.addresses.order_by("pk").values_list("is_default_shipping", "is_default_billing")
    return list(rows)


@pytest.mark.journey
def test_a_customer_keeps_an_address_changes_it_and_removes_it(client, user):
    assert "no address yet" in client.get(BOOK).content.decode()

    assert client.post(NEW, BERLIN)["Location"] == BOOK
    address = user.addresses.get()
    assert "10119 Berlin" in client.get(BOOK).content.decode()
    assert 'value="Torstr. 1"' in client.get(f"{BOOK}{address.pk}/").content.decode()

    client.post(f"{BOOK}{address.pk}/", BERLIN | {"street": "Torstr. 2"})
    address.refresh_from_db()
    assert address.street == "Torstr. 2"

    client.post(f"{BOOK}{address.pk}/remove/")
    assert not user.addresses.exists()


def test_a_new_address_begins_with_the_name_and_the_country_of_the_store(client, user):
    html = client.get(NEW).content.decode()

    assert f'value="{user.get_full_name()}"' in html
    assert '<option value="DE" selected>' in html


def test_what_is_wrong_with_an_address_is_said_and_nothing_typed_is_lost(client, user):
    html = client.post(NEW, BERLIN | {"zip_code": "1"}).content.decode()

    assert "Please enter one like" in html
    assert 'value="Torstr. 1"' in html
    assert not user.addresses.exists()


def test_another_country_has_other_fields_without_a_script(client, user):
    html = client.post(NEW, BERLIN | {"country": "US", "update": "1"}).content.decode()

    assert "ZIP code" in html
    assert "California" in html
    assert 'value="Torstr. 1"' in html


def test_the_first_address_stands_for_everything_and_each_default_for_one(user):
    keep(user)
    assert defaults(user) == [(True, True)]

    keep(user, shipping=True)
    assert defaults(user) == [(False, True), (True, False)]


def test_the_defaults_of_a_removed_address_go_to_another(user):
    first = keep(user)
    keep(user)

    addresses.remove(user, pk=first.pk)

    assert defaults(user) == [(True, True)]


def test_nobody_reads_changes_or_removes_what_is_somebody_else_s(client, user):
    theirs = keep(UserFactory(), street="Geheimweg 1")
    page = f"{BOOK}{theirs.pk}/"

    for answer in (client.get(page), client.post(page, BERLIN), client.post(f"{page}remove/")):
        assert answer.status_code == 404
        assert "Geheimweg" not in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.street == "Geheimweg 1"


def test_an_account_keeps_twenty_at_most(client, user):
    Address.objects.bulk_create(Address(user=user, **BERLIN) for _ in range(addresses.MOST))

    answer = client.post(NEW, BERLIN)

    assert answer.status_code == 409
    assert "20 addresses at most" in answer.content.decode()
    assert user.addresses.count() == addresses.MOST


def test_addresses_are_for_who_is_logged_in(client):
    for page in (BOOK, NEW, f"{BOOK}1/"):
        assert client.get(page)["Location"].startswith("/accounts/login/")
