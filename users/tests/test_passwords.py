"""What a password needs: each rule says what is wrong."""

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from users import passwords
from users.models import User

PERSON = User(email="robin.buyer@example.com", first_name="Marianne", last_name="Buyer")


def refusals(password, user=PERSON):
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return {error.code for error in refused.error_list}
    return set()


@pytest.mark.unit
@pytest.mark.parametrize(
    "password", ["Lantern-Harbor-42", "Correct-Horse-7", "liberty property Öl 7", "Zwölf Boxkämpfer 1!"]
)
def test_a_good_password_is_taken(password):
    assert refusals(password) == set()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Short-One-7", {"password_too_short"}),
        ("lantern-harbor-42", {"password_no_upper"}),
        ("LANTERN-HARBOR-42", {"password_no_lower"}),
        ("Lantern-Harbor-xx", {"password_no_digit"}),
        ("LanternHarbor42", {"password_no_special"}),
        ("lantern", {"password_too_short", "password_no_upper", "password_no_digit", "password_no_special"}),
        ("Lanternnn-Harbor-4", {"password_repeats"}),
        ("Lantern-12345-Harbor", {"password_row"}),
        ("Lantern-54321-Harbor", {"password_row"}),
        ("Qwertz-Lantern-7", {"password_row"}),
        ("Lantern-Bcdef-7", {"password_row"}),
        ("Marianne-Lives-7", {"password_too_similar"}),
        ("My-Buyer-Card-77", {"password_too_similar"}),
        ("Sunshine-2026!", {"password_too_common"}),
        ("P@ssw0rd-2026-!", {"password_too_common"}),
        ("!!Liverpool777", {"password_too_common", "password_repeats"}),
    ],
)
def test_each_rule_refuses_what_it_is_there_for(password, why):
    assert refusals(password) >= why
    assert why >= refusals(password) - {"password_too_common"}


@pytest.mark.unit
def test_the_rules_are_settings(settings):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "users.passwords.LengthValidator", "OPTIONS": {"min_length": 4}},
        {"NAME": "users.passwords.KindsValidator", "OPTIONS": {"kinds": ("digit",)}},
    ]

    assert refusals("abc1") == set()
    assert refusals("abcd") == {"password_no_digit"}
    assert passwords.in_short() == "At least 4 characters. With a digit."


@pytest.mark.unit
def test_what_is_needed_is_said_in_a_line():
    assert passwords.in_short() == (
        "At least 12 characters. With a capital letter, a small letter, a digit and a special character."
    )
    with translation.override("de"):
        assert passwords.in_short() == (
            "Mindestens 12 Zeichen. Mit einem Großbuchstaben, einem Kleinbuchstaben, einer Ziffer und einem"
            " Sonderzeichen."
        )


@pytest.mark.unit
@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "Very weak"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "Very weak"),
        ("abcdefghijklmnop", "Very weak"),
        ("harbor", "Very weak"),
        ("harbor42", "Weak"),
        ("Harbor-42", "Fair"),
        ("Lantern-Harbor", "Strong"),
        ("Lantern-Harbor-42", "Very strong"),
    ],
)
def test_a_password_is_as_strong_as_it_is_hard_to_guess(password, word):
    assert passwords.strength(password, is_refused=False).word == word


@pytest.mark.unit
def test_what_is_refused_is_fair_at_best():
    assert passwords.strength("Lantern-Harbor-42", is_refused=True).word == "Fair"


@pytest.mark.unit
def test_passwords_are_kept_by_argon2():
    from dbProject.settings import base

    assert base.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"
    assert settings.AUTH_PASSWORD_VALIDATORS[0]["NAME"] == "users.passwords.LengthValidator"


@pytest.mark.django_db
def test_a_form_says_every_rule_that_failed_and_how_strong_it_was_without_a_script(client):
    fields = {"first_name": "Marianne", "email": "ada@example.com", "password1": "harbor42"}
    html = client.post("/accounts/signup/", fields).content.decode()

    for why in ("at least 12 characters", "A capital letter is missing.", "A special character is missing"):
        assert html.count(why) == 2  # on top, and at the field
    assert 'data-score="1"' in html
    assert "<b>Weak</b>" in html
    assert "harbor42" not in html

    html = client.post("/accounts/signup/", fields | {"password1": "Marianne-Lives-7"}).content.decode()
    assert "too much like your name" in html


@pytest.mark.django_db
def test_a_form_that_is_new_says_nothing_of_strength(client):
    html = client.get("/accounts/signup/").content.decode()

    assert "data-score" not in html
    assert passwords.in_short() in html
