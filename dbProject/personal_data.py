"""What the shop knows of a person: told in full, and forgotten for good.

Each app answers for its own tables: the modules of the setting ``PERSONAL_DATA``, lower apps first.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from dbProject.outbox import services as outbox


class Section(NamedTuple):
    """Rows of one kind: field -> value, and field -> what people call it. ``files`` go with them by name."""

    name: str
    title: str
    labels: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    files: Mapping[str, bytes] = {}


class Keeper(Protocol):
    """What a module of ``PERSONAL_DATA`` offers."""

    def export_of(self, user: Any) -> Sequence[Section]:
        """Return everything that is known of the owner of an account."""

    def erase(self, user: Any) -> None:
        """Erase it, inside a transaction. What has to stay names nobody any more. Repeatable."""

    def forget_address(self, email: str) -> int:
        """Erase likewise what is known under an address without an account; return how many rows."""


def section(name: str, title: str, rows: "QuerySet[Any]", labels: Mapping[str, Any]) -> Section:
    """Return the fields of ``rows`` that ``labels`` names; one query."""
    return Section(
        name, title, {field: str(label) for field, label in labels.items()}, list(rows.values(*labels))
    )


def export_of(user: Any) -> list[Section]:
    """Return everything that the shop knows of the owner of an account."""
    return [part for keeper in _keepers() for part in keeper.export_of(user)]


@transaction.atomic
def erase(user: Any) -> None:
    """Erase the account with every trace of its owner; the books keep what they need, without a name.

    Whoever owns the account's address also ordered with it as a guest, if they have shown that it is theirs.
    Of two at once, one waits and then finds nothing. Higher apps go first: they point to the lower ones.

    Raises:
        ShopError: An app cannot let go yet, and says why; nothing has changed.
    """
    email, is_theirs = user.email, user.is_verified
    for keeper in reversed(_keepers()):
        keeper.erase(user)
    if is_theirs:
        forget_address(email)
    outbox.forget(email)


@transaction.atomic
def forget_address(email: str) -> int:
    """Erase what guests left under an address; return how many rows that were. Repeatable."""
    email = email.strip().lower()
    count = sum(keeper.forget_address(email) for keeper in reversed(_keepers()))
    return count + outbox.forget(email)


def _keepers() -> list[Keeper]:
    return [cast(Keeper, import_module(name)) for name in settings.PERSONAL_DATA]
