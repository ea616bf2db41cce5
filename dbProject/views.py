"""Pages that compose what several apps offer, and the answers that operators ask for."""

import sys
from collections.abc import Callable
from decimal import Decimal
from threading import Lock
from typing import Any, cast

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    HttpResponseServerError,
    JsonResponse,
)
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.static import serve
from prometheus_client import CONTENT_TYPE_LATEST

from dbProject import health as dependencies
from dbProject import locks, outages
from dbProject.architecture import answers, problems
from dbProject.architecture.figures import Measured
from dbProject.mail import SampleMail, rendered
from dbProject.metrics import access, exposition
from dbProject.samples import filled_in_form
from dbProject.shared_pages import shared
from dbProject.templatetags.money import round_money
from dbProject.webhooks import samples as webhook_mails
from orders.selectors import orders
from orders.selectors import samples as order_mails
from orders.views import measured
from orders.views import samples as buying_samples
from products.selectors import addresses, categories, samples
from products.selectors import home as home_page
from products.selectors import mail_samples as product_mails
from users.models import User
from users.selectors import samples as account_mails

LONGEST_ADDRESS = 2_000
"""Characters; browsers and proxies cut what is longer."""
IMMUTABLE = "public, max-age=31536000, immutable"
ORDERS_ON_A_PAGE = 10
NEWEST_ORDERS = 3
AFFORDABLE_BELOW = 30
"""A round price in the store's currency: what costs less is a present that needs no thinking."""


@shared()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    rows = home_page.rows(affordable_below=Decimal(AFFORDABLE_BELOW))
    context = {
        "rows": rows,
        "families": categories.entrances(),
        "affordable_title": _("Under %(price)s") % {"price": round_money(AFFORDABLE_BELOW)},
        "canonical": reverse("home"),
        "affordable_url": f"?max_price={AFFORDABLE_BELOW}&in_stock=1&sort=-price",
    }
    return TemplateResponse(request, "home.html", context)


@require_safe
@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show the customer what is theirs: the newest orders, and the ways to everything else."""
    newest = list(orders.newest_of(cast(User, request.user))[: NEWEST_ORDERS + 1])
    context = {"orders": newest[:NEWEST_ORDERS], "has_more": len(newest) > NEWEST_ORDERS}
    return TemplateResponse(request, "account_overview.html", context)


@require_safe
@login_required
@never_cache
def account_orders(request: HttpRequest) -> HttpResponse:
    """List what the customer has ordered."""
    pages = Paginator(orders.newest_of(cast(User, request.user)), ORDERS_ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return TemplateResponse(request, "account_orders.html", {"orders": page})


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every part of the pages in every state; nothing here comes from the database."""
    pages = Paginator(range(240), 24)
    context = {
        "products": samples.products(),
        "form": filled_in_form(),
        "paged": pages.page(5),
        "page_query": "page=",
        "page_numbers": pages.get_elided_page_range(5, on_each_side=1, on_ends=1),
        "buy": samples.page(),
        "buying": buying_samples.parts(),
    }
    return TemplateResponse(request, "styleguide.html", context)


@require_safe
def styleguide_mails(request: HttpRequest) -> HttpResponse:
    """List every mail as text, with a link to it as HTML."""
    mails = [
        {"mail": mail, "text": rendered(mail.template, subject=mail.subject, context=mail.context)[0]}
        for mail in _sample_mails()
    ]
    return TemplateResponse(request, "styleguide_mails.html", {"mails": mails})


