"""Views that staff keep: made on the page of a report, listed in the overview, each its owner's alone."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders.admin.analytics import pages
from orders.admin.analytics.forms import AskedForm, ViewForm
from orders.errors import ViewRefused
from orders.models import SavedView
from orders.selectors.reports import registry
from orders.services.analytics import saved_views


def of(request: HttpRequest) -> list[tuple[SavedView, Any]]:
    """Return the views of whoever asks, each with its report; one query."""
    views = SavedView.objects.filter(user=request.user.pk)
    return [(view, registry.REPORTS[view.report]) for view in views if view.report in registry.REPORTS]


@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what the address asks of a report; what is wrong with its name stands beside it."""
    pages.insist(request)
    report = pages.named(slug)
    asked = AskedForm(request.GET.dict(), report=report, today=timezone.localdate())
    form = ViewForm(request.POST)
    if not (asked.is_valid() and form.is_valid()):
        return pages.page(request, report, asked, view_form=form)
    user: Any = request.user
    try:
        view = saved_views.save(user, report=report.slug, query=asked.query, **form.cleaned_data)
    except ViewRefused as refused:
        form.add_error("name", refused.detail)
        return pages.page(request, report, asked, view_form=form)
    text = (
        _("“%(name)s” is kept. It comes by mail from next Monday on.")
        if view.by_mail
        else _("“%(name)s” is kept.")
    )
    messages.success(request, text % {"name": view.name})
    return HttpResponseRedirect(f"{reverse('admin:analytics_report', args=[slug])}?{view.query}")


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a view, or turn its mail on or off, as the button says."""
    pages.insist(request)
    wish = request.POST.get("do", "")
    user: Any = request.user
    if wish == "remove":
        is_there, text = saved_views.remove(user, pk), _("The view is removed.")
    elif wish in ("mail", "no_mail"):
        is_there = saved_views.set_by_mail(user, pk, by_mail=wish == "mail")
        text = (
            _("It comes by mail from next Monday on.") if wish == "mail" else _("It comes by mail no more.")
        )
    else:
        raise Http404(f"nothing to do: {wish}")
    if not is_there:
        raise Http404(f"no view {pk} of theirs")
    messages.success(request, text)
    return HttpResponseRedirect(f"{reverse('admin:analytics')}#views")
