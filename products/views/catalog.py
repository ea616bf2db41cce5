"""Catalog pages."""

from typing import Any, NamedTuple

from django.conf import settings
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dbProject.behavior import counting, searching
from dbProject.shared_pages import shared
from dbProject.templatetags.money import money
from products import search
from products.forms import CatalogForm, ReviewForm, ReviewsForm
from products.models import Brand, Category, Product
from products.selectors import catalog, categories, choices, facets, prices, redirects, reviews
from products.selectors import products as product_pages

LONGEST_WORDS = 200
SEEN_COOKIE = "seen"
SEEN_SECONDS = 60 * 60 * 24 * 30
MOST_SEEN = 8
VISIT_SECONDS = 30 * 60
"""What is looked at later than that after something else has nothing to do with it."""
LONGEST_PK = 18
"""Digits that the database can compare."""
list_page = shared(*CatalogForm.base_fields, "page", prefixes=("attr_",))
"""What the address of a page with a list may say."""


class Chip(NamedTuple):
    """One applied filter, and the address of the same list without it."""

    label: str
    url: str


def _moved(request: HttpRequest, kind: type[Product | Category | Brand], slug: str) -> HttpResponse:
    """Lead from an address of the past to today's, with the same query; else there is nothing here."""
    address = redirects.moved(kind, slug)
    if address is None:
        raise Http404(f"no {kind.__name__.lower()} {slug}")
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


@list_page
@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    context = _listing(request)
    response = TemplateResponse(request, "products/product_list.html", context)
    return _counted(response, request, context)


@list_page
@require_safe
def category_detail(request: HttpRequest, slug: str) -> HttpResponse:
    category = categories.shelf(slug)
    if category is None:
        return _moved(request, Category, slug)
    context = _listing(request, category=slug) | {
        "category": category,
        "children": categories.inside(category),
        "path": categories.path(category["id"]),
    }
    return TemplateResponse(request, "products/category_detail.html", context)


@list_page
@require_safe
def brand_detail(request: HttpRequest, slug: str) -> HttpResponse:
    brand = Brand.objects.active().filter(slug=slug).first()
    if brand is None:
        return _moved(request, Brand, slug)
    return TemplateResponse(
        request, "products/brand_detail.html", _listing(request, brand=slug) | {"brand": brand}
    )


@shared("variant", "stars", "reviews", prefixes=(choices.FIELD,))
@require_safe
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    family = product_pages.family(slug)
    if family is None:
        return _moved(request, Product, slug)
    product = family.product
    if product.parent is not None:
        query = urlencode({"variant": product.sku})
        return HttpResponsePermanentRedirect(f"{product.parent.get_absolute_url()}?{query}")
    options = choices.asked(request.GET.dict())
    page = product_pages.page(
        family, sku=request.GET.get("variant", ""), options=options, **ReviewsForm(request.GET).wanted()
    )
    context: dict[str, Any] = {
        "page": page,
        "lowest_before": prices.lowest_before_sale(page.shown) if page.shown.is_on_sale else None,
        "canonical": product.get_absolute_url(),
    }
    if request.user.is_authenticated:
        own = reviews.own(request.user, product)
        context |= {"own": own, "review_form": ReviewForm.of(own.review)}
    return TemplateResponse(request, "products/product_detail.html", context)


@list_page
@require_safe
def search_results(request: HttpRequest) -> HttpResponse:
    """Show what the words of ``q`` find; what was probably meant where they find nothing."""
    context = _listing(request)
    context["found"] = context["wanted"].found
    if not context["products"].object_list:
        context |= {"entrances": categories.entrances(), "popular": catalog.popular()}
    response = TemplateResponse(request, "products/search_results.html", context)
    return _counted(response, request, context)


