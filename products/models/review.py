"""What customers say."""

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, FloatField, Q
from django.db.models.functions import Cast, NullIf
from django.utils.translation import gettext_lazy as _

from dbProject.models import SoftDeleteManager, SoftDeleteModel, SoftDeleteQuerySet, TimestampedModel

RATINGS = (5, 4, 3, 2, 1)


class RatedModel(models.Model):
    """A row that knows how many approved reviews give it so many stars; kept by ``services.reviews``."""

    stars_1 = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stars_2 = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stars_3 = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stars_4 = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stars_5 = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        abstract = True


REVIEW_COUNT = F("stars_1") + F("stars_2") + F("stars_3") + F("stars_4") + F("stars_5")
_STARS = F("stars_1") + 2 * F("stars_2") + 3 * F("stars_3") + 4 * F("stars_4") + 5 * F("stars_5")
AVG_RATING = Cast(_STARS, FloatField()) / NullIf(REVIEW_COUNT, 0)
"""1 to 5, NULL without reviews."""


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


class ReviewVote(TimestampedModel):
    """One person who found a review helpful; ``Review.helpful_count`` counts these."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "review_votes"
        verbose_name = _("vote for a review")
        verbose_name_plural = _("votes for reviews")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "user"], name="review_vote_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.review_id}"


class ReviewInvitation(TimestampedModel):
    """Somebody has got a product that they bought here: what makes their review a verified one.

    ``due_at`` says when to ask for it by mail, and ``asked_at`` when that was done; ``reference`` names the
    order, which is asked about once, in the ``language`` it was placed in.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(_("reference"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    due_at = models.DateTimeField(_("due at"))
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)

    class Meta:
        db_table = "review_invitations"
        verbose_name = _("invitation to review")
        verbose_name_plural = _("invitations to review")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "product"], name="review_invited_once_per_product")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="review_invitation_due", condition=Q(asked_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.product_id} ({self.reference})"
