from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BehaviorConfig(AppConfig):
    name = "dbProject.behavior"
    label = "behavior"
    verbose_name = _("Behavior")

    def ready(self) -> None:
        from dbProject.behavior import counting  # noqa: F401 -- it writes from now on
