"""What programs show to be let in. Of a secret only its hash is kept: who reads the table can use none."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel


class Scope(models.TextChoices):
    """What a key may be good for."""

    CATALOG_READ = "catalog:read", _("Read the catalog")
    CATALOG_WRITE = "catalog:write", _("Change products, prices and stock")
    ORDERS_READ = "orders:read", _("Read orders")
    ORDERS_WRITE = "orders:write", _("Place orders and move them on")
    WEBHOOKS = "webhooks", _("Webhooks")


class Secret(TimestampedModel):
    """A secret that was handed out once: its hash, and the letters that it begins with."""

    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256.")
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class LoginToken(Secret):
    """A customer's login in an app or a script, until it ends or they log out."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_tokens")
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        db_table = "login_tokens"
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="login_token_ends")]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class ApiKey(Secret):
    """What another system is let in with, for its ``scopes`` and nothing else."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Which system uses it."))
    scopes = models.JSONField(_("good for"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    expires_at = models.DateTimeField(
        _("good until"), null=True, blank=True, help_text=_("Empty: until it is taken back.")
    )
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "api_keys"
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="api_key_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
