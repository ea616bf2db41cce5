"""Wishlists as staff read them, to answer whoever asks about theirs."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from dbProject.staff import ReadOnlyAdmin
from products.models import Wishlist, WishlistItem


class ItemInline(TabularInline):
    """What is on a list, and what its owner was last told of it."""

    model = WishlistItem
    fields = readonly_fields = ("product", "notes", "price_told", "was_sold_out", "created_at")
    ordering = ("-pk",)
    extra = 0
    can_delete = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("product")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("products.view_wishlistitem")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Wishlist)
class WishlistAdmin(ReadOnlyAdmin):
    """A list is its owner's to change; the link under which others read it is not shown."""

    list_display = ("name", "owner", "things", "is_public", "updated_at")
    list_filter = (("is_public", BooleanRadioFilter),)
    list_select_related = ("user",)
    search_fields = ("name", "user__email", "items__product__name", "items__product__sku")
    ordering = ("-updated_at", "-pk")
    fields = ("name", "user", "is_public", "created_at", "updated_at")
    inlines: ClassVar = (ItemInline,)
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(things=Count("items"))
        return counted

    @display(description=_("of"), ordering="user__email")
    def owner(self, wishlist: Wishlist) -> str:
        return wishlist.user.email

    @display(description=_("things"), ordering="things")
    def things(self, wishlist: Any) -> int:
        return int(wishlist.things)
