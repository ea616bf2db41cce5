"""Redis as a cache that may hang or be gone: one call finds out, and those after it do without."""

from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

from django_redis.cache import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dbProject import observation, resilience

T = TypeVar("T")
OPEN_SECONDS = 5.0
"""Pages cost more without it, so it is tried again soon: one call of 0.25 s at most, per process."""


class GuardedRedisCache(RedisCache):
    """A cache whose calls answer as for a miss, or with None for a write, where Redis does not answer.

    The first call waits for the socket's time limit; then a breaker leaves Redis alone for some seconds.
    What is not overridden here raises, as a plain client would.
    """

    def get(self, key: str, default: Any = None, version: int | None = None, client: Any = None) -> Any:
        return _guarded(lambda: super(GuardedRedisCache, self).get(key, default, version, client), default)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return _guarded(lambda: super(GuardedRedisCache, self).get_many(*args, **kwargs), {})

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return _guarded(lambda: super(GuardedRedisCache, self).set(*args, **kwargs), None)

    def set_many(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
        """Return the keys that were not stored: none or all."""
        return (
            _guarded(lambda: super(GuardedRedisCache, self).set_many(data, *args, **kwargs), list(data)) or []
        )

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return _guarded(lambda: bool(super(GuardedRedisCache, self).add(*args, **kwargs)), None)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return _guarded(lambda: super(GuardedRedisCache, self).incr(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return _guarded(lambda: super(GuardedRedisCache, self).touch(*args, **kwargs), None)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return _guarded(lambda: super(GuardedRedisCache, self).has_key(*args, **kwargs), False)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return _guarded(lambda: super(GuardedRedisCache, self).delete(*args, **kwargs), None)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return _guarded(lambda: super(GuardedRedisCache, self).delete_many(*args, **kwargs), None)

    def count(self, key: str, *, window_seconds: int) -> tuple[int, int] | None:
        """Count one more, atomically, in a window that begins with the first.

        Returns how often it was and the seconds left of the window; None where Redis does not answer.
        """

        def ask() -> tuple[int, int]:
            steps = self.client.get_client(write=True).pipeline(transaction=True)
            steps.set(key, 0, ex=window_seconds, nx=True)
            steps.incr(key)
            steps.ttl(key)
            _is_new, counted, seconds = steps.execute()
            return counted, seconds

        return _guarded(ask, None)

    def clear(self) -> None:
        _guarded(super().clear, None)


def _guarded(ask: Callable[[], T], nothing: T) -> T:
    breaker = resilience.breaker(
        "cache",
        trips_on=(RedisConnectionError, RedisTimeoutError, OSError),
        failures=1,
        open_seconds=OPEN_SECONDS,
    )
    began = perf_counter()
    try:
        with breaker.guard():
            return ask()
    except (resilience.CircuitOpen, RedisError, OSError):
        return nothing
    finally:
        observation.count_cache_call(began)
