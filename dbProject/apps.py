from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ProjectConfig(AppConfig):
    name = "dbProject"
    verbose_name = "Shop"

    def ready(self) -> None:
        # After the settings are chosen, so that wsgi's default stays base and every task finds this app.
        from dbProject import celery, checks, error_reports, receivers, tracing  # noqa: F401

        tracing.start()
        error_reports.start()


class StaffConfig(AdminConfig):
    """Django's admin with the shop's own site."""

    default = False
    default_site = "dbProject.staff.ShopAdminSite"
