"""The words of the catalog, for "did you mean"."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SearchWord(models.Model):
    """A word without accents that names of listed products, their brands and categories have.

    Written by ``services.search_words`` on a schedule: it may lag behind, what is found never does.
    """

    word = models.CharField(max_length=50, primary_key=True)
    products = models.PositiveIntegerField(help_text="How many listed products have it.")

    objects: ClassVar[models.Manager["SearchWord"]] = models.Manager()

    class Meta:
        db_table = "search_words"
        verbose_name = "search word"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(products__gt=0), name="search_word_is_used"),
        ]

    def __str__(self) -> str:
        return self.word
