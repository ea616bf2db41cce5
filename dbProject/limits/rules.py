"""The table of the settings, read once, and whose count is whose."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

from dbProject import clients

UNKNOWN = "unknown"
"""Who connects over a socket that does not say from where: all of them together."""


class Visitor(NamedTuple):
    """Who asks: network address, account (or what was typed), how much more staff may; empty: none."""

    address: str | None
    account: str = ""
    is_logged_in: bool = False
    factor: int = 1
    session: str = ""

    def known_as(self, whose: str) -> str:
        """Return what stands for this visitor where a rule counts per ``whose``; empty if nothing does."""
        household = clients.household_of(self.address) if self.address else UNKNOWN
        if whose == "address":
            return household
        if whose == "account":
            return self.account
        if whose == "session":
            return self.session
        if whose == "account+address":
            return f"{self.account}@{household}"
        return self.account if self.is_logged_in else household


@dataclass(frozen=True)
class Rule:
    """So many times in so many seconds, for each of ``per``."""

    name: str
    limit: int
    window_seconds: int
    per: tuple[str, ...] = ("visitor",)
    in_database: bool = False
    given_back: bool = False
    """Whether what came to nothing does not count. Only for rules in the database."""

    def keys(self, visitor: Visitor) -> Iterator[str]:
        """Yield under which keys ``visitor`` is counted; they tell nobody who it is."""
        for whose in self.per:
            if who := visitor.known_as(whose):
                yield salted_hmac(
                    "dbProject.limits", f"{self.name}\n{whose}\n{who}", algorithm="sha256"
                ).hexdigest()


@lru_cache
def rule(name: str) -> Rule:
    """Return the rule of this name in ``RATE_LIMIT_ENDPOINTS``.

    Raises:
        KeyError: There is none.
    """
    row = settings.RATE_LIMIT_ENDPOINTS[name]
    return Rule(
        name=name,
        limit=row["limit"],
        window_seconds=row["window"],
        per=tuple(row.get("per", ["visitor"])),
        in_database=row.get("in_database", False),
        given_back=row.get("given_back", False),
    )


@lru_cache(maxsize=1_000)
def of_view(name: str, *, is_read: bool, is_api: bool) -> tuple[Rule, ...]:
    """Return what limits the view called ``name``, in the order in which it is asked."""
    if name in settings.RATE_LIMIT_EXEMPT:
        return ()
    if name in settings.RATE_LIMIT_VIEWS and (not is_read or name in settings.RATE_LIMIT_READS):
        return tuple(rule(row) for row in settings.RATE_LIMIT_VIEWS[name])
    if is_read and not is_api:
        return (rule("pages"),)
    return (Rule(f"default {name}", settings.RATE_LIMIT_DEFAULT, settings.RATE_LIMIT_WINDOW),)


def forget() -> None:
    """Read the settings again; for tests."""
    rule.cache_clear()
    of_view.cache_clear()
