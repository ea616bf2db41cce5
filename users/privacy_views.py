"""What customers see and decide of what the shop knows about them."""

from typing import cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dbProject import personal_data
from dbProject.errors import ShopError
from users.models import User
from users.privacy_forms import DeleteForm, MailsForm
from users.selectors import consents as mail_consents
from users.services import consents, personal_exports

SEE_OTHER = 303


@require_safe
@login_required
@never_cache
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what somebody can have done with what the shop knows of them."""
    user = cast(User, request.user)
    job = personal_exports.newest(user)
    form = MailsForm(wanted=mail_consents.wanted_by(user))
    context = {"form": form, "export": job, "expires_at": personal_exports.expires_at(job) if job else None}
    return TemplateResponse(request, "users/privacy.html", context)


@require_POST
@login_required
@never_cache
def mails(request: HttpRequest) -> HttpResponse:
    """Note which mails somebody wants."""
    user = cast(User, request.user)
    form = MailsForm(request.POST, wanted=mail_consents.wanted_by(user))
    if form.is_valid():
        for kind in form.changed_data:
            consents.decide(user.pk, kind=kind, is_given=form.cleaned_data[kind], source="account_mails")
    messages.success(request, _("We keep to that."))
    return HttpResponseRedirect(reverse("account_privacy"), status=SEE_OTHER)


@require_POST
@login_required
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """Have everything about somebody put into a file."""
    personal_exports.start(cast(User, request.user), language=get_language() or "en")
    messages.success(request, _("We put your data together and write to you when it is ready."))
    return HttpResponseRedirect(reverse("account_privacy"), status=SEE_OTHER)


@require_safe
@login_required
@never_cache
def export_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Hand the file to whom it is about."""
    job = personal_exports.ready(cast(User, request.user), pk)
    if job is None:
        raise Http404("no such export, or it has expired")
    return FileResponse(job.result_file.open("rb"), as_attachment=True, filename="my-data.zip")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
def delete(request: HttpRequest) -> HttpResponseBase:
    """Erase the account of somebody who has just shown who they are, and who means it."""
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            personal_data.erase(User.objects.get(pk=cast(User, request.user).pk))
        except ShopError as refusal:
            form.add_error(None, refusal.detail)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. Thank you for having been with us."))
            return HttpResponseRedirect(reverse("home"), status=SEE_OTHER)
    return TemplateResponse(request, "users/account_delete.html", {"form": form})
