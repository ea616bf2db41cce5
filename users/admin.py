"""Accounts and roles as staff see them."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from dbProject.staff import ShopModelAdmin
from users.models import Address, User
from users.services import accounts

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class AccountCreationForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("email", "first_name", "last_name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def _post_clean(self) -> None:
        self.instance.username = self.cleaned_data.get("email", "")
        super()._post_clean()


class AccountChangeForm(UserChangeForm):
    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ShopModelAdmin):  # type: ignore[type-arg, misc]
    form = AccountChangeForm
    add_form = AccountCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "first_name", "last_name", "is_staff", "is_verified", "last_login")
    list_filter = (
        ("is_staff", BooleanRadioFilter),
        ("is_active", BooleanRadioFilter),
        ("groups", RelatedDropdownFilter),
    )
    search_fields = ("email", "first_name", "last_name", "phone")
    ordering = ("-date_joined",)
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("said_about_mails", "last_login", "last_login_ip", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": (("first_name", "last_name"), ("phone", "is_verified"))}),
        (_("Rights"), {"fields": (("is_active", "is_staff", "is_superuser"), "groups", "user_permissions")}),
        (_("Mails"), {"fields": ("said_about_mails",)}),
        (_("Visits"), {"fields": (("last_login", "last_login_ip", "date_joined"),)}),
    )
    add_fieldsets = ((None, {"fields": ("email", ("first_name", "last_name"), "password1", "password2")}),)

    actions = ("remove_second_factors",)

    @admin.action(description=_("Remove second factors (phone lost)"), permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Help owners who have lost phone, passkey and codes, once it is certain who they are."""
        done = 0
        for user in queryset.order_by("pk"):
            if self.has_change_permission(request, user) and accounts.remove_second_factors(user):
                self.log_change(request, user, gettext("Removed the second factors."))
                done += 1
        said = ngettext(
            "%(count)d account has no second factor any more; its owner hears of it by mail.",
            "%(count)d accounts have no second factor any more; their owners hear of it by mail.",
            done,
        )
        messages.success(request, said % {"count": done})

    @admin.display(description=_("Said about mails"))
    def said_about_mails(self, user: User) -> str:
        lines = [
            (
                localize(timezone.localtime(row.created_at)),
                row.get_kind_display(),
                gettext("wanted") if row.is_given else gettext("not wanted"),
                f"{row.source} {row.text_version} {row.language}",
            )
            for row in user.mail_consents.all()
        ]
        return "\n".join(" \N{MIDDLE DOT} ".join(line) for line in lines) or "-"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only who may do everything says who else may; a manager hands out roles, not single rights."""
        if request.user.is_superuser:
            return self.readonly_fields
        own = (
            RIGHTS if obj is not None and obj.pk == request.user.pk else ("is_superuser", "user_permissions")
        )
        return (*self.readonly_fields, *own)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj)


admin.site.unregister(Group)
for kept_from_staff in (Authenticator, UserSession):  # their screens would show secrets and session keys
    admin.site.unregister(kept_from_staff)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ShopModelAdmin):  # type: ignore[misc]
    list_display = ("name",)


@admin.register(Address)
class AddressAdmin(ShopModelAdmin):
    list_display = ("name", "street", "zip_code", "city", "country", "user")
    list_select_related = ("user",)
    search_fields = ("name", "street", "city", "zip_code", "user__email")
    autocomplete_fields = ("user",)
