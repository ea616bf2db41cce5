"""How far the lines of an order have come: what left the house, and what came back."""

from dataclasses import dataclass

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import Order, OrderItem, Return, ReturnItem, ShipmentItem


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of an order, in units. ``returned`` counts from the wish on, unless that was declined."""

    item: OrderItem
    shipped: int
    returned: int

    @property
    def left(self) -> int:
        """How many have not left the house."""
        return self.item.quantity - self.shipped

    @property
    def returnable(self) -> int:
        """How many the customer has and may still send back."""
        return self.shipped - self.returned


def progress(order: Order) -> list[Progress]:
    """Return how far each line of ``order`` has come, in their order; one query.

    What is decided from it holds only under the lock of the order's row.
    """
    returned = ReturnItem.objects.exclude(parent__status=Return.Status.DECLINED)
    rows = OrderItem.objects.filter(order=order).annotate(
        units_shipped=units_of(ShipmentItem.objects.all()), units_returned=units_of(returned)
    )
    return [Progress(item, item.units_shipped, item.units_returned) for item in rows]


def returnable(order: Order) -> dict[OrderItem, int]:
    """Return how many units of each line may still come back: none of what is unpaid or has ended.

    At most one query; decided under the lock of the order's row.
    """
    if order.status not in Order.SENT:
        return {}
    return {line.item: line.returnable for line in progress(order)}


def units_of(rows: "QuerySet[ShipmentItem] | QuerySet[ReturnItem]", field: str = "quantity") -> Coalesce:
    """Return the expression that sums the units of ``rows`` that belong to a line of an order."""
    own = rows.filter(item=OuterRef("pk")).order_by().values("item")
    return Coalesce(Subquery(own.annotate(units=Sum(field)).values("units"), output_field=IntegerField()), 0)
