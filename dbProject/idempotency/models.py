"""Answers to requests that must not have their effect twice."""

from typing import ClassVar

from django.db import models


class StoredAnswer(models.Model):
    """What somebody's request under a key was answered, stored in the transaction of its effect."""

    owner = models.CharField(max_length=300, help_text="Whose keys these are: they never meet another's.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    status = models.PositiveSmallIntegerField(default=0, help_text="HTTP; 0 until it is answered.")
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "stored_answers"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "key"], name="stored_answer_once_per_key")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="stored_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
