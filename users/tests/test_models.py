"""Accounts and addresses."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from users.models import Address, User
from users.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def address(user, **fields):
    where = {"name": "Robin", "street": "Hauptstr. 1", "city": "Bonn", "zip_code": "53111", "country": "DE"}
    return Address.objects.create(user=user, **where | fields)


def test_an_address_is_one_account_whatever_its_case():
    UserFactory(email="Robin@Example.com")

    assert User.objects.get().email == "robin@example.com"
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="ROBIN@example.com")
    with pytest.raises(IntegrityError, match="user_email_lower"), transaction.atomic():
        User.objects.update(email="Robin@Example.com")


def test_a_user_logs_in_by_email_and_has_a_user_name_made_from_it():
    user = UserFactory()

    assert user.username == user.email
    assert authenticate(username=user.email, password=PASSWORD) == user


def test_a_superuser_can_be_made_with_an_email_alone():
    boss = User.objects.create_superuser(email="Boss@Example.com", password=PASSWORD)

    assert (boss.is_staff, boss.is_superuser, boss.email) == (True, True, "boss@example.com")


@pytest.mark.parametrize("kind", ["is_default_shipping", "is_default_billing"])
def test_one_address_is_the_default(kind):
    user = UserFactory()
    address(user, **{kind: True})

    with pytest.raises(IntegrityError), transaction.atomic():
        address(user, **{kind: True})
    address(user)
    address(UserFactory(), **{kind: True})


@pytest.mark.parametrize("country", ["de", "D", "1A", ""])
def test_a_country_is_two_capital_letters(country):
    with pytest.raises(IntegrityError, match="address_country_iso"), transaction.atomic():
        address(UserFactory(), country=country)
