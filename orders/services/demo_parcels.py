"""In what the demo store's past orders left the house: one parcel each."""

from collections.abc import Iterable
from zlib import crc32

from orders.demo.history import Course
from orders.models import Order, OrderEvent, OrderItem, Shipment, ShipmentItem
from orders.services.packing import REST
from users.models import User

CARRIER = "Postwagen"


class Parcels:
    """The shipments of some orders: collected, then written down together."""

    def __init__(self, staff: User) -> None:
        self._staff = staff
        self._shipments: list[Shipment] = []
        self._items: list[ShipmentItem] = []

    def follow(self, course: Course, order: Order, items: Iterable[OrderItem]) -> None:
        """Pack ``items`` of ``order``, if it has left the house."""
        shipped_at = course.at(OrderEvent.Kind.SHIPPED)
        if shipped_at is None:
            return
        shipment = Shipment(
            order=order,
            number=1,
            key=REST,
            carrier=CARRIER,
            tracking_number=f"PW{crc32(order.order_number.encode()):010}",
            shipped_at=shipped_at,
            delivered_at=course.at(OrderEvent.Kind.DELIVERED),
            user=self._staff,
        )
        self._shipments.append(shipment)
        self._items += (ShipmentItem(shipment=shipment, item=item, quantity=item.quantity) for item in items)

    def enter(self) -> None:
        """Write all of it down, once the orders and their lines are."""
        Shipment.objects.bulk_create(self._shipments)
        ShipmentItem.objects.bulk_create(self._items)
