"""One event loop per process, in a thread of its own, in which everything that is asked waits together.

A loop per call would be simpler, but ends only when the last name lookup does, which no time limit reaches,
and it would open every connection anew.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock, Thread
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
LONGEST_SECONDS = 10
"""For one step of a call; the caller's own limit is shorter."""
USER_AGENT = "shop-carriers/1"


class Line:
    """A running loop, and the client whose connections it keeps open."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = new_client()
        Thread(target=self.loop.run_forever, name="carriers", daemon=True).start()

    def run(self, work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]]) -> T:
        future = asyncio.run_coroutine_threadsafe(work(self.client), self.loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


def new_client() -> httpx.AsyncClient:
    """Return a client that follows nothing, trusts no proxy by itself and keeps no cookies."""
    return httpx.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        timeout=LONGEST_SECONDS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={
            "User-Agent": USER_AGENT,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        },
    )


_lock = Lock()
_line: Line | None = None


def run(work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]]) -> T:
    """Let ``work`` run in the loop and return what it returns; called from any thread but the loop's."""
    global _line
    with _lock:
        if _line is None:
            _line = Line()
        line = _line
    return line.run(work)


def _begin_anew() -> None:
    """A fork has the memory of its parent, but none of its threads."""
    global _line, _lock
    _line, _lock = None, Lock()


os.register_at_fork(after_in_child=_begin_anew)
