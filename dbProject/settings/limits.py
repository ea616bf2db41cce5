"""How often somebody may ask for what: the table that ``dbProject.limits`` reads.

A row says ``limit`` times in ``window`` seconds. ``per`` names whose count it is, each on its own:

- ``visitor`` (when nothing is said): the account that is logged in, else the network address;
- ``address``: the network address, of IPv6 its /64, which one household has for itself;
- ``account``: the account that is logged in, or the one that somebody claims to be;
- ``account+address``: that account from that address;
- ``session``: one browser, from when it has a cart.

A form that comes back because something is wrong has done nothing: of ``given_back`` rows it uses up none.

``in_database`` rows are rare and costly: they hold to the request, whatever happens to Redis. The others are
counted in Redis, and in each process while Redis is away.
"""

from typing import Any

RATE_LIMIT_DEFAULT = 100
RATE_LIMIT_WINDOW = 3600  # seconds
RATE_LIMIT_STAFF_FACTOR = 10
"""What changes something, and the API, have this limit for each route that has no row of its own."""

RATE_LIMIT_ENDPOINTS: dict[str, dict[str, Any]] = {
    # A stranger cannot lock a customer out, and an office behind one address is not shut out.
    "login": {"limit": 5, "window": 300, "per": ["account+address"], "in_database": True},
    "login_account": {"limit": 50, "window": 3600, "per": ["account"], "in_database": True},
    "login_address": {"limit": 100, "window": 3600, "per": ["address"], "in_database": True},
    # So many failures close the account for that address, until the window has passed since the last one.
    "login_failures": {"limit": 5, "window": 900, "per": ["account+address"], "in_database": True},
    # A code has six digits: whoever knows the password has these guesses, from wherever.
    "second_factor": {"limit": 20, "window": 3600, "per": ["account"], "in_database": True},
    "register": {
        "limit": 3,
        "window": 3600,
        "per": ["address", "account"],
        "in_database": True,
        "given_back": True,
    },
    "password_reset": {
        "limit": 3,
        "window": 3600,
        "per": ["address", "account"],
        "in_database": True,
        "given_back": True,
    },
    "forms": {"limit": 60, "window": 3600, "per": ["address"]},
    "code": {"limit": 20, "window": 3600, "per": ["address"], "in_database": True},
    "identity": {"limit": 10, "window": 3600, "in_database": True},
    "account": {"limit": 60, "window": 3600},
    "checkout": {"limit": 120, "window": 3600, "in_database": True},
    # Orders that were placed, and payments that were begun: who tries out cards needs many of both.
    "orders": {"limit": 60, "window": 3600, "in_database": True, "given_back": True},
    "orders_session": {
        "limit": 20,
        "window": 3600,
        "per": ["session"],
        "in_database": True,
        "given_back": True,
    },
    "payments": {"limit": 60, "window": 3600, "in_database": True, "given_back": True},
    "payments_session": {
        "limit": 20,
        "window": 3600,
        "per": ["session"],
        "in_database": True,
        "given_back": True,
    },
    "coupon": {"limit": 30, "window": 3600, "in_database": True},
    "reviews": {"limit": 10, "window": 3600, "in_database": True},
    "order_find": {"limit": 20, "window": 3600, "in_database": True},
    "quotes": {"limit": 120, "window": 3600},
    "cart": {"limit": 600, "window": 3600},
    "webhooks": {"limit": 30, "window": 3600},
    "suggestions": {"limit": 300, "window": 60, "per": ["address"]},
    "measures": {"limit": 30, "window": 300},
    "progress": {"limit": 3600, "window": 3600},
    "feeds": {"limit": 60, "window": 3600, "per": ["address"]},
    "pages": {"limit": 3000, "window": 60, "per": ["address"]},
}

RATE_LIMIT_VIEWS: dict[str, list[str]] = {
    "architecture_measure": ["measures"],
    "login": ["login", "login_account", "login_address"],
    "account_login": ["login", "login_account", "login_address"],
    "mfa_login_webauthn": ["login_address"],
    "mfa_authenticate": ["second_factor"],
    "register": ["forms", "register"],
    "account_signup": ["forms", "register"],
    "account_offer": ["forms", "register"],
    "password_reset": ["forms", "password_reset"],
    "account_reset_password": ["forms", "password_reset"],
    "account_email_verification_sent": ["code"],
    "account_email": ["identity"],
    "account_mails": ["account"],
    "account_avatar": ["account"],
    "account_export": ["identity"],
    "account_delete": ["identity"],
    "account_change_password": ["identity"],
    "account_reauthenticate": ["identity"],
    "mfa_reauthenticate": ["identity"],
    "checkout": ["checkout", "orders_session", "orders"],
    "order-list": ["checkout", "orders_session", "orders"],
    "order-create-from-cart": ["checkout", "orders_session", "orders"],
    "order_pay": ["payments_session", "payments"],
    "cart_coupon": ["coupon"],
    "cart-coupon": ["coupon"],
    "cart_add": ["cart"],
    "cart_item": ["cart"],
    "cart-add": ["cart"],
    "cart-item": ["cart"],
    "order-quotes": ["quotes"],
    "cart_item_remove": ["cart"],
    "wishlist_item_move": ["cart"],
    "order_find": ["order_find"],
    "review_create": ["reviews"],
    "product-reviews": ["reviews"],
    "search_suggest": ["suggestions"],
    "merchant_feed": ["feeds"],
    "webhook-list": ["webhooks"],
    "webhook-detail": ["webhooks"],
    "webhook-secret": ["webhooks"],
    "webhook-test": ["webhooks"],
    "webhook-redeliver": ["webhooks"],
    "task-detail": ["progress"],
    "task-result": ["progress"],
}
"""View name -> the rows that count what is posted there; the first that is used up refuses."""

RATE_LIMIT_READS = {"search_suggest", "task-detail", "order_pay", "merchant_feed"}
"""Views whose rows count reading too. Other pages that are read have the row ``pages``."""
RATE_LIMIT_EXEMPT = {"payment_webhook", "health", "health_ready", "health_live", "media", "metrics"}
"""What providers sign and what watches the shop is never refused."""

CARD_TESTING: dict[str, Any] = {
    "window": 86_400,  # seconds that a declined card is remembered
    "free_declines": 4,  # of one account or browser, that cost nothing; each further one closes the page
    "first_wait": 60,  # seconds until the next payment may begin, after the first that costs; each doubles it
    "longest_wait": 3600,  # seconds
    "network_declines": 20,  # from one network, whoever it is there
    "network_ratio": 0.8,  # and that part of its answers at least: then guests there have to log in
}
"""What declined cards cost, so that nobody tries out stolen ones here (see orders.services.card_testing)."""
