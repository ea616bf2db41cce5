"""How long the shop, and a test, waits for what comes by itself."""

from tests.trials import IS_MUTANT

PROMISED_SECONDS = 180
"""Within which everything is right again after a fault."""
DEADLINE_SECONDS = 60 if IS_MUTANT else PROMISED_SECONDS
QUICK = {
    "OUTBOX_LEASE_SECONDS": 3,
    "OUTBOX_PATIENCE_SECONDS": 5,
    "OUTBOX_CLAIM_SECONDS": 4,
    "PAYMENT_BREAKER_SECONDS": 4.0,
    "CELERY_TASK_ANNOTATIONS": {"*": {"time_limit": 100}},
}
"""Settings of the quick form, for the test and its processes.

On a busy machine a task outlives so short a claim; with one process for tasks nobody can make use of that.
"""
QUICK_BROKER = {"visibility_timeout": 5, "unacked_restore_interval": 1}  # seconds
QUICK_SCHEDULE = dict.fromkeys(("relay-outbox", "settle-open-payments", "deliver-test-bank-webhooks"), 1.0)
"""Seconds between two runs."""
