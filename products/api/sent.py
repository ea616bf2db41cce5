"""What programs send of the catalog."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from dbProject.api.bodies import Body
from dbProject.api.shapes import described_as
from products.models import Brand, Category, Product
from products.models.measures import Unit

HIGHEST_PK = 2**63 - 1
MOST_UNITS = 2**31 - 1
MOST_AT_ONCE = 1_000
"""Products of one body."""


@described_as(serializers.IntegerField())
class RowField(serializers.Field[Any, Any, Any, Any]):
    """A row by its pk. Rows that ``Known`` has loaded already cost no query."""

    default_error_messages = {
        "invalid": _("This is no number of a row."),
        "does_not_exist": _("There is no such row."),
    }

    def __init__(self, model: type[Any], **options: Any) -> None:
        super().__init__(**options)
        self.model = model

    def to_internal_value(self, data: Any) -> Any:
        pk = pk_of(data)
        if pk is None:
            self.fail("invalid")
        known = (self.context.get("known") or {}).get(self.model)
        row = self.model.objects.filter(pk=pk).first() if known is None else known.get(pk)
        if row is None:
            self.fail("does_not_exist")
        return row

    def to_representation(self, value: Any) -> int:
        return int(value.pk)


class _Price(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=Decimal(0), **options)


class ProductIn(Body):
    """A product. Only ``name``, ``slug``, ``sku``, ``price``, ``category`` and ``brand`` have to be there."""

    name = serializers.CharField(max_length=300)
    slug = serializers.SlugField(max_length=255)
    sku = serializers.CharField(max_length=100)
    price = _Price()
    category = RowField(Category)
    brand = RowField(Brand)
    sale_price = _Price(required=False, allow_null=True, help_text="Below the price; null ends the sale.")
    cost_price = _Price(required=False, allow_null=True)
    stock_quantity = serializers.IntegerField(required=False, min_value=0, max_value=MOST_UNITS)
    low_stock_threshold = serializers.IntegerField(required=False, min_value=0, max_value=MOST_UNITS)
    ean = serializers.RegexField(
        r"^[0-9]{8,14}\Z", required=False, allow_blank=True, help_text="8 to 14 digits."
    )
    short_description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    description = serializers.CharField(
        max_length=100_000, required=False, allow_blank=True, help_text="Text, or simple HTML."
    )
    weight = serializers.DecimalField(
        max_digits=10, decimal_places=3, min_value=Decimal(0), required=False, allow_null=True, help_text="kg"
    )
    dimensions = serializers.CharField(max_length=100, required=False, allow_blank=True)
    tax_class = serializers.ChoiceField(choices=Product.TaxClass.choices, required=False)
    measure = serializers.DecimalField(
        max_digits=10, decimal_places=3, min_value=Decimal("0.001"), required=False, allow_null=True
    )
    measure_unit = serializers.ChoiceField(choices=Unit.choices, required=False, allow_blank=True)
    max_per_order = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32_767)
    is_active = serializers.BooleanField(required=False)
    is_featured = serializers.BooleanField(required=False)
    is_digital = serializers.BooleanField(required=False)
    meta_title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    meta_description = serializers.CharField(max_length=300, required=False, allow_blank=True)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Refuse a content without a unit, and a unit of no content."""
        if "measure" in sent or "measure_unit" in sent:
            before = cast(Product | None, self.context.get("before"))
            measure = sent.get("measure", before and before.measure)
            unit = sent.get("measure_unit", before.measure_unit if before else "")
            if bool(measure) != bool(unit):
                message = _("A content has a measure and a unit, or neither.")
                raise serializers.ValidationError({"measure_unit": [message]})
        return sent


class ProductChangeIn(ProductIn):
    """What is different about a product from now on; what is not named stays."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class ChangeIn(Body):
    """New prices or another stock of one product, named by its ``id`` or its ``sku``."""

    id = serializers.IntegerField(required=False, min_value=1, max_value=HIGHEST_PK)
    sku = serializers.CharField(required=False, max_length=100)
    price = _Price(required=False)
    sale_price = _Price(required=False, allow_null=True, help_text="Null ends the sale.")
    stock_quantity = serializers.IntegerField(
        required=False, min_value=0, max_value=MOST_UNITS, help_text="What is on the shelf now."
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        if ("id" in sent) == ("sku" in sent):
            raise serializers.ValidationError(_("Name each product by its id or by its SKU."))
        return sent


class BulkCreateIn(Body):
    products: Any = serializers.ListSerializer(child=ProductIn(), min_length=1, max_length=MOST_AT_ONCE)


class BulkUpdateIn(Body):
    products: Any = serializers.ListSerializer(child=ChangeIn(), min_length=1, max_length=MOST_AT_ONCE)


class ReviewIn(Body):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    content = serializers.CharField(max_length=5_000, required=False, allow_blank=True)


def pk_of(data: Any) -> int | None:
    """Return the pk that somebody has sent, as a number or as a text of digits; None if it is none."""
    is_text = isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 20
    if isinstance(data, bool) or not (isinstance(data, int) or is_text):
        return None
    return int(data) if 0 < int(data) <= HIGHEST_PK else None


def known(rows: Any, *models: tuple[str, type[Any]]) -> Mapping[type[Any], Mapping[int, Any]]:
    """Return what the fields of ``rows`` refer to, loaded by one query for each model."""
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    pks: Callable[[str], Iterable[int | None]] = lambda name: (pk_of(row.get(name)) for row in listed)  # noqa: E731
    return {model: model.objects.in_bulk({pk for pk in pks(name) if pk}) for name, model in models}
