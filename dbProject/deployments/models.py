"""The history of deployments: rows are added and never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Deployment(models.Model):
    """A release that began to serve; going back to an earlier one is a deployment, too."""

    release = models.CharField(_("release"), max_length=100)
    deployed_by = models.CharField(_("by"), max_length=150)
    deployed_at = models.DateTimeField(_("at"), auto_now_add=True)
    attempt = models.CharField(
        _("attempt"), max_length=150, unique=True, help_text=_("What a repeated call has in common.")
    )

    class Meta:
        db_table = "deployments"
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        default_permissions = ("view",)
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~(Q(release="") | Q(deployed_by="") | Q(attempt="")), name="deployment_is_complete"
            ),
        ]

    def __str__(self) -> str:
        return self.release
