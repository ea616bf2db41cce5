"""What the staff screens of all apps share: the site, and how a refusal reaches the person who typed."""

from collections.abc import Iterable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.dataclasses import SearchResult
from unfold.forms import PaginationInlineFormSet
from unfold.sites import UnfoldAdminSite

from dbProject.errors import ShopError

FOUND_PER_MODEL = 8
SEARCHED = [
    "orders.Order", "orders.Promotion", "products.Product", "products.Category", "products.Brand",
    "users.User", "pages.Page",
]  # fmt: skip
"""What Ctrl-K looks through, beside the names of the screens."""


def store_name(_request: HttpRequest) -> str:
    return str(settings.STORE_NAME)


class ShopAdminSite(UnfoldAdminSite):
    """Unfold's site with a Ctrl-K that asks for few rows and remembers nothing.

    Unfold's own loads every match of every model, and puts objects in the cache, which
    speaks JSON only.
    """

    def get_urls(self) -> Any:
        """Add the places of ``ADMIN_PLACES``, whose views wrap themselves in ``admin_view``."""
        places = [path(start, include(urls)) for start, urls in settings.ADMIN_PLACES.items()]
        return [*places, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask who it is on the shop's own page, which counts attempts and asks for second factors."""
        if request.method == "GET" and "next" not in request.GET:
            start = reverse(f"{self.name}:index")
            return HttpResponseRedirect(f"{request.path}?{urlencode({'next': start})}")
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = request.GET.get("s", "").strip()
        if not words:
            return HttpResponse()
        screens = self.get_app_list(request)
        is_palette = "extended" in request.GET
        found = self._found(request, screens, words) if is_palette else []
        results = [*self._search_apps(screens, words.lower()), *found]
        page = Paginator(results, 100).page(1)
        return TemplateResponse(
            request,
            "unfold/helpers/command_results.html" if is_palette else "unfold/helpers/search_results.html",
            {
                "page_obj": page.paginator,
                "results": page,
                "page_counter": 0,
                "execution_time": 0,
                "command_show_history": False,
            },
            headers={"HX-Trigger": "search"},
        )

    def _found(self, request: HttpRequest, screens: Iterable[Any], words: str) -> list[SearchResult]:
        results: list[SearchResult] = []
        allowed = {screen["model"] for app in screens for screen in app["models"]}
        for model in (model for model in self._registry if model in allowed):
            if model._meta.label not in SEARCHED:
                continue
            screen = self._registry[model]
            rows, _ = screen.get_search_results(request, screen.get_queryset(request), words)
            name = f"{self.name}:{model._meta.app_label}_{model._meta.model_name}_change"
            results += [
                SearchResult(
                    title=str(row),
                    description=str(model._meta.verbose_name),
                    link=reverse(name, args=[row.pk]),
                    icon="arrow_right",
                )
                for row in rows[:FOUND_PER_MODEL]
            ]
        return results


class ShopModelForm(forms.ModelForm[Any]):
    """A form that shows what a service refused, beside what was typed."""

    refusal: ShopError | None = None
    fields_of: dict[str, str] = {}
    """Error code -> the field it belongs to; others are said on top."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.refusal:
            field = self.fields_of.get(self.refusal.code, "")
            self.add_error(field if field in self.fields else None, self.refusal.detail)


class ShopModelAdmin(ModelAdmin):
    """A screen whose writes are service calls: a ShopError becomes a message, and nothing typed is lost."""

    form = ShopModelForm
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ShopError as refusal:  # everything is rolled back: show the form again, with the reason
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        try:
            return super().changelist_view(request, extra_context)
        except ShopError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ShopError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return HttpResponseRedirect("../change/")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form


class SoftDeleteAdmin(ShopModelAdmin):
    """A screen of rows that are marked instead of removed: nothing cascades, nothing protects."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        lacking = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return [str(obj) for obj in objs], {self.opts.verbose_name_plural: len(objs)}, lacking, []


class LabeledFormSet(PaginationInlineFormSet):
    """Rows whose fields have names of their own: in a table their labels stand only in its head."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            inner = getattr(field.widget, "widget", field.widget)
            inner.attrs.setdefault("aria-label", field.label or name)


class ReadOnlyAdmin(ShopModelAdmin):
    """A screen to look at, such as a ledger."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def pks_of(queryset: QuerySet[Any]) -> list[int]:
    """Return the primary keys of a selection, in order; one query."""
    return list(queryset.order_by("pk").values_list("pk", flat=True))


def sort_rows(formset: Any) -> None:
    """Sort the rows of a form into ``new_objects``, ``changed_objects`` and ``deleted_objects``."""
    formset.save(commit=False)
