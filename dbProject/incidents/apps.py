from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "dbProject.incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from dbProject.incidents import receivers  # noqa: F401 -- it listens from now on
