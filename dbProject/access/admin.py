"""The keys of other systems: made here, shown once, taken back here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from dbProject.access import services
from dbProject.access.models import ApiKey, Scope
from dbProject.staff import ShopModelAdmin, ShopModelForm

STATES = {
    "good": gettext_lazy("Good"),
    "ended": gettext_lazy("Ended"),
    "revoked": gettext_lazy("Taken back"),
}
LABELS = {"good": "success", "ended": "warning", "revoked": "danger"}


class ApiKeyForm(ShopModelForm):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Good for"),
        choices=Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("As little as the system needs."),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(ShopModelAdmin):
    form = ApiKeyForm
    list_display = ("name", "begins_with", "state", "scopes_in_words", "last_used_at", "created_at")
    search_fields = ("name", "prefix")
    fields = ("name", "scopes", "expires_at")
    actions = ("take_back",)

    @display(description=gettext_lazy("begins with"))
    def begins_with(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @display(description=gettext_lazy("state"), label=LABELS)
    def state(self, key: ApiKey) -> tuple[str, Any]:
        has_ended = key.expires_at is not None and key.expires_at <= timezone.now()
        name = "revoked" if key.revoked_at else "ended" if has_ended else "good"
        return name, STATES[name]

    @display(description=gettext_lazy("good for"))
    def scopes_in_words(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make a key and say its secret this once, or change what one is good for."""
        wanted = {name: form.cleaned_data[name] for name in ("name", "scopes", "expires_at")}
        if change:
            services.change_key(obj, **wanted)
            return
        key, secret = services.make_key(**wanted, by=request.user)
        obj.pk, obj.prefix = key.pk, key.prefix
        text = _("The key is %(secret)s. Copy it now: it is not kept, and nobody can show it again.")
        messages.warning(request, text % {"secret": secret})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the row: a key is taken back, and what it was stays known."""
        return False

    @action(description=gettext_lazy("Take back"))
    def take_back(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        if not request.user.has_perm("access.change_apikey"):
            self.message_user(request, _("You may look, but not take keys back."), messages.ERROR)
            return None
        count = sum(services.revoke_key(key) for key in queryset)
        text = ngettext("%(count)d key is taken back.", "%(count)d keys are taken back.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
        return None
