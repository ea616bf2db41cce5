"""How the API reads, answers and describes itself."""

from typing import Any

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
- **Webhooks** tell other systems what happens; each event stands below, signed as Standard Webhooks says.
- **Limits** are in `X-RateLimit-Limit`, `-Remaining` and `-Reset`; 429 says in `Retry-After` when to come.
"""

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "dbProject.api.access.TokenAuthentication",  # the first, so that a stranger is answered 401, not 403
        "dbProject.api.access.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["dbProject.api.access.ByRule"],
    "DEFAULT_PARSER_CLASSES": [
        "dbProject.api.bodies.JSONParser",
        "dbProject.api.bodies.FormParser",
        "dbProject.api.bodies.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "dbProject.api.pages.Pages",
    "EXCEPTION_HANDLER": "dbProject.api.problems.problem_details",
    "DEFAULT_SCHEMA_CLASS": "dbProject.api.schema.EndpointSchema",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "The shop's API",
    "VERSION": "1",
    "DESCRIPTION": API_IN_SHORT,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatusEnum": "orders.models.Order.Status",
        "TaskStatusEnum": "dbProject.jobs.models.Job.Status",
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "PREPROCESSING_HOOKS": ["dbProject.api.schema.with_shapes"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "dbProject.api.schema.without_limits_of_databases",
        "dbProject.webhooks.openapi.with_webhooks",
    ],
}
