"""What customers say."""

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dbProject.models import SoftDeleteManager, SoftDeleteModel, SoftDeleteQuerySet, TimestampedModel


class ReviewQuerySet(SoftDeleteQuerySet["Review"]):
    """The vocabulary of questions about reviews."""

    def approved(self) -> Self:
        return self.filter(is_approved=True)

    def waiting(self) -> Self:
        """Keep what somebody has to read before it is shown."""
        return self.filter(is_approved=False)


ReviewManager = SoftDeleteManager.from_queryset(ReviewQuerySet)


class Review(SoftDeleteModel, TimestampedModel):
    """One customer's word on one product; shown once approved."""

    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="reviews")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    content = models.TextField(_("text"), blank=True)
    is_verified_purchase = models.BooleanField(_("bought here"), default=False)
    is_approved = models.BooleanField(_("approved"), default=False)
    helpful_count = models.PositiveIntegerField(_("found helpful by"), default=0)

    objects: ClassVar = ReviewManager()
    all_objects: ClassVar = ReviewQuerySet.as_manager()

    class Meta(SoftDeleteModel.Meta):
        abstract = False
        db_table = "reviews"
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating_1_to_5"),
            models.UniqueConstraint(fields=["product", "user"], name="review_once_per_customer"),
        ]
        indexes = [
            models.Index(
                fields=["product", "-created_at"],
                name="review_shown",
                condition=Q(is_approved=True, deleted_at=None),
            ),
            models.Index(
                fields=["created_at"], name="review_waiting", condition=Q(is_approved=False, deleted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/5 {self.title}"
