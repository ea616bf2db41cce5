"""What leaves the house and arrives. Each locks the order's row first."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders.carriers import tracking as pages
from orders.errors import IllegalTransition, SentBefore
from orders.models import Order, OrderEvent, Shipment
from orders.selectors import fulfillment
from orders.services import packing, status, timeline
from orders.services.packing import UNTRACKED, Tracking
from orders.services.timeline import Actor


@transaction.atomic
def ship(
    order: Order,
    *,
    key: str,
    actor: Actor,
    units: Mapping[int, int] | None = None,
    tracking: Tracking = UNTRACKED,
) -> Shipment:
    """Send ``units`` (pk of a line -> how many) of ``order``, or all that is left of it. Once per ``key``.

    An order that nobody has begun to pack is being packed by that. It is shipped once nothing is left, and
    until then its timeline says that part of it is on its way. A parcel of a well-known carrier is followed
    on the carrier's page, unless ``tracking`` names another.

    Raises:
        PastOrder: It is from before the shop.
        IllegalTransition: It is not paid, has been sent already, or has ended.
        NothingChosen, UnknownLine: There is nothing in it, or something that was not ordered.
        TooManyUnits: More of something than is left to ship.
        SentBefore: The key has sent something else.
    """
    order = status.lock_present(order.pk)
    earlier: Shipment | None = order.shipments.filter(key=key).first()
    if earlier is not None:
        if units is not None and earlier.units() != {pk: count for pk, count in units.items() if count}:
            raise SentBefore
        return earlier
    if order.status not in Order.NEEDING_HANDS:
        raise IllegalTransition(status_now=order.status, status_wanted=Order.Status.SHIPPED)
    lines = fulfillment.progress(order)
    left = {line.item: line.left for line in lines}
    wanted = {line.item.pk: line.left for line in lines} if units is None else units
    chosen = packing.within(wanted, left, refusal=_("Of %(name)s only %(most)d can be shipped."))
    if order.status == Order.Status.CONFIRMED:
        order = status.move(order, to=Order.Status.PROCESSING, actor=actor)
    if not tracking.url:
        tracking = tracking._replace(url=pages.page_of(tracking.carrier, tracking.number))
    shipment = packing.pack(order, chosen, key=key, actor=actor, tracking=tracking)
    followed = " ".join(part for part in (tracking.carrier, tracking.number) if part)
    if sum(left.values()) == sum(chosen.values()):
        status.move(order, to=Order.Status.SHIPPED, actor=actor, detail=followed)
    else:
        said = [packing.words(chosen, left), followed]
        detail = " \N{MIDDLE DOT} ".join(part for part in said if part)
        timeline.record(order, OrderEvent.Kind.PART_SHIPPED, actor=actor, detail=detail)
    return shipment


@transaction.atomic
def deliver(shipment: Shipment, *, actor: Actor) -> Shipment:
    """Write down that ``shipment`` has arrived; the order is delivered with the last of them. Repeatable."""
    order = status.lock(shipment.order_id)
    shipment = order.shipments.get(pk=shipment.pk)
    if shipment.delivered_at is not None:
        return shipment
    shipment.delivered_at = timezone.now()
    shipment.save(update_fields=["delivered_at"])
    is_last = not order.shipments.filter(delivered_at=None).exists()
    if is_last and order.status == Order.Status.SHIPPED:
        status.move(order, to=Order.Status.DELIVERED, actor=actor)
    else:
        detail = packing.words(shipment.units(), order.items.all())
        timeline.record(order, OrderEvent.Kind.PART_DELIVERED, actor=actor, detail=detail)
    return shipment