def _counted(response: HttpResponse, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Have a page of results say how much was found, unless it only turns or narrows what was searched."""
    if context["wanted"].q and {name for name, value in request.GET.items() if value} == {"q"}:
        searching.say(response, context["products"].paginator.count)
    return response


@shared("q")
@require_safe
def search_suggest(request: HttpRequest) -> HttpResponse:
    """Return a fragment with what somebody who is still typing may mean."""
    typed = request.GET.get("q", "").replace("\x00", "")[:LONGEST_WORDS].strip()
    context = {"typed": typed, "suggested": search.suggest(typed)}
    return TemplateResponse(request, "products/search_suggest.html", context)


@require_safe
@never_cache
def recently_viewed(request: HttpRequest) -> HttpResponse:
    """Return a fragment with what this visitor looked at lately, and remember ``seen`` as the last of it.

    Only pages with JavaScript ask for it, so that the pages themselves are the same for everybody.
    """
    try:
        kept = request.get_signed_cookie(SEEN_COOKIE, "", max_age=SEEN_SECONDS)
    except BadSignature:
        kept = ""
    pks = [int(pk) for pk in (kept or "").split(".") if pk.isdigit()][:MOST_SEEN]
    seen = request.GET.get("seen", "")
    now = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= LONGEST_PK else None
    response = TemplateResponse(
        request, "products/recently_viewed.html", {"products": catalog.seen([pk for pk in pks if pk != now])}
    )
    if now is not None:
        if pks and now not in pks and request.get_signed_cookie(SEEN_COOKIE, "", max_age=VISIT_SECONDS):
            counting.count_next(request, product=now, after=pks[0])
        latest = ".".join(map(str, [now, *(pk for pk in pks if pk != now)][:MOST_SEEN]))
        response.set_signed_cookie(
            SEEN_COOKIE,
            latest,
            max_age=SEEN_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _canonical(request: HttpRequest, page: int) -> str:
    """Return the address that stands for this list: without filters and order, with its page."""
    return f"{request.path}?page={page}" if page > 1 else request.path


def _listing(request: HttpRequest, **fixed: str) -> dict[str, Any]:
    """Return what every page with a list of products shows; ``fixed`` is what the page is about."""
    form = CatalogForm(request.GET)
    wanted = catalog.looked_up(form.wanted(**fixed))
    total, brands, attributes = facets.of(wanted)
    pages = catalog.CatalogPages(wanted, total=total)
    products = pages.get_page(request.GET.get("page"))
    clear_url = request.path
    if request.path == reverse("search"):
        clear_url += f"?{urlencode({'q': wanted.q})}"
        fixed = {**fixed, "q": wanted.q}  # the heading says it
    return {
        "products": products,
        "page_query": _page_query(request),
        "page_numbers": pages.get_elided_page_range(products.number, on_each_side=1, on_ends=1),
        "wanted": wanted,
        "form": form,
        "categories": [] if "category" in fixed else categories.tree(),
        "brands": [] if "brand" in fixed else brands,
        "facets": attributes,
        "chips": _chips(request, wanted, brands, attributes, fixed),
        "clear_url": clear_url,
        "list_url": request.path,
        "default_sort": "relevance" if wanted.q else "newest",
        "canonical": _canonical(request, products.number),
        "is_empty_shop": not pages.count and not Product.objects.exists(),
    }


def _page_query(request: HttpRequest) -> str:
    """Return the query of this list up to the number of a page, which follows."""
    query: QueryDict = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&page=" if query else "page="


def _chips(
    request: HttpRequest,
    wanted: catalog.CatalogFilter,
    brands: list[facets.Option],
    attributes: list[facets.Facet],
    fixed: dict[str, str],
) -> list[Chip]:
    """Return what the list is narrowed to, each with a way out."""
    shelf = categories.shelf(wanted.category) if wanted.category else None
    brand = wanted.brand and next((brand.label for brand in brands if brand.is_chosen), wanted.brand)
    labels = {
        "q": f"“{wanted.q}”" if wanted.q else "",
        "category": shelf["name"] if shelf else wanted.category,
        "brand": brand,
        "min_price": _("from %(price)s") % {"price": money(wanted.min_price)} if wanted.min_price else "",
        "max_price": _("up to %(price)s") % {"price": money(wanted.max_price)} if wanted.max_price else "",
        "in_stock": _("In stock") if wanted.in_stock else "",
        "rating": _("%(stars)s stars or more") % {"stars": wanted.rating} if wanted.rating else "",
    }
    chips = [
        Chip(label, _without(request, name)) for name, label in labels.items() if label and name not in fixed
    ]
    shown = {facet.name: facet for facet in attributes} if wanted.attributes else {}
    for slug, values in wanted.attributes:
        facet = shown.get(f"attr_{slug}")
        known = {option.value: option.label for option in facet.options} if facet else {}
        name = facet.label if facet else slug
        chips += [
            Chip(f"{name}: {known.get(value, value)}", _without(request, f"attr_{slug}", value))
            for value in values
        ]
    return chips


def _without(request: HttpRequest, name: str, value: str = "") -> str:
    """Return the address of this list without one filter, on its first page."""
    query: QueryDict = request.GET.copy()
    query.pop("page", None)
    kept = [other for other in query.pop(name, []) if value and other != value]
    if kept:
        query.setlist(name, kept)
    return f"{request.path}?{query.urlencode()}" if query else request.path
