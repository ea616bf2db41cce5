from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "dbProject.incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        from dbProject.incidents import machines, receivers  # noqa: F401 -- they look and listen from now on
