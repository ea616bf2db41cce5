"""What the shop knows of a person: told in full, and forgotten for good.

Each app answers for its own tables: the modules of the setting ``PERSONAL_DATA``, lower apps first.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dbProject.errors import ShopError
from dbProject.outbox import services as outbox

ATTEMPTS = 3
"""How often erasing begins anew because the person was still at it."""


class Unsettled(ShopError):
    """Something has come since everything was settled, such as another order; nothing was erased."""

    code = "unsettled"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Something has changed just now. Please try again."))


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

    def settle(self, user: Any, email: str) -> None:
        """Bring to an end what needs the person, before erasing; each step its own transaction. Repeatable.

        About the owner of an account (or None) and whoever ordered with ``email`` as a guest (or "").

        Raises:
            ShopError: It cannot be let go yet; nothing was begun.
        """

    def erase(self, user: Any) -> None:
        """Erase it, inside a transaction. What has to stay names nobody any more. Repeatable.

        Raises:
            Unsettled: Something has come since it was settled.
        """

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


def erase(user: Any) -> None:
    """Erase the account with every trace of its owner; the books keep what they need, without a name.

    Whoever owns the account's address also ordered with it as a guest, if they have shown that it is theirs.
    What takes time is done first, step by step; then everything is erased in one transaction. Killed before
    its end, nothing is erased, and the next call goes on. Of two at once, one waits and then finds nothing.

    Raises:
        ShopError: An app cannot let go yet, and says why; nothing was erased.
    """
    _settle_and_erase(user, user.email if user.is_verified else "")


def forget_address(email: str) -> int:
    """Erase what guests left under an address, as :func:`erase`; return how many rows. Repeatable.

    Raises:
        ShopError: An app cannot let go yet, and says why; nothing was erased.
    """
    return _settle_and_erase(None, email.strip().lower())


def _settle_and_erase(user: Any, address: str) -> int:
    for attempt in range(1, ATTEMPTS + 1):
        for keeper in _keepers():
            keeper.settle(user, address)
        try:
            return _erase(user, address)
        except Unsettled:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _erase(user: Any, address: str) -> int:
    """Higher apps go first: they point to the lower ones. Return how many rows of guests that were."""
    keepers = list(reversed(_keepers()))
    if user is not None:
        for keeper in keepers:
            keeper.erase(user)
        outbox.forget(user.email)
    return (
        sum(keeper.forget_address(address) for keeper in keepers) + outbox.forget(address) if address else 0
    )


def _keepers() -> list[Keeper]:
    return [cast(Keeper, import_module(name)) for name in settings.PERSONAL_DATA]
