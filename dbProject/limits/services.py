"""Counting, and saying no."""

import math
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import locks
from dbProject.errors import ErrorCategory, ShopError
from dbProject.limits import counters, rules
from dbProject.limits.counters import Tally
from dbProject.limits.models import RateCount
from dbProject.limits.rules import Rule, Visitor

COUNT = """
INSERT INTO rate_counts (key, count, expires_at) VALUES (%(key)s, 1, %(end)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN rate_counts.expires_at <= %(now)s THEN 1 ELSE rate_counts.count + 1 END,
    expires_at = CASE WHEN rate_counts.expires_at <= %(now)s OR %(is_prolonged)s
        THEN excluded.expires_at ELSE rate_counts.expires_at END
RETURNING key, count, expires_at
"""
"""One statement, so that fifty at once are counted one after another."""


class TooManyRequests(ShopError):
    """Somebody asked too often; nothing was done."""

    code = "rate_limited"
    status = 429
    category = ErrorCategory.AUTHORIZATION

    def __init__(self, tightest: "Allowance") -> None:
        super().__init__(_("That was too often. Please wait and try again."), retry_after=tightest.seconds)
        self.allowance = tightest


class Allowance:
    """What is left to somebody of one rule: ``remaining`` times, until it starts anew after ``seconds``."""

    def __init__(self, limit: int, tally: Tally) -> None:
        self.limit = limit
        self.is_exceeded = tally.used > limit
        self.remaining = max(0, limit - tally.used)
        self.seconds = tally.seconds


def use(asked: tuple[Rule, ...], visitor: Visitor) -> Allowance | None:
    """Count a request under each rule, and return what is left of the tightest; None without any rule.

    They are asked in order: what the first refuses is not counted by those behind it, so whoever hammers
    from one address uses up nothing that belongs to others.

    Raises:
        TooManyRequests: A rule is used up.
    """
    tightest: Allowance | None = None
    for rule in asked:
        limit = rule.limit * visitor.factor
        for key in rule.keys(visitor):
            left = Allowance(limit, _count(rule, key))
            if left.is_exceeded:
                raise TooManyRequests(left)
            if tightest is None or left.remaining < tightest.remaining:
                tightest = left
    return tightest


def give_back(asked: tuple[Rule, ...], visitor: Visitor) -> None:
    """Take back what :func:`use` counted under rules of which only what was done counts."""
    for key in [key for rule in asked if rule.given_back for key in rule.keys(visitor)]:
        counts = RateCount.objects.filter(pk=key)
        if not counts.filter(count__gt=1).update(count=F("count") - 1):
            counts.filter(count=1).delete()


def refuse_if_locked(name: str, visitor: Visitor) -> None:
    """Refuse where so many failures were noted under the rule called ``name`` that it is closed.

    Raises:
        TooManyRequests: It is.
    """
    rule, now = rules.rule(name), timezone.now()
    found = RateCount.objects.filter(
        pk__in=list(rule.keys(visitor)), count__gte=rule.limit, expires_at__gt=now
    ).first()
    if found:
        raise TooManyRequests(Allowance(rule.limit, Tally(rule.limit + 1, _seconds(found))))


def note_failure(name: str, visitor: Visitor) -> bool:
    """Note a failure under the rule called ``name``; return whether this was the one that closes.

    The window begins anew with each, so it is closed for the whole of it after the last.
    """
    rule = rules.rule(name)
    counts = [_count_in_database(rule, key, is_prolonged=True).used for key in rule.keys(visitor)]
    return rule.limit in counts


@transaction.atomic
def forgive(names: tuple[str, ...], visitor: Visitor) -> None:
    """Forget what was counted under these rules: somebody has shown who they are."""
    keys = [key for name in names for key in rules.rule(name).keys(visitor)]
    RateCount.objects.filter(pk__in=keys).delete()


def tidy() -> int:
    """Drop counts whose window has passed; return how many. Repeatable."""
    return RateCount.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _count(rule: Rule, key: str) -> Tally:
    if rule.in_database:
        return _count_in_database(rule, key)
    return counters.count(key, window_seconds=rule.window_seconds)


def _count_in_database(rule: Rule, key: str, *, is_prolonged: bool = False) -> Tally:
    now = timezone.now()
    end = now + timedelta(seconds=rule.window_seconds)
    instant = connection.ops.adapt_datetimefield_value
    values = {"key": key, "now": instant(now), "end": instant(end), "is_prolonged": is_prolonged}
    try:
        (row,) = RateCount.objects.raw(COUNT, values)
    except Exception as error:
        if locks.is_timeout(error):  # so many at once that the wait for the count was too long
            return Tally(rule.limit + 1, rule.window_seconds)
        raise
    return Tally(row.count, _seconds(row))


def _seconds(row: RateCount) -> int:
    return max(1, math.ceil((row.expires_at - timezone.now()).total_seconds()))
