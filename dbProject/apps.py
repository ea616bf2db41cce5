from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "dbProject"
    verbose_name = "Shop"

    def ready(self) -> None:
        # After the settings are chosen, so that wsgi's default stays base and every task finds this app.
        from dbProject import celery  # noqa: F401
