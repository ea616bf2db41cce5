"""Counts that must hold whatever happens to Redis."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class RateCount(models.Model):
    """How often somebody asked for something since a moment that is not long ago.

    Nothing here tells who: the key is a keyed hash. No index on ``expires_at``: an hourly look over a
    small table is cheaper than one more thing to write at each count.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "rate_counts"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(count__gte=1), name="rate_count_positive")
        ]

    def __str__(self) -> str:
        return f"{self.count} until {self.expires_at}"
