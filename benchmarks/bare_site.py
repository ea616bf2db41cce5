"""The ceiling: a Django site of two views and no middleware that do the least a page of a shop has to.

Settings and site map in one: ``DJANGO_SETTINGS_MODULE=benchmarks.bare_site``.
"""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from dbProject.settings.base import *  # noqa: F403
from dbProject.settings.base import BASE_DIR

ROOT_URLCONF = "benchmarks.bare_site"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # without it the shop's models do not load
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "benchmarks/templates"],
    }
]
PAGE_BYTES = 20_000
ROWS = 24


def from_redis(request: HttpRequest) -> HttpResponse:
    """Answer with 20 KB that Redis holds."""
    kept = cache.get("bare")
    if kept is None:
        cache.set("bare", "x" * PAGE_BYTES, timeout=600)
    return HttpResponse(kept)


def from_rows(request: HttpRequest) -> HttpResponse:
    """Answer with 20 KB rendered from 24 rows that the ORM reads."""
    from products.models import Product

    rows = list(Product.objects.select_related("brand").order_by("pk")[:ROWS])
    return TemplateResponse(request, "rows.html", {"rows": rows})


urlpatterns = [path("from-redis/", from_redis), path("from-rows/", from_rows)]
