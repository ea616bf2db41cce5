"""The demo store's working day: what shows only while it is under way, done by the services of real days.

A parcel that holds a part of its order, one of two things that came back and was refunded, and a withdrawal.
"""

from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Order, PaymentEvent, Return, Shipment
from orders.selectors import refunds as worth
from orders.services import refunds, returns, shipments, timeline, withdrawals
from users.models import User

KEY = "demo"
WITHDRAWAL = uuid5(NAMESPACE_URL, "demo store: somebody withdraws")
MAILS = ("orders.tasks.send_order_step_email", "orders.tasks.send_withdrawal_receipt_email")
S = Order.Status


@transaction.atomic
def work(*, staff: User, customer: User) -> int:
    """Let staff and customers act on orders of the past, as far as such are there; return on how many.

    Repeatable. Nobody is sent a mail: these people do not exist.
    """
    if Shipment.objects.filter(key=KEY).exists() or Return.objects.filter(key=KEY).exists():
        return 0
    before = set(OutboxEvent.objects.unfinished().values_list("pk", flat=True))
    done = [_sent_in_part(staff), _returned_in_part(staff, customer), _withdrawn()]
    for event in OutboxEvent.objects.unfinished().filter(task__in=MAILS).exclude(pk__in=before):
        outbox.finish(event.pk)
    return sum(done)


def _sent_in_part(staff: User) -> bool:
    for order in _some(S.PROCESSING, S.CONFIRMED):
        line = order.items.all()[0]
        shipments.ship(order, units={line.pk: 1}, key=KEY, actor=timeline.staff(staff))
        return True
    return False


def _returned_in_part(staff: User, customer: User) -> bool:
    for order in sorted(_some(S.DELIVERED), key=lambda order: order.user_id != customer.pk):
        line, boss = order.items.all()[0], timeline.staff(staff)
        back = returns.request(
            order,
            units={line.pk: 1},
            reason=Return.Reason.DISLIKED,
            key=KEY,
            actor=timeline.customer(order.user),
        )
        with translation.override(order.language):
            returns.accept(back, actor=boss, answer=_("Of course. The label lies in your parcel."))
            returns.receive(back, restocked={line.pk: 1}, actor=boss)
            amount, reason = worth.proposal(order, back).goods, _("Return %(number)d") % {"number": 1}
        refunds.refund(order, amount=amount, reason=reason, actor=boss, key=KEY, of_return=back)
        return True
    return False


def _withdrawn() -> bool:
    for order in _some(S.SHIPPED, S.DELIVERED, user=None):
        withdrawals.declare(
            key=WITHDRAWAL,
            order_number=order.order_number,
            email=order.email,
            name=order.billing_address["name"],
            language=order.language,
        )
        return True
    return False


def _some(*statuses: str, **wishes: None) -> list[Order]:
    """Return orders of the demo store on which nobody has acted yet, the newest first.

    Each has two units or more and was paid at the bank.
    """
    rows = Order.objects.filter(
        **wishes,
        idempotency_key__startswith="demo:",
        status__in=statuses,
        payment_events__kind=PaymentEvent.Kind.CAPTURED,
        payment_events__provider="test",
        returns=None,
        withdrawals=None,
    )
    found = rows.prefetch_related("items").newest_first()
    return [order for order in found if sum(item.quantity for item in order.items.all()) > 1]