@require_safe
@csp_update({"style-src": [UNSAFE_INLINE]})  # type: ignore[arg-type]  # its types know no arguments
def styleguide_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one mail as HTML, with the style block that mail programs need."""
    for mail in _sample_mails():
        if mail.slug == slug:
            html = rendered(mail.template, subject=mail.subject, context=mail.context)[1]
            return HttpResponse(html)
    raise Http404(slug)


def _sample_mails() -> list[SampleMail]:
    return [*order_mails.mails(), *account_mails.mails(), *product_mails.mails(), *webhook_mails.mails()]


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say what crawlers leave alone: what is endless, personal or for staff."""
    closed = ("/admin/", "/api/", "/search/", "/recently-viewed/", "/language/", "/styleguide/", "/account")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]), content_type="text/plain"
    )


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """Say to language models where they find what."""
    context = {"families": categories.families(), "languages": settings.LANGUAGES}
    return TemplateResponse(request, "llms.txt", context, content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the parts of the site map: one for shelves and brands, one for each 5,000 products."""
    parts = ["shelves", *(f"products-{number}" for number in range(1, addresses.parts() + 1))]
    rows = [f"<sitemap><loc>{settings.SITE_URL}/sitemap-{part}.xml</loc></sitemap>" for part in parts]
    return HttpResponse(_xml("sitemapindex", rows), content_type="application/xml")


@require_safe
def sitemap_part(request: HttpRequest, part: str) -> HttpResponse:
    """List the addresses of one part of the site map."""
    name, _dash, number = part.partition("-")
    if part == "shelves":
        rows = [f"<url><loc>{settings.SITE_URL}{path}</loc></url>" for path in addresses.shelves()]
    elif name == "products" and 0 < int(number or 0) <= addresses.parts():
        rows = [
            f"<url><loc>{settings.SITE_URL}{path}</loc><lastmod>{day.isoformat()}</lastmod></url>"
            for path, day in addresses.products(int(number))
        ]
    else:
        raise Http404(f"no part {part}")
    return HttpResponse(_xml("urlset", rows), content_type="application/xml")


def _xml(root: str, rows: list[str]) -> str:
    """Return the rows as XML; slugs hold nothing that would need escaping."""
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}">{"".join(rows)}</{root}>\n'


@require_safe
@never_cache
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language for a year and lead back to ``next``, if that is a page of this shop."""
    if code not in dict(settings.LANGUAGES):
        raise Http404(f"no language {code}")
    back = request.GET.get("next", "")
    is_ours = len(back) <= LONGEST_ADDRESS and url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if is_ours else reverse("home"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody has caught; 503 while the database is away, which middleware may find out first."""
    if outages.is_outage(sys.exc_info()[1]):
        return outages.page()
    page = render_to_string("500.html", {"error_id": getattr(request, "error_id", "")})
    return HttpResponseServerError(page)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while pages can be served, else 503; see ``dbProject.health``."""
    found = dependencies.look()
    return JsonResponse(found, status=503 if found["status"] == "unhealthy" else 200)


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process is up, touching nothing."""
    return JsonResponse({"status": "alive"})


MEASURING_SECONDS = 10
"""How long who measures waits for another who does: two at once would measure each other."""
_measuring = Lock()
MEASURES: dict[str, Callable[[], Measured]] = {
    "concurrency": measured.concurrency,
    "monolith": answers.monolith,
    "dependencies": answers.locked,
    "big-data": measured.big_data,
    "scalability": answers.scalability,
}


@require_safe
@never_cache
def architecture(request: HttpRequest) -> HttpResponse:
    """Show staff, and everybody in development, how the shop answers five problems of architecture."""
    _insist_on_staff(request)
    return TemplateResponse(request, "architecture.html", _problems())


@require_POST
@never_cache
def architecture_measure(request: HttpRequest, slug: str) -> HttpResponse:
    """Measure one of the answers now, and show the page with what came out; takes a few seconds."""
    _insist_on_staff(request)
    if slug not in MEASURES:
        raise Http404
    if not _measuring.acquire(timeout=MEASURING_SECONDS):
        raise locks.Busy
    try:
        context = {**_problems(), "measured": MEASURES[slug](), "current": slug}
    finally:
        _measuring.release()
    return TemplateResponse(request, "architecture.html", context)


def _problems() -> dict[str, Any]:
    return {"problems": problems.PROBLEMS, "files": problems.files()}


@require_safe
@never_cache
def architecture_source(request: HttpRequest, path: str) -> HttpResponse:
    """Show a file that the page leads to, and no other."""
    _insist_on_staff(request)
    if path not in problems.files():
        raise Http404
    return HttpResponse((settings.BASE_DIR / path).read_text(), content_type="text/plain; charset=utf-8")


def _insist_on_staff(request: HttpRequest) -> None:
    if not (settings.DEBUG or (request.user.is_authenticated and request.user.is_staff)):
        raise Http404


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell Prometheus all figures, if it asks from one of ``METRICS_ALLOWED_NETWORKS``."""
    if not access.may_read(request):
        raise PermissionDenied
    return HttpResponse(exposition.text(), content_type=CONTENT_TYPE_LATEST)


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an upload where no nginx stands in front; names carry a content hash."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = IMMUTABLE
    return response
