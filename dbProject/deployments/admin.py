"""The history of deployments, as staff see it."""

from django.contrib import admin

from dbProject.deployments.models import Deployment
from dbProject.staff import ReadOnlyAdmin


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    list_display = ("release", "deployed_by", "deployed_at")
    search_fields = ("release", "deployed_by")
