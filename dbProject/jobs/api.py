"""How a job is doing, for the program of whoever started it."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import ANY, account_of, customer, key_of
from dbProject.api.endpoints import Endpoint
from dbProject.api.shapes import Shape, described_as
from dbProject.jobs.models import Job, job_files


class ProgressOut(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)


class TaskSerializer(serializers.Serializer[Job]):
    """``progress.total`` and ``progress.percent`` are null while unknown; ``errors`` are the first 20."""

    task_id = serializers.UUIDField(source="pk")
    status = serializers.ChoiceField(choices=Job.Status.choices)
    progress = serializers.SerializerMethodField()
    result = serializers.JSONField()
    errors = serializers.SerializerMethodField()  # type: ignore[assignment]

    @described_as(ProgressOut)
    def get_progress(self, job: Job) -> dict[str, int | None]:
        return {"done": job.done, "total": job.total, "percent": job.percent}

    @described_as(serializers.ListField(child=serializers.JSONField()))
    def get_errors(self, job: Job) -> list[dict[str, Any]]:
        failure = [{"reason": job.failure}] if job.failure else []
        return [*failure, *job.problems]


class TaskDetail(Endpoint):
    """How far a job has come, for whoever started it."""

    rules = {"GET": customer(scope=ANY)}
    shapes = {"GET": Shape(TaskSerializer)}

    def get(self, request: Request, task_id: UUID) -> Response:
        return Response(self.shown(TaskSerializer, _own(request, task_id)))


class TaskFile(Endpoint):
    """What a job has written, as a file, once it is done."""

    rules = {"GET": customer(scope=ANY)}
    shapes = {"GET": Shape(media="application/octet-stream")}
    has_versions = False

    def get(self, request: Request, task_id: UUID) -> FileResponse:
        job = _own(request, task_id)
        file = job.result_file
        if job.status != Job.Status.SUCCEEDED or not file or not job_files().exists(str(file.name)):
            raise Http404
        suffix = str(file.name).rpartition(".")[2]
        name = f"{job.kind}-{job.created_at:%Y-%m-%d}.{suffix}"
        return FileResponse(
            file.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
        )


def started(job: Job) -> Response:
    """Answer that ``job`` has begun, and where to ask how it is doing."""
    response = Response(TaskSerializer(job).data, status=status.HTTP_202_ACCEPTED)
    response["Location"] = reverse("task-detail", args=[job.pk])
    return response


def _own(request: Request, task_id: UUID) -> Job:
    key = key_of(request)
    rows = Job.objects.of_key(key) if key else Job.objects.of(account_of(request))
    return get_object_or_404(rows, pk=task_id)


urlpatterns = [
    path("tasks/<uuid:task_id>/", TaskDetail.as_view(), name="task-detail"),
    path("tasks/<uuid:task_id>/result/", TaskFile.as_view(), name="task-result"),
]
