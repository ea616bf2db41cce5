"""In what the demo store's past orders left the house, and came back: one parcel each."""

from collections.abc import Sequence
from zlib import crc32

from orders.demo.history import Course
from orders.models import Order, OrderEvent, OrderItem, Return, ReturnItem, Shipment, ShipmentItem
from orders.services.packing import REST
from users.models import User

CARRIER = "Postwagen"
REASONS = (Return.Reason.DISLIKED, Return.Reason.UNFITTING, Return.Reason.UNSAID)
ON_THE_WAY_BACK = (
    OrderEvent.Kind.RETURN_REQUESTED,
    OrderEvent.Kind.RETURN_ACCEPTED,
    OrderEvent.Kind.RETURN_RECEIVED,
)


class Parcels:
    """The shipments and returns of some orders: collected, then written down together."""

    def __init__(self, staff: User) -> None:
        self._staff = staff
        self._shipments: list[Shipment] = []
        self._items: list[ShipmentItem] = []
        self._returns: list[Return] = []
        self._returned: list[ReturnItem] = []

    def follow(self, course: Course, order: Order, items: Sequence[OrderItem]) -> None:
        """Pack ``items`` of ``order``, if it has left the house, and unpack what was sent back."""
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
        self._send_back(course, order, items)

    def _send_back(self, course: Course, order: Order, items: Sequence[OrderItem]) -> None:
        requested_at, decided_at, received_at = (course.at(kind) for kind in ON_THE_WAY_BACK)
        if requested_at is None:
            return
        back = Return(
            order=order,
            number=1,
            key=REST,
            reason=REASONS[crc32(order.order_number.encode()) % len(REASONS)],
            requested_at=requested_at,
            decided_at=decided_at,
            received_at=received_at,
            user=order.user,
        )
        if decided_at is not None:
            back.status = Return.Status.RECEIVED if received_at else Return.Status.ACCEPTED
        self._returns.append(back)
        for item in items:
            returned = ReturnItem(parent=back, item=item, quantity=item.quantity)
            returned.restocked_quantity = item.quantity if received_at else 0
            self._returned.append(returned)

    def enter(self) -> None:
        """Write all of it down, once the orders and their lines are."""
        Shipment.objects.bulk_create(self._shipments)
        ShipmentItem.objects.bulk_create(self._items)
        Return.objects.bulk_create(self._returns)
        ReturnItem.objects.bulk_create(self._returned)
