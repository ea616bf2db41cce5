"""The description of the API, for programs and for people.

It is the committed one: what makes it costs a process 20 MB, and a test holds it to what the code says.
"""

import json
from functools import lru_cache
from pathlib import Path

import yaml
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

MEDIA_TYPE = "application/vnd.oai.openapi+json"
COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.yaml"


@lru_cache(maxsize=1)
def description() -> str:
    """Return the description as JSON; read once in a process."""
    return json.dumps(yaml.load(COMMITTED.read_bytes(), yaml.CSafeLoader))


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Return the description (OpenAPI 3.1)."""
    response = HttpResponse(description(), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    patch_cache_control(response, public=True, max_age=300)
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show it with a form for every call."""
    return TemplateResponse(request, "api/docs.html")
