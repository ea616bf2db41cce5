"""Rows of shipments. All of it happens under the lock of the order's row, in its caller's transaction."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils import timezone

from orders.errors import NothingChosen, TooManyUnits, UnknownLine
from orders.models import Order, OrderItem, Shipment, ShipmentItem
from orders.selectors import fulfillment
from orders.services.timeline import Actor

REST = "rest"
"""The key of a shipment that nobody has chosen: what was left when the order became shipped."""


class Tracking(NamedTuple):
    """How a shipment can be followed; each may be empty. ``url`` is a web address."""

    carrier: str = ""
    number: str = ""
    url: str = ""


UNTRACKED = Tracking()


def pack(
    order: Order, units: Mapping[int, int], *, key: str, actor: Actor, tracking: Tracking = UNTRACKED
) -> Shipment:
    """Write a shipment of ``units`` (pk of a line -> how many), which are left to ship."""
    shipment = Shipment.objects.create(
        order=order,
        number=order.shipments.count() + 1,
        key=key,
        carrier=tracking.carrier,
        tracking_number=tracking.number,
        tracking_url=tracking.url,
        user=actor.user,
    )
    ShipmentItem.objects.bulk_create(
        ShipmentItem(shipment=shipment, item_id=pk, quantity=count) for pk, count in units.items()
    )
    return shipment


def pack_rest(order: Order, *, actor: Actor) -> None:
    """Write a shipment of all that is left, if anything is."""
    left = {line.item.pk: line.left for line in fulfillment.progress(order) if line.left}
    if left:
        pack(order, left, key=REST, actor=actor)


def unpack(order: Order) -> None:
    """Write down that everything that is on its way has arrived."""
    order.shipments.filter(delivered_at=None).update(delivered_at=timezone.now())


def within(units: Mapping[int, int], most: Mapping[OrderItem, int], *, refusal: str) -> dict[int, int]:
    """Return ``units`` (pk of a line -> how many) without zeros, if each is at ``most`` that many.

    ``refusal`` is said of a line that is not; it may name ``%(name)s`` and ``%(most)d``.

    Raises:
        NothingChosen: All are zero.
        UnknownLine: Something is not among ``most``.
        TooManyUnits: More than that, or fewer than none.
    """
    chosen = {pk: count for pk, count in units.items() if count}
    if not chosen:
        raise NothingChosen
    lines = {item.pk: item for item in most}
    if chosen.keys() - lines.keys():
        raise UnknownLine
    for pk, count in chosen.items():
        item = lines[pk]
        if not 0 < count <= most[item]:
            raise TooManyUnits(
                refusal % {"name": item.product_name, "most": most[item]}, item=pk, most=most[item]
            )
    return chosen


def words(units: Mapping[int, int], items: Iterable[OrderItem]) -> str:
    """Say ``units`` (pk of a line -> how many) in a line of the timeline, in no language."""
    return ", ".join(
        f"{units[item.pk]} \N{MULTIPLICATION SIGN} {item.product_name}" for item in items if item.pk in units
    )
