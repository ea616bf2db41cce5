"""A database that is far away: a proxy before Postgres that holds back each of its answers.

Every window between two statements of a transaction is as wide as the delay, so that what can happen in it
does happen.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

SHORTEST, LONGEST = 0.020, 0.100
"""Seconds by which each answer comes late."""
CHUNK = 65_536


class Proxy:
    """Takes connections on a free port of this machine and passes them on to ``host`` and ``port``."""

    def __init__(self, host, port):
        self._behind = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self):
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _end(self):
        self._server.close()
        connected = asyncio.all_tasks() - {asyncio.current_task()}
        for task in connected:
            task.cancel()
        await asyncio.gather(*connected, return_exceptions=True)

    async def _connected(self, reader, writer):
        to_database = from_database = None
        with suppress(ConnectionError, asyncio.CancelledError):
            from_database, to_database = await asyncio.open_connection(*self._behind)
            await asyncio.gather(
                self._pass_on(reader, to_database), self._pass_on(from_database, writer, is_late=True)
            )
        for end in (writer, to_database):
            if end is not None:
                end.close()

    async def _pass_on(self, reader, writer, *, is_late=False):
        while chunk := await reader.read(CHUNK):
            if is_late:
                await asyncio.sleep(random.uniform(SHORTEST, LONGEST))  # noqa: S311 -- a delay, not a secret
            writer.write(chunk)
            await writer.drain()
        writer.close()


@contextmanager
def slow(connection) -> Iterator[dict]:
    """Offer settings with which the database of ``connection`` is reached through a proxy."""
    known = connection.settings_dict
    proxy = Proxy(known["HOST"], int(known["PORT"]))
    try:
        yield {**known, "HOST": "127.0.0.1", "PORT": proxy.port}
    finally:
        proxy.close()
