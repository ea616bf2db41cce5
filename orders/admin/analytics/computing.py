"""Having what reports are read from made now, as a job that shows how far it is."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from orders.admin.analytics import pages
from orders.analytics import engine
from orders.analytics.errors import NotInstalled
from orders.services.analytics import refresh


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Have a worker do the job, or show the one that runs already; nothing of it is done here."""
    pages.insist(request)
    if not engine.can_be_asked():
        messages.error(request, NotInstalled().detail)
        return HttpResponseRedirect(reverse("admin:analytics"))
    user: Any = request.user
    job = refresh.start(by=user)
    if job.created_by_id == user.pk or user.has_perm("jobs.view_job"):
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))
    messages.info(request, job.title)
    return HttpResponseRedirect(reverse("admin:analytics"))
