"""What the description of the API says first."""

API_IN_SHORT = """\
Everything that the pages do, for a shop's own app, a partner's system and a script.

- **Bodies** are JSON, forms or multipart forms; in a form `items[0][product]=7` is a line of a list.
- **Money** is a decimal in a string, in the store's currency. Instants are ISO 8601 in UTC.
- **Lists** come in pages (`page`, `page_size` up to 100); `fields=id,name` takes less. Any other
  parameter is refused by name.
- **Errors** are `application/problem+json` (RFC 9457): act on `code`, show `detail`.
- **Sign in** with `POST /api/auth/login/`, send `Authorization: Bearer` and the token; other systems get a
  key from staff, with scopes. Guests have a cart by cookie or by `X-Cart-Token`.
- **Once**: with an `Idempotency-Key` a POST that costs money has its effect once, and gets the same answer
  for 24 hours (`Idempotent-Replayed: true`).
- **Versions**: what is read has an `ETag`. `If-None-Match` spares sending it again (304), `If-Match` keeps
  changes from overwriting each other (412).
- **Limits** are in `X-RateLimit-Limit`, `-Remaining` and `-Reset`; 429 says in `Retry-After` when to come.
"""
