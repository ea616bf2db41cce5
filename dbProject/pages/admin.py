"""The pages that staff write."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from dbProject.pages import services
from dbProject.pages.models import Page
from dbProject.staff import ShopModelAdmin, ShopModelForm


class PageForm(ShopModelForm):
    """A page, its language chosen from those that the shop speaks."""

    language = forms.ChoiceField(
        label=_("language"),
        choices=settings.LANGUAGES,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The same page in another language has the same address."),
    )


@admin.register(Page)
class PageAdmin(ShopModelAdmin):
    form = PageForm
    list_filter = ("language",)
    list_display = ("title", "slug", "language", "is_published", "sort_order", "updated_at")
    search_fields = ("title", "slug", "body")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (None, {"fields": (("title", "slug"), ("language", "is_published", "sort_order"))}),
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
