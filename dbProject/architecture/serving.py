"""What a process answers: by threads and by an event loop, from each level of the cache, by a worker."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from kombu.exceptions import OperationalError

from dbProject import caching

PATH = "/health/live"
AT_ONCE = 4
READS = 200
PATIENCE_SECONDS = 3.0
KEPT_SECONDS = 60
ECHO = "dbProject.architecture.tasks.echo"


class Levels(NamedTuple):
    """Microseconds that one read takes from each level."""

    memory: float
    cache: float
    database: float


def by_threads(*, seconds: float = 0.5) -> float:
    """Return how many requests a second four threads of this process answer."""
    handler = WSGIHandler()

    def ask() -> None:
        answer = handler(_environment(), _insist)
        answer.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda _: _until(time.perf_counter() + seconds, ask), range(AT_ONCE))) / seconds


def by_event_loop(*, seconds: float = 0.5) -> float:
    """Return how many requests a second four tasks of one event loop answer."""
    handler = ASGIHandler()

    async def keep_asking(end: float) -> int:
        count = 0
        while time.perf_counter() < end:
            await handler(_scope(), _messages(), _send)
            count += 1
        return count

    async def together() -> int:
        end = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(keep_asking(end) for _ in range(AT_ONCE))))

    with ThreadPoolExecutor(1) as alone:  # a loop may be running in this thread
        return alone.submit(lambda: asyncio.run(together())).result() / seconds


def levels() -> Levels:
    """Read the same from this process's memory, from the shared cache and from the database."""
    key = f"architecture:{uuid4().hex}"
    later = time.time() + KEPT_SECONDS
    caching.memory.set(key, caching.Entry("read", later, later), seconds=KEPT_SECONDS)
    cache.set(key, "read", timeout=KEPT_SECONDS)
    with connection.cursor() as cursor:
        return Levels(
            _microseconds(lambda: caching.memory.get(key)),
            _microseconds(lambda: cache.get(key)),
            _microseconds(lambda: cursor.execute("SELECT 1")),
        )


def through_the_queue() -> float | None:
    """Return how many seconds a task takes from here to a worker and back; none if none answers in time."""
    key, start = f"architecture:{uuid4().hex}", time.perf_counter()
    try:
        current_app.send_task(ECHO, kwargs={"key": key}, retry=False)
    except (OperationalError, OSError):
        return None
    while time.perf_counter() < start + PATIENCE_SECONDS:
        if cache.get(key):
            return time.perf_counter() - start
        time.sleep(0.005)
    return None


def _until(end: float, ask: Callable[[], None]) -> int:
    count = 0
    while time.perf_counter() < end:
        ask()
        count += 1
    connection.close()  # of a thread that ends
    return count


def _microseconds(read: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(READS):
        read()
    return 1e6 * (time.perf_counter() - start) / READS


def _host() -> str:
    """Return the shop's own name, which it answers to."""
    return urlsplit(settings.SITE_URL).hostname or ""


def _environment() -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": PATH,
        "HTTP_HOST": _host(),
        "SERVER_NAME": _host(),
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "https",
    }


def _scope() -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"",
        "scheme": "https",
        "headers": [(b"host", _host().encode())],
        "client": ("127.0.0.1", 1),
    }


def _insist(status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    """Take the answer's status, as WSGI has it; the figures are worthless unless it is 200."""
    if not status.startswith("200"):
        raise RuntimeError(f"{PATH} was answered with {status}")
    return len


def _messages() -> Callable[[], Awaitable[dict[str, Any]]]:
    """Return what a client says in ASGI: it asks, and never hangs up."""
    said = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in said:
            return message
        return await asyncio.Future[dict[str, Any]]()

    return receive


async def _send(message: Mapping[str, Any]) -> None:
    if "status" in message:
        _insist(str(message["status"]), [])
