"""Work the orders app hands to a worker. Each task calls one service and is safe to repeat."""

import time
from typing import Any

from celery import shared_task

from dbProject.outbox.tasks import consumer
from orders.gateways.test_bank import post
from orders.services import (
    cart,
    cart_reminders,
    charging,
    documents,
    holds,
    notifications,
    reconciliation,
    refunding,
    sales,
    webhooks,
    withdrawals,
)
from orders.services.analytics import recommendations, refresh, saved_views, warming

WARMING_SECONDS = 40
"""Of those that a task may take; the next one goes on."""


@consumer
def send_order_confirmation_email(*, order_id: int, event_id: str, **_later: Any) -> None:
    """Send one order's confirmation. ``_later`` swallows arguments that a newer release may add."""
    notifications.send_order_received(order_id=order_id, event_id=event_id)


@consumer
def send_order_step_email(*, step_id: int, event_id: str, **_later: Any) -> None:
    """Tell the customer of a step of their order."""
    notifications.send_step(step_id=step_id, event_id=event_id)


@consumer
def send_withdrawal_receipt_email(*, withdrawal_id: int, event_id: str, **_later: Any) -> None:
    """Send the receipt of a withdrawal."""
    withdrawals.send_receipt(withdrawal_id=withdrawal_id, event_id=event_id)


@consumer
def send_order_link_email(*, order_id: int, event_id: str, **_later: Any) -> None:
    """Send the link to one order."""
    notifications.send_order_link(order_id=order_id, event_id=event_id)


@consumer
def refund_order(*, order_id: int, event_id: str, **_later: Any) -> None:
    """Give back what is due of one order."""
    refunding.settle(order_id=order_id, event_id=event_id)


@consumer
def capture_payment(*, payment_id: int, event_id: str, **_later: Any) -> None:
    """Take money that a customer's bank has promised."""
    charging.capture(payment_id=payment_id, event_id=event_id)


@consumer
def close_payment(*, payment_id: int, event_id: str, **_later: Any) -> None:
    """Close the page of a payment at which too many cards were declined."""
    charging.close(payment_id=payment_id, event_id=event_id)


@consumer
def apply_payment_webhook(*, webhook_id: int, event_id: str, **_later: Any) -> None:
    """Book what a payment provider's message says."""
    webhooks.apply(webhook_id=webhook_id, event_id=event_id)


@shared_task(expires=60)  # seconds
def settle_open_payments(**_later: Any) -> None:
    """Ask about payments that no webhook told of."""
    charging.settle_open()


@shared_task(expires=60)  # seconds
def deliver_test_bank_webhooks(**_later: Any) -> None:
    """Be the test bank's postman."""
    post.deliver()


@consumer
def render_document(*, document_id: int, event_id: str, **_later: Any) -> None:
    """Draw an invoice or credit note, and store it."""
    documents.render(document_id=document_id, event_id=event_id)


@shared_task
def release_expired_holds(**_later: Any) -> None:
    """Put back the stock of orders that were not paid in time."""
    holds.release_expired()


@shared_task
def cancel_abandoned_orders(**_later: Any) -> None:
    """Cancel orders that were never paid."""
    holds.cancel_abandoned()


@shared_task
def write_down_sales(**_later: Any) -> None:
    """Tell the catalog what sells."""
    sales.write_down()


@shared_task(expires=3600)  # seconds
def refresh_recommendations(*, kind: str, **_later: Any) -> None:
    """Compute what goes with what anew, where that can be computed."""
    recommendations.refresh_where_possible(kind)


@shared_task(expires=900)  # seconds
def remind_of_carts(**_later: Any) -> None:
    """Have customers who want it reminded of what they left in their cart."""
    cart_reminders.remind_due()


@consumer
def send_cart_reminder_email(*, cart_id: int, event_id: str, **_later: Any) -> None:
    """Remind one customer of their cart."""
    cart_reminders.send(cart_id=cart_id, event_id=event_id)


@shared_task(expires=3600)  # seconds
def mail_saved_views(**_later: Any) -> None:
    """Have the views of reports mailed that are due this week."""
    saved_views.mail_due()


@consumer
def send_saved_view_email(*, view_id: int, event_id: str, **_later: Any) -> None:
    """Mail one view of a report to whoever keeps it."""
    saved_views.send(view_id=view_id, event_id=event_id)


@shared_task
def drop_old_carts(**_later: Any) -> None:
    """Forget guests' carts that nobody comes back to."""
    cart.drop_old()


@shared_task(expires=1800)  # seconds
def refresh_analytics(**_later: Any) -> None:
    """Have reports brought up to date where orders have changed, and ready for today; one job at a time."""
    refresh.start_if_due()
    end = time.monotonic() + WARMING_SECONDS
    warming.warm(should_stop=lambda: time.monotonic() > end)


@shared_task
def reconcile(**_later: Any) -> None:
    """Look whether the books agree, and log what does not."""
    reconciliation.log_breaks()
