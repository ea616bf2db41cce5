"""Catalog pages."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dbProject.templatetags.money import money
from products.forms import CatalogForm
from products.models import Brand, Category, Product
from products.selectors import catalog, categories, facets, redirects
from products.selectors import products as product_pages


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


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "products/product_list.html", _listing(request))


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


@require_safe
def brand_detail(request: HttpRequest, slug: str) -> HttpResponse:
    brand = Brand.objects.active().filter(slug=slug).first()
    if brand is None:
        return _moved(request, Brand, slug)
    return TemplateResponse(
        request, "products/brand_detail.html", _listing(request, brand=slug) | {"brand": brand}
    )


@require_safe
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    product = product_pages.at(slug)
    if product is None:
        return _moved(request, Product, slug)
    if product.parent is not None:
        query = urlencode({"variant": product.sku})
        return HttpResponsePermanentRedirect(f"{product.parent.get_absolute_url()}?{query}")
    page = product_pages.page(product, variant_sku=request.GET.get("variant", ""))
    return TemplateResponse(request, "products/product_detail.html", {"page": page})


def _listing(request: HttpRequest, **fixed: str) -> dict[str, Any]:
    """Return what every page with a list of products shows; ``fixed`` is what the page is about."""
    form = CatalogForm(request.GET)
    wanted = catalog.looked_up(form.wanted(**fixed))
    pages = catalog.CatalogPages(wanted)
    products = pages.get_page(request.GET.get("page"))
    brands, attributes = facets.of(wanted)
    return {
        "products": products,
        "page_numbers": pages.get_elided_page_range(products.number, on_each_side=1, on_ends=1),
        "wanted": wanted,
        "form": form,
        "categories": [] if "category" in fixed else categories.tree(),
        "brands": [] if "brand" in fixed else brands,
        "facets": attributes,
        "chips": _chips(request, wanted, brands, attributes, fixed),
        "clear_url": request.path,
        "is_empty_shop": not pages.count and not Product.objects.exists(),
    }


def _chips(
    request: HttpRequest,
    wanted: catalog.CatalogFilter,
    brands: list[facets.Option],
    attributes: list[facets.Facet],
    fixed: dict[str, str],
) -> list[Chip]:
    """Return what the list is narrowed to, each with a way out."""
    shelf = categories.shelf(wanted.category) if wanted.category else None
    brand = next((brand.label for brand in brands if brand.is_chosen), wanted.brand)
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
    shown = {facet.name: facet for facet in attributes}
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
