"""What customers see and change of their own account, beside django-allauth's pages."""

from typing import cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dbProject.errors import ShopError
from users.address_forms import KeptAddressForm
from users.forms import AvatarForm, ProfileForm
from users.models import MailConsent, User
from users.selectors import addresses as selectors
from users.services import accounts, avatars, consents
from users.services import addresses as services

SEE_OTHER = 303


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def profile(request: HttpRequest) -> HttpResponseBase:
    """Show and change how somebody is called and reached."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        accounts.change_profile(user, **form.cleaned_data)
        messages.success(request, _("Your profile is changed."))
        return HttpResponseRedirect(reverse("account_profile"), status=SEE_OTHER)
    return _profile_page(request, form=form)


@require_POST
@login_required
@never_cache
def avatar(request: HttpRequest) -> HttpResponseBase:
    """Take the picture that somebody wants to show."""
    form = AvatarForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            avatars.change(cast(User, request.user), form.cleaned_data["avatar"])
        except ShopError as refusal:
            form.add_error("avatar", refusal.detail)
        else:
            messages.success(request, _("Your picture is changed."))
            return HttpResponseRedirect(reverse("account_profile"), status=SEE_OTHER)
    return _profile_page(request, avatar_form=form)


@require_POST
@login_required
@never_cache
def avatar_remove(request: HttpRequest) -> HttpResponseBase:
    avatars.remove(cast(User, request.user))
    messages.success(request, _("Your picture is removed."))
    return HttpResponseRedirect(reverse("account_profile"), status=SEE_OTHER)


@require_safe
@login_required
@never_cache
def addresses(request: HttpRequest) -> HttpResponse:
    """List the addresses that somebody keeps, what stands for everything first."""
    kept = cast(User, request.user).addresses.order_by("-is_default_shipping", "-is_default_billing", "-pk")
    return TemplateResponse(request, "users/addresses.html", {"addresses": kept})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def address(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Take a new address or change one; ``update`` shows the fields of another country."""
    user = cast(User, request.user)
    blank = {"name": user.get_full_name(), "country": settings.STORE_COUNTRY}
    known = selectors.of(user, pk) if pk is not None else blank
    if request.method != "POST":
        return _address_page(request, KeptAddressForm(initial=known), pk)
    if "update" in request.POST:
        return _address_page(request, KeptAddressForm(initial=request.POST.dict()), pk)
    form = KeptAddressForm(request.POST)
    if not form.is_valid():
        return _address_page(request, form, pk)
    defaults = {name: form.cleaned_data[name] for name in services.DEFAULTS}
    services.save(user, fields=form.address(), pk=pk, **defaults)
    messages.success(request, _("The address is saved."))
    return HttpResponseRedirect(reverse("account_addresses"), status=SEE_OTHER)


@require_POST
@login_required
@never_cache
def address_remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    services.remove(cast(User, request.user), pk=pk)
    messages.success(request, _("The address is removed."))
    return HttpResponseRedirect(reverse("account_addresses"), status=SEE_OTHER)


def _address_page(request: HttpRequest, form: KeptAddressForm, pk: int | None) -> HttpResponse:
    return TemplateResponse(request, "users/address.html", {"form": form, "pk": pk})


@require_safe
@login_required
@never_cache
def security(request: HttpRequest) -> HttpResponse:
    """Show in one place by what somebody is known to us, and lead to where each is changed."""
    user = cast(User, request.user)
    known = [authenticator.wrap() for authenticator in Authenticator.objects.filter(user=user)]
    kinds = Authenticator.Type
    by_kind = {kind: [one for one in known if one.instance.type == kind] for kind in kinds}
    codes = by_kind[kinds.RECOVERY_CODES]
    context = {
        "app": next(iter(by_kind[kinds.TOTP]), None),
        "passkeys": by_kind[kinds.WEBAUTHN],
        "has_codes": bool(codes),
        "codes_left": len(codes[0].get_unused_codes()) if codes else 0,
        "has_second_factor": bool(by_kind[kinds.TOTP] or by_kind[kinds.WEBAUTHN]),
        "sessions": UserSession.objects.filter(user=user).count(),
    }
    return TemplateResponse(request, "users/security.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End one kind of mail by the link in it; mail programs post without a cookie (RFC 8058)."""
    is_done = request.method == "POST"
    try:
        user_id, kind = consents.check(token)
    except BadSignature as unknown:
        raise Http404("no link of ours") from unknown
    if is_done:
        consents.decide(user_id, kind=kind, is_given=False, source="mail_unsubscribe")
    context = {"is_done": is_done, "kind": MailConsent.Kind(kind).label}
    return TemplateResponse(request, "users/unsubscribe.html", context)


def _profile_page(
    request: HttpRequest, *, form: ProfileForm | None = None, avatar_form: AvatarForm | None = None
) -> HttpResponse:
    context = {
        "form": form or ProfileForm(instance=cast(User, request.user)),
        "avatar_form": avatar_form or AvatarForm(),
    }
    return TemplateResponse(request, "users/profile.html", context)
