from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "dbProject.access"
    verbose_name = _("Access to the API")
