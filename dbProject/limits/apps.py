from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "dbProject.limits"
    label = "limits"
