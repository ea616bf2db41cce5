"""Where sessions are kept: in the database, and read from the cache."""

import secrets

from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    """Django's own, without the query that asks whether a new key is taken already.

    A new session is inserted, so the primary key refuses one that is, and Django takes another.
    """

    def _get_new_session_key(self) -> str:
        return secrets.token_hex(16)

    async def _aget_new_session_key(self) -> str:
        return secrets.token_hex(16)
