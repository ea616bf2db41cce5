"""What tables of the shop have in common."""

from decimal import Decimal
from typing import Any, ClassVar, Generic, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

M = TypeVar("M", bound=models.Model)
HALF_CENT = Decimal("0.005")


def to_the_cent(field: str, amount: Combinable) -> Q:
    """Say that ``field`` equals ``amount`` where both have two decimals: exact, on SQLite as well.

    SQLite adds decimals up as floating numbers, which are then equal to no other.
    """
    return Q(**{f"{field}__gt": amount - HALF_CENT, f"{field}__lt": amount + HALF_CENT})


class TimestampedModel(models.Model):
    """A row that knows its age. A bulk ``update()`` names ``updated_at`` itself."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class FollowUpModel(models.Model):
    """A row because of which something is done later: it knows the request or task that it follows from.

    ``observation.origin()`` has the values for a new row, ``observation.headers_of(row)`` what a task says.
    """

    request_id = models.CharField(
        _("request"), max_length=64, blank=True, db_default="", help_text="Id of the request it follows from."
    )
    traceparent = models.CharField(
        max_length=55, blank=True, db_default="", editable=False, help_text="W3C Trace Context, if traced."
    )

    class Meta:
        abstract = True


class SoftDeleteQuerySet(models.QuerySet[M]):
    """Rows that are marked instead of removed, because orders and ledgers still name them."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Mark these rows as deleted. Repeating it changes nothing."""
        count = self.filter(deleted_at=None).update(deleted_at=timezone.now())
        return count, {self.model._meta.label: count} if count else {}

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def hard_delete(self) -> tuple[int, dict[str, int]]:
        """Remove these rows for good, and what cascades from them."""
        return super().delete()

    hard_delete.alters_data = True  # type: ignore[attr-defined]
    hard_delete.queryset_only = True  # type: ignore[attr-defined]

    def restore(self) -> int:
        """Unmark these rows; return how many were deleted."""
        return self.exclude(deleted_at=None).update(deleted_at=None)

    restore.alters_data = True  # type: ignore[attr-defined]
    restore.queryset_only = True  # type: ignore[attr-defined]


class SoftDeleteManager(models.Manager[M], Generic[M]):
    """Hides deleted rows."""

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(deleted_at=None)

    def deleted(self) -> models.QuerySet[M]:
        """Return only what is deleted."""
        return super().get_queryset().exclude(deleted_at=None)

    def with_deleted(self) -> models.QuerySet[M]:
        """Return everything, deleted or not."""
        return super().get_queryset()


class SoftDeleteModel(models.Model):
    """A row that ``delete()`` hides from ``objects``; ``all_objects`` and foreign keys still see it.

    A unique value stays taken by a deleted row: ``validate_unique`` says so before the database does.
    """

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = SoftDeleteManager()
    all_objects: ClassVar[Any] = SoftDeleteQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "all_objects"
        default_manager_name = "objects"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def delete(self, *_args: Any, **_options: Any) -> tuple[int, dict[str, int]]:
        """Mark this row as deleted. Repeating it changes nothing."""
        if self.is_deleted:
            return 0, {}
        self.deleted_at = timezone.now()
        self.save(update_fields=["deleted_at"])
        return 1, {self._meta.label: 1}

    def restore(self) -> Self:
        """Bring this row back."""
        self.deleted_at = None
        self.save(update_fields=["deleted_at"])
        return self

    def hard_delete(self) -> tuple[int, dict[str, int]]:
        """Remove this row for good, and what cascades from it."""
        return super().delete()

    def validate_unique(self, exclude: Any = None) -> None:
        super().validate_unique(exclude=exclude)
        hidden = type(self).all_objects.exclude(deleted_at=None).exclude(pk=self.pk)
        taken = [
            field.name
            for field in self._meta.fields
            if field.unique
            and not field.primary_key
            and field.name not in (exclude or ())
            and hidden.filter(**{field.name: getattr(self, field.name)}).exists()
        ]
        if taken:
            text = _("Something deleted still has this value. Restore it, or choose another value.")
            raise ValidationError({name: ValidationError(text, code="unique") for name in taken})
