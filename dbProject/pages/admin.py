"""The pages that staff write."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dbProject.pages import services
from dbProject.pages.models import Page
from dbProject.staff import ShopModelAdmin


@admin.register(Page)
class PageAdmin(ShopModelAdmin):
    list_display = ("title", "slug", "is_published", "sort_order", "updated_at")
    search_fields = ("title", "slug", "body")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (None, {"fields": (("title", "slug"), ("is_published", "sort_order"))}),
        (_("Text"), {"fields": ("body",), "description": _("HTML; what is not allowed is left out.")}),
    )

    def save_model(self, request: HttpRequest, obj: Page, form: Any, change: bool) -> None:
        services.save_page(obj)

    def delete_model(self, request: HttpRequest, obj: Page) -> None:
        services.delete_page(obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for page in queryset:
            services.delete_page(page)
