"""A hundred people who sign up at the same moment."""

from collections import Counter

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from tests.races.crowd import crowd
from users.models import User
from users.tests.letters import letters

pytestmark = [pytest.mark.race, pytest.mark.slow]
PEOPLE = 100


def sign_up(turn, number, email):
    """Return the call with which a person at an address of their own sends the form."""
    browser = Client(REMOTE_ADDR=f"10.0.{turn}.{number}")
    fields = {"first_name": "Ada", "email": email, "password1": "Lantern-Harbor-42"}
    return lambda: browser.post("/accounts/signup/", fields)


def test_a_hundred_sign_up_at_once_each_from_an_address_of_their_own(rounds):
    with crowd(PEOPLE) as people:
        for turn in rounds(1):
            before, sent = User.objects.count(), len(mail.outbox)
            answers = people.at_once(
                *[sign_up(turn, number, f"person{turn}-{number}@example.com") for number in range(PEOPLE)]
            )

            assert Counter(answer["Location"] for answer in answers) == {"/accounts/confirm-email/": PEOPLE}
            assert User.objects.count() - before == PEOPLE
            assert EmailAddress.objects.filter(primary=True).count() == User.objects.count()
            told = Counter(letter.to[0] for letter in letters()[sent:])
            assert set(told.values()) == {1}
            assert len(told) == PEOPLE


def test_a_hundred_who_sign_up_with_one_address_make_one_account_and_read_the_same(rounds, settings):
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "register": {"limit": PEOPLE, "window": 3600, "per": ["address", "account"], "in_database": True}
    }
    with crowd(PEOPLE) as people:
        for turn in rounds(1):
            email = f"one{turn}@example.com"
            answers = people.at_once(*[sign_up(turn, number, email) for number in range(PEOPLE)])

            assert Counter(answer["Location"] for answer in answers) == {"/accounts/confirm-email/": PEOPLE}
            assert User.objects.filter(email=email).count() == 1
