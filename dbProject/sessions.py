"""Where sessions are kept: in the database, and read from the cache."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends import cached_db
from django.http import HttpRequest


def loaded(request: HttpRequest) -> Mapping[str, Any]:
    """Return what a request has read of its session so far; neither cache nor database is asked.

    ``session.accessed`` does not tell: it is true as well where reading has failed, and would again.
    """
    found: Mapping[str, Any] = getattr(getattr(request, "session", None), "_session_cache", {})
    return found


class SessionStore(cached_db.SessionStore):
    """Django's own, without the query that asks whether a new key is taken already.

    A new session is inserted, so the primary key refuses one that is, and Django takes another.
    """

    def _get_new_session_key(self) -> str:
        return secrets.token_hex(16)

    async def _aget_new_session_key(self) -> str:
        return secrets.token_hex(16)
