"""Reviews as staff read them: waiting ones first."""

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from products.admin import cells, filters
from products.models import Review
from products.services import reviews


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """What a customer wrote is not rewritten: it is shown, held back or rejected."""

    list_display = ("product_name", "stars", "words", "author", "state", "created_at")
    list_filter = (filters.WaitingFilter,)
    list_select_related = ("product", "user")
    search_fields = ("product__name", "product__sku", "title", "content", "user__email")
    ordering = ("is_approved", "-created_at", "-pk")
    fields = (
        "product", "user", "stars", "title", "content", "is_verified_purchase", "state", "helpful_count",
        "created_at",
    )  # fmt: skip
    actions = ("approve", "withdraw", "reject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return Review.all_objects.order_by(*self.ordering)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("products.change_review"))

    @display(description=_("product"), ordering="product__name")
    def product_name(self, review: Review) -> str:
        return review.product.name

    @display(description=_("stars"), ordering="rating")
    def stars(self, review: Review) -> str:
        return f"{review.rating}/5"

    @display(description=_("review"), header=True)
    def words(self, review: Review) -> list[str]:
        return [review.title, review.content[:120]]

    @display(description=_("by"), ordering="user__email")
    def author(self, review: Review) -> str:
        return review.user.email

    @display(description=_("state"), ordering="is_approved")
    def state(self, review: Review) -> SafeString:
        if review.is_deleted:
            return cells.badge(str(_("Rejected")), "bad")
        return cells.badge(
            *((str(_("Shown")), "good") if review.is_approved else (str(_("Waiting")), "warn"))
        )

    @admin.action(description=_("Approve: show them"), permissions=["decide"])
    def approve(self, request: HttpRequest, queryset: Any) -> None:
        self._decide(request, queryset, reviews.approve)

    @admin.action(description=_("Hold back"), permissions=["decide"])
    def withdraw(self, request: HttpRequest, queryset: Any) -> None:
        self._decide(request, queryset, reviews.withdraw)

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: Any) -> None:
        self._decide(request, queryset, reviews.reject)

    def _decide(self, request: HttpRequest, queryset: Any, decide: Callable[[Collection[int]], int]) -> None:
        count = decide(list(queryset.values_list("pk", flat=True)))
        text = ngettext("%(count)d review was changed.", "%(count)d reviews were changed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
