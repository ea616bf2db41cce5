"""Messages that an order sends to its customer."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.mail import Attachment
from dbProject.outbox import services as outbox
from orders.models import Document, Order, OrderEvent
from orders.selectors import letters, orders, shown_sums
from orders.services import documents

Kind = OrderEvent.Kind
PDF = "application/pdf"
IN_PARCELS = "shipments__items__item__product__images"


def send_order_received(*, order_id: int, event_id: str) -> None:
    """Mail the customer what they ordered. Safe to repeat.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    order = Order.all_objects.for_page().get(pk=order_id)
    with translation.override(order.language):
        subject = _("Your order %(number)s at %(store)s")
        _send(order, "orders/mail/order_received", subject=subject, event_id=event_id,
              sums=shown_sums.of_order(order))  # fmt: skip


def send_order_link(*, order_id: int, event_id: str) -> None:
    """Mail the customer the link to their order. Safe to repeat.

    Raises:
        OSError: As :func:`send_order_received`.
    """
    order = Order.all_objects.get(pk=order_id)
    with translation.override(order.language):
        subject = _("The link to your order %(number)s at %(store)s")
        _send(order, "orders/mail/order_link", subject=subject, event_id=event_id)


def send_step(*, step_id: int, event_id: str) -> None:
    """Mail the customer what happened to their order, with the papers that belong to it. Safe to repeat.

    Raises:
        OSError: As :func:`send_order_received`.
    """
    step = OrderEvent.objects.get(pk=step_id)
    order = Order.all_objects.for_page().prefetch_related(IN_PARCELS).get(pk=step.order_id)
    if _is_told_by_another(step):
        outbox.finish(event_id)
        return
    with translation.override(order.language):
        letter = letters.about(step.kind)
        _send(
            order,
            "orders/mail/order_step",
            subject=letter.subject,
            event_id=event_id,
            attachments=_papers(order, step),
            letter=letter,
            step=step,
            sums=shown_sums.of_order(order),
        )


def _is_told_by_another(step: OrderEvent) -> bool:
    """Say whether a later step makes this one old news: a cancelled order's mail tells of the money too."""
    if step.kind != Kind.REFUND_DUE:
        return False
    return step.order.events.filter(kind__in=[Kind.CANCELLED, Kind.REFUNDED], pk__gt=step.pk).exists()


def _papers(order: Order, step: OrderEvent) -> Iterable[Attachment]:
    """Yield the invoice with the payment, and the credit note with the money that goes back."""
    kinds = {
        Kind.CONFIRMED: Document.Kind.INVOICE,
        Kind.REFUND_DUE: Document.Kind.CREDIT_NOTE,
        Kind.CANCELLED: Document.Kind.CREDIT_NOTE,
        Kind.REFUNDED: Document.Kind.CREDIT_NOTE,
    }
    kind = kinds.get(Kind(step.kind))
    if paper := order.documents.filter(kind=kind).last() if kind else None:
        yield Attachment(f"{paper.number}.pdf", documents.read(paper), PDF)


def _send(
    order: Order,
    template: str,
    *,
    subject: str,
    event_id: str,
    attachments: Iterable[Attachment] = (),
    **context: object,
) -> None:
    mail.send_once(
        event_id,
        to=[order.email],
        subject=subject % {"number": order.order_number, "store": settings.STORE_NAME},
        template=template,
        context={"order": order, "link": f"{settings.SITE_URL}{orders.signed_path(order)}", **context},
        attachments=attachments,
    )
