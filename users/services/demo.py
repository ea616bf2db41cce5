"""People for the demo store."""

import random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from users.models import User

STAFF_EMAIL = "staff@example.com"
CUSTOMER_EMAIL = "customer@example.com"
PASSWORD = "marlow-and-finch"  # noqa: S105 -- printed by seed_demo; the demo store sells nothing real
FIRST_NAMES = (
    "Ada", "Amir", "Bea", "Carlo", "Chen", "Daria", "Elif", "Emil", "Farah", "Finn", "Greta", "Hugo",
    "Ines", "Ivo", "Jana", "Jonas", "Kofi", "Lena", "Luca", "Mara", "Mina", "Noor", "Oskar", "Paula",
    "Ravi", "Rosa", "Samir", "Tessa", "Viktor", "Yara",
)  # fmt: skip
LAST_NAMES = (
    "Abel", "Bauer", "Costa", "Dahl", "Eriksen", "Fischer", "Garcia", "Hansen", "Ito", "Jansen", "Keller",
    "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Sato", "Tanaka", "Urban", "Weber",
)  # fmt: skip


@transaction.atomic
def add_staff() -> User:
    """Add the member of staff who may do everything, and whose password everybody knows."""
    return _found_or_made(STAFF_EMAIL, "Robin", "Marlow", is_staff=True, is_superuser=True)


@transaction.atomic
def add_customers(count: int, *, seed: int) -> list[User]:
    """Add customers until there are ``count`` of them, the same for the same ``seed``; return them all."""
    if count < 1:
        return []
    first = _found_or_made(CUSTOMER_EMAIL, "Kim", "Finch")
    password = make_password(PASSWORD)  # hashed once: argon2 is slow on purpose
    names = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    rows = []
    for number in range(2, count + 1):
        email = f"customer{number}@example.com"
        name = {"first_name": names.choice(FIRST_NAMES), "last_name": names.choice(LAST_NAMES)}
        rows.append(User(email=email, username=email, password=password, is_verified=True, **name))
    User.objects.bulk_create(rows, ignore_conflicts=True)
    return [first, *User.objects.filter(email__in=[row.email for row in rows]).order_by("pk")]


def _found_or_made(email: str, first_name: str, last_name: str, **fields: Any) -> User:
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(
        email=email,
        password=PASSWORD,
        first_name=first_name,
        last_name=last_name,
        is_verified=True,
        **fields,
    )
