"""Noting figures that are found out seldom."""

from django.utils import timezone

from dbProject.metrics.models import Reading


def note(name: str, value: float) -> None:
    """Note a figure under its name, in place of the last one; repeatable."""
    Reading.objects.update_or_create(name=name, defaults={"value": value, "noted_at": timezone.now()})
