from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "dbProject.metrics"
    label = "metrics"

    def ready(self) -> None:
        from dbProject.metrics import process, receivers  # noqa: F401 -- they listen and write from now on
