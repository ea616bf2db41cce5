"""Background jobs as staff see them: how far, what went wrong, and the files to take away."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from dbProject.jobs import services as jobs
from dbProject.jobs.models import FOR_THEIR_OWNER, Job, job_files
from dbProject.staff import ReadOnlyAdmin

FILES = {"problems": "error_file", "result": "result_file"}
RESULTS = {
    "created": gettext_lazy("New"),
    "updated": gettext_lazy("Changed"),
    "unchanged": gettext_lazy("As they were"),
    "refused": gettext_lazy("Refused"),
    "warned": gettext_lazy("Warnings"),
    "products": gettext_lazy("Products"),
}
LABELS = {
    Job.Status.QUEUED: "info",
    Job.Status.RUNNING: "info",
    Job.Status.SUCCEEDED: "success",
    Job.Status.FAILED: "danger",
    Job.Status.CANCELLED: "warning",
}


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Everybody on the staff sees the own jobs; who may view jobs sees all."""

    list_display = ("title", "state", "progress", "error_count", "created_by", "created_at", "finished_at")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("created_by",)
    search_fields = ("request_id",)
    ordering = ("-created_at",)

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:pk>/cancel/", wrap(self.cancel_view), name="jobs_job_cancel"),
            path("<uuid:pk>/download/<str:which>/", wrap(self.download_view), name="jobs_job_download"),
            *super().get_urls(),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        if obj is None or obj.created_by_id == request.user.pk:
            return self.has_module_permission(request)
        return bool(request.user.has_perm("jobs.view_job"))

    def may_cancel(self, request: HttpRequest, job: Job) -> bool:
        return job.created_by_id == request.user.pk or bool(request.user.has_perm("jobs.change_job"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        sees_all = request.user.has_perm("jobs.view_job")
        rows = Job.objects.defer("params", "problems", "position")
        return rows if sees_all else rows.of(request.user)

    @display(description=gettext_lazy("job"), ordering="kind")
    def title(self, job: Job) -> str:
        return job.title

    @display(description=gettext_lazy("status"), ordering="status", label=LABELS)
    def state(self, job: Job) -> tuple[str, str]:
        return job.status, job.get_status_display()

    @display(description=gettext_lazy("progress"))
    def progress(self, job: Job) -> str:
        return intcomma(job.done) if job.total is None else f"{intcomma(job.done)} / {intcomma(job.total)}"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far the job is; the page looks again by itself, with or without scripts."""
        job = self._job(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": job.title,
            "job": job,
            "figures": [(label, job.result[name]) for name, label in RESULTS.items() if name in job.result],
            "problems": job.problems,
            "may_cancel": not job.is_finished and self.may_cancel(request, job),
            "back": reverse("admin:jobs_job_changelist"),
        }
        return TemplateResponse(request, "admin/jobs/job/progress.html", context)

    def cancel_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        job = self._job(request, str(pk))
        if request.method != "POST" or not self.may_cancel(request, job):
            raise PermissionDenied
        if jobs.cancel(job):
            text = _("The job ends after the rows it is working on. What it has done so far stays.")
            self.message_user(request, text, messages.SUCCESS)
        else:
            self.message_user(request, _("The job had ended already."), messages.INFO)
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))

    def download_view(self, request: HttpRequest, pk: UUID, which: str) -> HttpResponseBase:
        job = self._job(request, str(pk))
        if job.kind in FOR_THEIR_OWNER:
            raise Http404
        file = getattr(job, FILES[which]) if which in FILES else None
        if not file or not job_files().exists(file.name):
            raise Http404
        suffix = file.name.rpartition(".")[2]
        name = f"{job.kind}-{which}-{job.created_at:%Y-%m-%d}.{suffix}"
        return FileResponse(file.open("rb"), as_attachment=True, filename=name)

    def _job(self, request: HttpRequest, object_id: str) -> Job:
        """Return a job that this person may see; any other does not exist."""
        try:
            pk = UUID(object_id)
        except ValueError as broken:
            raise Http404 from broken
        return get_object_or_404(self.get_queryset(request).defer(None), pk=pk)
