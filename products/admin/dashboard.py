"""What needs hands today: the first page of the staff screens."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dbProject.jobs.models import Job
from products.models import PictureAddress, Product, Review

SHOWN = 8


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to ``context`` what this person may see of the work that waits."""
    may = request.user.has_perm
    cards: list[dict[str, Any]] = []
    if may("products.view_product"):
        context |= _stock(cards)
    if may("products.view_review"):
        context |= _reviews(cards)
    context |= _jobs(request, cards)
    if may("products.view_pictureaddress"):
        waiting = PictureAddress.objects.count()
        address = reverse("admin:products_pictureaddress_changelist")
        cards.append(card(_("Pictures to fetch"), waiting, address))
    return {**context, "cards": cards, "title": _("Today")}


def _stock(cards: list[dict[str, Any]]) -> dict[str, Any]:
    address = reverse("admin:products_product_changelist")
    for_sale = Product.objects.active().buyable()
    low, out = for_sale.low_stock(), for_sale.filter(stock_quantity=0)
    cards.append(card(_("Sold out"), out.count(), f"{address}?stock=out", "bad"))
    cards.append(card(_("Low stock"), low.count(), f"{address}?stock=low", "warn"))
    rarest = low.order_by("stock_quantity", F("low_stock_threshold").desc(), "pk")
    return {
        "low_stock": list(rarest[:SHOWN]),
        "sold_out": list(out.order_by("-updated_at", "pk")[:SHOWN]),
    }


def _reviews(cards: list[dict[str, Any]]) -> dict[str, Any]:
    waiting = Review.objects.waiting()
    address = reverse("admin:products_review_changelist")
    cards.append(card(_("Reviews waiting"), waiting.count(), f"{address}?state=waiting", "warn"))
    oldest = waiting.select_related("product").order_by("created_at")
    return {"waiting_reviews": list(oldest[:SHOWN])}


def _jobs(request: HttpRequest, cards: list[dict[str, Any]]) -> dict[str, Any]:
    rows = Job.objects.defer("params", "problems", "position")
    if not request.user.has_perm("jobs.view_job"):
        rows = rows.of(request.user)
    cards.append(card(_("Jobs at work"), rows.unfinished().count(), reverse("admin:jobs_job_changelist")))
    return {"newest_jobs": list(rows.order_by("-created_at")[:5])}


def card(title: str, count: int, address: str, color: str = "") -> dict[str, Any]:
    """Return one figure; the color is for what should be none."""
    return {"title": title, "count": count, "address": address, "color": color if count else ""}
