"""What can be said of a product beyond the columns that every product has."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

from django.db import models
from django.db.models import Q, TextField, Value
from django.db.models.functions import Concat, Left
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from dbProject.models import TimestampedModel

OPTION_LENGTH = 100
"""Characters of a select option; so much of a value is indexed."""
SEPARATOR = "|"
"""Between the options of a multiselect value."""


class ProductAttribute(TimestampedModel):
    """A question asked of products: its name, the type of its answers, and whether customers filter by it."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("Yes or no")
        SELECT = "select", _("One of several")
        MULTISELECT = "multiselect", _("Some of several")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    attribute_type = models.CharField(_("type"), max_length=12, choices=Type, default=Type.TEXT)
    unit = models.CharField(_("unit"), max_length=20, blank=True, help_text=_("For numbers, for example cm."))
    is_required = models.BooleanField(_("required"), default=False)
    is_filterable = models.BooleanField(_("filterable"), default=False)
    sort_order = models.PositiveIntegerField(_("position"), default=0)
    translations = models.JSONField(
        _("in other languages"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    """Per language what differs: ``{"de": {"name": "Farbe", "unit": "…", "values": {"Oak": "Eiche"}}}``."""

    class Meta:
        db_table = "product_attributes"
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ("sort_order", "name")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit="") | Q(attribute_type="number"), name="attribute_unit_for_numbers"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def localized(self) -> "Words":
        """What is said of it in the reader's language, as far as that is known."""
        return Words.of(self.name, self.unit, self.translations)


class Words(NamedTuple):
    """How an attribute and its values read; a value that is not among ``values`` reads as it is stored."""

    name: str
    unit: str
    values: Mapping[str, str]

    @classmethod
    def of(cls, name: str, unit: str, translations: Mapping[str, Any]) -> Self:
        """Return the words of the reader's language, else the attribute's own."""
        said = translations.get(translation.get_language() or "", {})
        return cls(said.get("name") or name, said.get("unit") or unit, said.get("values", {}))

    def option(self, value: str) -> str:
        return self.values.get(value) or value


class AttributeValueQuerySet(models.QuerySet["ProductAttributeValue"]):
    """The vocabulary of questions about values."""

    def having(self, attribute_slug: str, option: str) -> Self:
        """Keep values of that attribute which are ``option``, or have it among several."""
        several = Concat(Value(SEPARATOR), "value", Value(SEPARATOR), output_field=TextField())
        return (
            self.filter(attribute__slug=attribute_slug)
            .alias(head=Left("value", OPTION_LENGTH), all=several)
            .filter(
                Q(head=option)
                | Q(attribute__attribute_type="multiselect", all__contains=f"{SEPARATOR}{option}{SEPARATOR}")
            )
        )


class ProductAttributeValue(TimestampedModel):
    """A product's answer, in the canonical text of its type (see ``services.attributes``)."""

    product = models.ForeignKey("products.Product", on_delete=models.CASCADE, related_name="attribute_values")
    attribute = models.ForeignKey(ProductAttribute, on_delete=models.PROTECT, related_name="values")
    value = models.TextField(_("value"))
    number = models.DecimalField(
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        editable=False,
        help_text="The value of a number attribute, in its unit.",
    )

    objects = AttributeValueQuerySet.as_manager()

    class Meta:
        db_table = "product_attribute_values"
        verbose_name = _("attribute value")
        verbose_name_plural = _("attribute values")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "attribute"], name="attribute_value_once_per_product"),
            models.CheckConstraint(condition=~Q(value=""), name="attribute_value_not_empty"),
        ]
        indexes: ClassVar = [
            models.Index("attribute", Left("value", OPTION_LENGTH), name="attribute_value_option")
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id}: {self.value}"
