"""The test bank from the other side of the counter: paying there, and what its own books say."""

import time
from decimal import Decimal

from orders.gateways import signatures
from orders.gateways.test_bank import ledger
from orders.gateways.test_bank.gateway import SIGNATURE, secret
from orders.services import charging, webhooks


def at_the_bank(payment):
    """Return what the bank's own books say: captured and refunded, in the currency."""
    total = {"captured": 0, "refunded": 0, "authorized": 0, "declined": 0}
    for movement in ledger.movements(reference=payment.reference):
        total[movement.kind] += movement.cents
    return Decimal(total["captured"]) / 100, Decimal(total["refunded"]) / 100


def charged(order):
    """Return what they say of all payments of an order: captured and refunded, in the currency."""
    moved = [row for row in ledger.movements() if row.order_number == order.order_number]
    return tuple(
        Decimal(sum(row.cents for row in moved if row.kind == kind)) / 100
        for kind in ("captured", "refunded")
    )


def paid(order):
    payment = charging.start(order)
    ledger.pay(payment.reference)
    charging.check(payment)
    payment.refresh_from_db()
    return payment


def bring(body):
    """Take one message of the bank to the shop, signed at this moment."""
    header = signatures.sign(body, secret=secret(), at=int(time.time()))
    webhooks.receive("test", body=body, headers={SIGNATURE: header})


def deliver(*, reverse=False):
    """Take the bank's webhooks to the shop, as its postman would over HTTP."""
    letters = ledger.take_due_webhooks()
    for webhook, text in reversed(letters) if reverse else letters:
        bring(text.encode())
        ledger.webhook_accepted(webhook)
