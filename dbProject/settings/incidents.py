"""Errors that nobody foresaw and alerts: who is told, and how much is kept (see dbProject.incidents)."""

from datetime import timedelta

from dbProject.settings.environment import env

ALERT_WEBHOOK_URL = env.str("ALERT_WEBHOOK_URL", default="")
ALERT_WEBHOOK_SECONDS = 5.0
ERRORS_WRITTEN_PER_MINUTE = 10
"""How many of the same error a process writes down in full; of all together, ten times as many."""
ERROR_AGE = timedelta(days=30)  # how long an error is kept as it happened
ERROR_GROUP_AGE = timedelta(days=90)  # since it was last seen

ALERTS = {
    "cpu": (80.0, 5),  # percent
    "space": (90.0, 5),  # percent of memory or disk
    "errors": (5.0, 5),  # a minute
    "outbox": (60.0, 2),  # seconds that the oldest event has been due
    "reconcile": (0.0, 0),  # disagreements of the books
}
"""Of each alert: above which value, and for how many minutes before somebody hears of it."""
MACHINE_NAME = env.str("MACHINE_NAME", default="")  # the host's own name, unless given
ALERT_AGE = timedelta(days=365)  # how long an alert is kept that is over
