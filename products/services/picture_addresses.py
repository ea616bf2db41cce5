"""Fetching the pictures that imports named by their address."""

import asyncio
import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from dbProject import public_hosts, uploads
from products.errors import UnknownProduct
from products.models import PictureAddress
from products.services import downloads, pictures

AT_ONCE = 8
ATTEMPTS = 5
SLICE_SECONDS = 60
"""How long a task goes on; one batch, of at most 10 s for its downloads, may come on top."""
CLAIM = timedelta(minutes=2)
"""What a worker took is another's again after this: longer than a task may run."""
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 10, 60, 360, 1440)]
"""How long to wait after the first, the second ... failure."""
FAILURES_PER_HOST = 3
"""After so many in one slice, the rest of a host's pictures wait for a later slice."""
HOST_PAUSE = timedelta(minutes=10)

Fetched = bytes | downloads.DownloadFailed


def fetch_due(
    *, seconds: float = SLICE_SECONDS, is_allowed: public_hosts.AddressCheck = public_hosts.is_public
) -> int:
    """Fetch pictures that are due and give them to their products, for about ``seconds``; return how many.

    Repeatable, by several processes at once. A failure is tried again later, five times in all; what
    is no use trying again is kept with its reason.
    """
    done = 0
    failures: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end and (rows := _claim()):
        wanted = [row for row in rows if failures[host(row)] < FAILURES_PER_HOST]
        _leave_for_later([row for row in rows if row not in wanted])
        for row, fetched in zip(wanted, asyncio.run(_fetch(wanted, is_allowed)), strict=True):
            if isinstance(fetched, downloads.DownloadFailed):
                failures[host(row)] += not fetched.is_final
                _record(row, fetched.reason, is_final=fetched.is_final)
            else:
                done += _give(row, fetched)
    return done


def host(row: PictureAddress) -> str:
    """Return who is asked for ``row``."""
    return row.address.partition("://")[2].partition("/")[0]


@transaction.atomic
def _claim() -> list[PictureAddress]:
    """Take a few rows for :data:`CLAIM`. Counted first: one that kills us is not tried for ever."""
    now = timezone.now()
    due = PictureAddress.objects.filter(try_after_at__lte=now, attempts__lt=ATTEMPTS)
    rows = list(
        due.select_related("product")
        .order_by("try_after_at", "pk")
        .select_for_update(of=("self",), skip_locked=connection.features.has_select_for_update_skip_locked)[
            :AT_ONCE
        ]
    )
    PictureAddress.objects.filter(pk__in=[row.pk for row in rows]).update(
        attempts=F("attempts") + 1, try_after_at=now + CLAIM, updated_at=now
    )
    for row in rows:
        row.attempts += 1
    return rows


async def _fetch(rows: list[PictureAddress], is_allowed: public_hosts.AddressCheck) -> list[Fetched]:
    async with downloads.new_client() as client:

        async def one(row: PictureAddress) -> Fetched:
            try:
                return await downloads.download(
                    client, row.address, max_bytes=settings.UPLOAD_MAX_BYTES, is_allowed=is_allowed
                )
            except downloads.DownloadFailed as failed:
                return failed

        return await asyncio.gather(*(one(row) for row in rows))


def _give(row: PictureAddress, content: bytes) -> bool:
    """Add the picture to its product and forget its address; say whether that went well."""
    try:
        pictures.add(
            row.product, content, alt_text=row.alt_text, sort_order=row.sort_order, source=row.address
        )
    except (uploads.PictureRefused, UnknownProduct) as refused:
        _record(row, refused.detail, is_final=True)
        return False
    PictureAddress.objects.filter(pk=row.pk).delete()
    return True


def _record(row: PictureAddress, reason: str, *, is_final: bool) -> None:
    now = timezone.now()
    PictureAddress.objects.filter(pk=row.pk).update(
        attempts=ATTEMPTS if is_final else row.attempts,
        error=reason[:300],
        try_after_at=now + PAUSES[min(row.attempts, ATTEMPTS) - 1],
        updated_at=now,
    )


def _leave_for_later(rows: list[PictureAddress]) -> None:
    """Give back rows of a host that does not answer, without counting the try."""
    now = timezone.now()
    PictureAddress.objects.filter(pk__in=[row.pk for row in rows]).update(
        attempts=F("attempts") - 1, try_after_at=now + HOST_PAUSE, updated_at=now
    )
