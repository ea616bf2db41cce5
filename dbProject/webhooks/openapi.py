"""Webhooks in the description of the API: of each event what it says, an example, and how to answer.

Each app describes its own events, in the modules of the setting ``WEBHOOK_DESCRIPTIONS``.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from dbProject.webhooks import signing
from dbProject.webhooks.services import TEST

Schema = dict[str, Any]
AMOUNT: Schema = {"type": "string", "pattern": r"^-?\d+\.\d{2}$", "description": "A decimal with two places."}
EXAMPLE_TIME = "2026-11-26T21:20:00.123456+00:00"
HEADERS: Mapping[str, Schema] = {
    "WebhookId": {
        "name": "webhook-id",
        "description": "The message, however often it comes.",
        "schema": {"type": "string"},
        "example": "msg_5f0c1a52c8d84d7f9a4b8e1f6f6f2a11",
    },
    "WebhookTimestamp": {
        "name": "webhook-timestamp",
        "description": "Seconds since 1970, of this attempt.",
        "schema": {"type": "integer"},
        "example": 1795730400,
    },
    "WebhookSignature": {
        "name": "webhook-signature",
        "description": "`v1,` and Base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, under"
        f" the secret without its `{signing.PREFIX}`, read as Base64. For a day after a new secret was made"
        " there are two, with a space between: one that fits is enough (Standard Webhooks).",
        "schema": {"type": "string"},
        "example": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    },
}
HOW_TO_ANSWER = (
    "Verify the signature over the bytes as they came, answer with 2xx within ten seconds, and do the work"
    " later. The same message may come twice, under the same `webhook-id`, and messages may overtake each"
    " other. There may be more fields one day."
)
ANSWERS: Schema = {
    "2XX": {"description": "The message is taken."},
    "410": {"description": "Nobody listens here any more: the shop switches this address off."},
    "default": {"description": "Not taken, redirects too: the message comes again, for three days."},
}


class Event(NamedTuple):
    """What one kind of event says: a JSON Schema of its ``data``, and data that there could be."""

    schema: Schema
    example: Mapping[str, Any]


def thing(description: str = "", **parts: Schema) -> Schema:
    """Return the schema of an object that has all of these parts."""
    said = {"description": description} if description else {}
    return {"type": "object", **said, "properties": parts, "required": list(parts)}


def shared(name: str) -> Schema:
    """Return what stands for a schema of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: Mapping[str, Schema] = {}
EVENTS = {TEST: Event(thing(message={"type": "string"}), {"message": "It works."})}


def with_webhooks(result: Schema, **_more: Any) -> Schema:
    """Add all events to a description; a hook of drf-spectacular."""
    events: dict[str, Event] = {}
    for module in map(import_module, settings.WEBHOOK_DESCRIPTIONS):
        events |= module.EVENTS
        result["components"]["schemas"] |= module.SCHEMAS
    result["components"]["schemas"] = dict(sorted(result["components"]["schemas"].items()))
    required = {"in": "header", "required": True}
    result["components"]["parameters"] = {name: {**header, **required} for name, header in HEADERS.items()}
    with translation.override("en"):
        said = {kind: str(text) for kind, text in settings.WEBHOOK_KINDS.items()}
    said[TEST] = "Staff or a system try whether messages arrive, whatever the address has chosen"
    result["webhooks"] = {kind: {"post": _operation(kind, said[kind], events[kind])} for kind in said}
    return result


def _operation(kind: str, said: str, event: Event) -> Schema:
    body = {"type": kind, "timestamp": EXAMPLE_TIME, "data": event.example}
    schema = thing(
        type={"const": kind},
        timestamp={"type": "string", "format": "date-time", "description": "When it happened."},
        data=event.schema,
    )
    content = {"schema": schema, "examples": {"Example": {"value": body}}}
    return {
        "operationId": kind.replace(".", "_"),
        "summary": said,
        "description": f"{said}.\n\n{HOW_TO_ANSWER}",
        "tags": ["Webhooks"],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in HEADERS],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "security": [{}],
        "responses": ANSWERS,
    }
