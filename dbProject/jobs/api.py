"""How a job is doing, for the program of whoever started it."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dbProject.api.access import customer
from dbProject.api.endpoints import Endpoint
from dbProject.jobs.models import Job


class TaskSerializer(serializers.Serializer[Job]):
    """``progress.total`` and ``progress.percent`` are null while unknown; ``errors`` are the first 20."""

    task_id = serializers.UUIDField(source="pk")
    status = serializers.ChoiceField(choices=Job.Status.choices)
    progress = serializers.SerializerMethodField()
    result = serializers.JSONField()
    errors = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_progress(self, job: Job) -> dict[str, int | None]:
        return {"done": job.done, "total": job.total, "percent": job.percent}

    def get_errors(self, job: Job) -> list[dict[str, Any]]:
        failure = [{"reason": job.failure}] if job.failure else []
        return [*failure, *job.problems]


class TaskDetail(Endpoint):
    """How far a job has come, for whoever started it."""

    rules = {"GET": customer()}

    def get(self, request: Request, task_id: UUID) -> Response:
        job = get_object_or_404(Job.objects.of(request.user), pk=task_id)
        return Response(TaskSerializer(job).data)


urlpatterns = [path("tasks/<uuid:task_id>/", TaskDetail.as_view(), name="task-detail")]
