"""Privacy: who answers for which personal data, and how long what is kept (see dbProject.personal_data)."""

from datetime import timedelta

PERSONAL_DATA = [
    "dbProject.incidents.privacy",
    "users.services.privacy",
    "products.services.privacy",
    "orders.services.privacy",
]
"""Who answers for them; lower apps first."""

LOGIN_ADDRESS_AGE = timedelta(days=30)  # how long an account knows from where it was last opened
UNCONFIRMED_ACCOUNT_AGE = timedelta(days=30)  # then an account is gone whose address nobody confirmed
PAYER_AGE = timedelta(days=30)  # how long a payment knows whose browser and network it was, as hashes
BEHAVIOR_AGE = timedelta(days=760)  # counts of steps, of nobody: two years to compare
PAYMENT_MESSAGE_AGE = timedelta(days=90)  # how long the full words of payment providers are kept
RETENTION = {
    "sessions": "users.services.retention.sessions",
    "login_addresses": "users.services.retention.login_addresses",
    "avatars": "users.services.avatars.tidy",
    "unconfirmed_accounts": "users.services.retention.unconfirmed_accounts",
    "payment_messages": "orders.services.privacy.forget_old_messages",
    "payers": "orders.services.privacy.forget_old_payers",
    "guest_carts": "orders.services.cart.drop_old",
    "jobs": "dbProject.jobs.services.tidy",
    "outbox": "dbProject.outbox.services.tidy",
    "errors": "dbProject.incidents.services.tidy",
    "alerts": "dbProject.incidents.watching.tidy",
    "answers": "dbProject.idempotency.services.tidy",
    "login_tokens": "dbProject.access.services.tidy",
    "rate_counts": "dbProject.limits.services.tidy",
    "behavior": "dbProject.behavior.services.tidy",
    "webhooks": "dbProject.webhooks.services.tidy",
}
"""What lets go of each kind of data that is too old (see dbProject.retention)."""
