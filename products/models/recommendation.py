"""What goes with what, as it was last computed of orders and visits."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Recommendation(models.Model):
    """What goes with one product, or what is in demand in one category, best first. Replaced whole by kind.

    ``subject`` is the pk of a product, or of a category where the kind is in demand; it may be gone by now,
    and so may what is recommended. 0 is the whole shop: a row that each kind has, by which its writers queue.
    """

    class Kind(models.TextChoices):
        TOGETHER = "together", _("Often bought together")
        VIEWED = "viewed", _("Customers also viewed")
        TRENDING = "trending", _("In demand")

    WHOLE_SHOP = 0

    kind = models.CharField(max_length=8, choices=Kind)
    subject = models.BigIntegerField()
    products = models.JSONField(default=list, help_text="[[pk, score], …], best first; singles and parents.")
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "product_recommendations"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "kind"], name="recommendation_once"),
            models.CheckConstraint(condition=models.Q(subject__gte=0), name="recommendation_has_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
