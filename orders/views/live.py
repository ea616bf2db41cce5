"""How an order is doing, told while its page is open: as a stream where one is served, else asked for."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from time import monotonic

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dbProject import outages
from orders.selectors import progress
from orders.views import visitor

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
HEARTBEAT_SECONDS = 15.0
"""nginx ends a connection on which nothing has come for a minute."""
LONGEST_SECONDS = 600.0
"""Then the browser connects again: a released instance gets rid of its last visitors."""
RETRY_MILLISECONDS = 3_000
MOST_FOLLOWERS = 1_000
"""In each process; whoever comes then asks instead."""
MOST_FOLLOWERS_OF_AN_ORDER = 10
"""So that one link that goes round does not take the places of all other orders."""


@require_safe
@never_cache
def order_state(request: HttpRequest, order_number: str) -> HttpResponse:
    """Answer in JSON how an order is doing, for a page that asks now and then."""
    order = visitor.order(request, order_number)
    return JsonResponse(progress.of_page(order)._asdict())


@require_safe
@never_cache
async def order_events(request: HttpRequest, order_number: str) -> HttpResponseBase:
    """Stream how an order is doing, until it is done; an instance that serves pages has no stream (204)."""
    order = await sync_to_async(visitor.order)(request, order_number)
    if not isinstance(request, ASGIRequest) or not watch.has_a_place(order.pk):
        return HttpResponse(status=204)  # and a browser does not try again
    response = StreamingHttpResponse(_told(order.pk), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return response


class Watch:
    """Looks at all orders that somebody follows here, with one query every two seconds."""

    def __init__(self) -> None:
        self._followed: Counter[int] = Counter()
        self._states: dict[int, progress.State] = {}
        self._looked = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    @property
    def followers(self) -> int:
        return self._followed.total()

    def has_a_place(self, pk: int) -> bool:
        return self.followers < MOST_FOLLOWERS and self._followed[pk] < MOST_FOLLOWERS_OF_AN_ORDER

    async def follow(self, pk: int) -> AsyncGenerator[progress.State | None, None]:
        """Give the state of an order after each look, and after a heartbeat without one; None while unknown.

        It ends at once where many have come at the same time and taken the last place.
        """
        if not self.has_a_place(pk):
            return
        self._followed[pk] += 1
        if self._looking is None or self._looking.done():
            self._looked = asyncio.Event()
            self._looking = asyncio.create_task(self._look())
        try:
            while True:
                with suppress(TimeoutError):  # a look that hangs: who follows is still told that we live
                    await asyncio.wait_for(self._looked.wait(), HEARTBEAT_SECONDS)
                yield self._states.get(pk)
        finally:
            self._followed[pk] -= 1
            self._followed += Counter()  # lets go of what nobody follows

    async def _look(self) -> None:
        while self._followed:
            try:
                self._states = await sync_to_async(_states)(list(self._followed))
            except Exception as error:
                # Whatever it was: if this task ended, all who follow would wait for a look that never comes.
                if outages.is_outage(error):
                    logger.warning("Followed orders could not be looked at: %s", error)
                else:
                    logger.exception("Followed orders could not be looked at")
            looked, self._looked = self._looked, asyncio.Event()
            looked.set()
            await asyncio.sleep(LOOK_SECONDS)


def _states(pks: list[int]) -> dict[int, progress.State]:
    try:
        return progress.of(pks)
    finally:
        close_old_connections()


async def _told(pk: int) -> AsyncIterator[str]:
    """Write the stream: each new state, a comment now and then, and ``end`` when nothing is to come."""
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    said, began = None, monotonic()
    spoke = began
    async with aclosing(watch.follow(pk)) as states:
        async for state in states:
            now = monotonic()
            if state is not None and state != said:
                said, spoke = state, now
                yield f"data: {json.dumps(state._asdict())}\n\n"
            if state is not None and state.is_final:
                yield "event: end\ndata:\n\n"
                return
            if now - spoke >= HEARTBEAT_SECONDS:
                spoke = now
                yield ":\n\n"
            if now - began > LONGEST_SECONDS:
                return


watch = Watch()
