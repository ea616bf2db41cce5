"""What programs send of carts and orders."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from dbProject.api.bodies import Body
from orders.errors import VatNumberRefused
from orders.models import MOST_UNITS, Order
from orders.pricing import vat_numbers
from products.api.sent import HIGHEST_PK
from products.models import Product
from users import addresses

MOST_LINES = 100


class AddIn(Body):
    product_id = serializers.IntegerField(min_value=1, max_value=HIGHEST_PK)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS, default=1)


class QuantityIn(Body):
    quantity = serializers.IntegerField(min_value=0, max_value=MOST_UNITS, help_text="0 takes it out.")


class CouponIn(Body):
    code = serializers.CharField(max_length=100)


class CountryIn(Body):
    """Where goods would go."""

    country = serializers.RegexField(r"^[A-Za-z]{2}\Z", help_text="ISO 3166-1 alpha-2.")
    zip_code = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")

    def validate_country(self, country: str) -> str:
        return country.upper()


class AddressIn(CountryIn):
    street = serializers.CharField(max_length=200)
    city = serializers.CharField(max_length=100)
    state = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    company = serializers.CharField(max_length=150, required=False, allow_blank=True)
    street2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the country's post needs, and write the postal code as it does."""
        shape = addresses.shape(sent["country"])
        missing = [
            name
            for name, is_needed in (("zip_code", shape.needs_zip_code), ("state", shape.needs_state))
            if is_needed and not sent[name]
        ]
        if missing:
            raise serializers.ValidationError({name: [_("Please fill this in.")] for name in missing})
        try:
            sent["zip_code"] = addresses.zip_code(sent["zip_code"], country=sent["country"])
        except ValueError:
            example = "".join(shape.zip_code_examples[:1])
            text = _("Please enter one like %(example)s.") % {"example": example}
            raise serializers.ValidationError({"zip_code": [text]}) from None
        return sent


class LineIn(Body):
    product = serializers.IntegerField(min_value=1, max_value=HIGHEST_PK)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)


class LinesField(serializers.ListSerializer[Any]):
    """Lines; whether their products are for sale, :func:`goods_of` says."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=LineIn(), min_length=1, max_length=MOST_LINES, **options)


class CheckoutIn(Body):
    """Where an order goes, and what its customer has seen."""

    shipping_address = AddressIn()
    billing_address = AddressIn(required=False, help_text="Like the other, unless given.")
    email = serializers.EmailField(
        max_length=254, required=False, help_text="A guest's, or whoever a system orders for."
    )
    phone = serializers.CharField(max_length=20, required=False, allow_blank=True)
    shipping_method = serializers.IntegerField(
        min_value=1, max_value=HIGHEST_PK, required=False, allow_null=True, help_text="The first, if none."
    )
    vat_number = serializers.CharField(max_length=30, required=False, allow_blank=True)
    total_seen = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        required=False,
        allow_null=True,
        help_text="The total that the customer agreed to; another one is refused.",
    )
    notes = serializers.CharField(max_length=1000, required=False, allow_blank=True)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Ask a guest for an address to write to, and refuse a VAT number that cannot be."""
        if self.context.get("needs_email") and not sent.get("email"):
            raise serializers.ValidationError({"email": [_("Please fill this in.")]}, code="required")
        if number := sent.get("vat_number"):
            try:
                sent["vat_number"] = vat_numbers.normalized(number, sent["shipping_address"]["country"])
            except VatNumberRefused as refusal:
                raise serializers.ValidationError({"vat_number": [refusal.detail]}) from None
        return sent


class OrderIn(CheckoutIn):
    items = LinesField()


class QuotesIn(Body):
    """For these goods, or for what is in the cart."""

    shipping_address = CountryIn()
    items = LinesField(required=False)


class MoveIn(Body):
    status = serializers.ChoiceField(choices=Order.Status.choices)
    detail = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Why; the customer reads it."
    )


def units_of(lines: list[dict[str, int]]) -> dict[int, int]:
    """Return product pk -> units; what is there twice adds up."""
    units: Counter[int] = Counter()
    for line in lines:
        units[line["product"]] += line["quantity"]
    return dict(units)


def goods_of(lines: list[dict[str, int]]) -> list[tuple[Product, int]]:
    """Return the products of ``lines`` with how many units of each, in pk order; one query.

    What is hidden is answered like what there is not: neither its name nor its price gets out.

    Raises:
        serializers.ValidationError: Something is not for sale; named by its place in ``items``.
    """
    units = units_of(lines)
    rows = Product.objects.for_sale().filter(pk__in=units).select_related("parent", "category").order_by("pk")
    goods = [(product, units[product.pk]) for product in rows]
    if len(goods) < len(units):
        there = {product.pk for product, _units in goods}
        nothing = [_("There is no such product.")]
        raise serializers.ValidationError(
            {"items": [{} if line["product"] in there else {"product": nothing} for line in lines]}
        )
    return goods
