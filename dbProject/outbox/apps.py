from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "dbProject.outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        from dbProject.outbox import receivers  # noqa: F401 -- it listens from now on
