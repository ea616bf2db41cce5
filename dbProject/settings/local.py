"""A developer's machine: nothing to install, nothing to configure. Each variable may still be given."""

import os

from dbProject.settings.environment import BASE_DIR, env

(BASE_DIR / "var").mkdir(exist_ok=True)
for _name, _value in {
    "SECRET_KEY": "for-this-machine-only-" + "0123456789" * 4,
    "ALLOWED_HOSTS": "*",
    "DATABASE_URL": f"sqlite:///{BASE_DIR}/var/shop.sqlite3",
    "EMAIL_URL": "consolemail://",
    "DEFAULT_FROM_EMAIL": "Marlow & Finch <shop@example.com>",
    "STAFF_EMAIL": "staff@example.com",
    "SITE_URL": f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}",
    "PAYMENT_PROVIDER": "test",
    "ALLOW_TEST_PAYMENTS": "1",
    "STORE_ADDRESS": "Marlow & Finch GmbH,Hafenweg 12,10119 Berlin,Germany",  # made up, as the number is
    "STORE_VAT_NUMBER": "DE123456788",
    "LOG_FORMAT": "console",
}.items():
    os.environ.setdefault(_name, _value)
_has_redis = bool(os.environ.get("REDIS_URL"))
os.environ.setdefault("REDIS_URL", "memory://")

from dbProject.settings.base import *  # noqa: E402, F403
from dbProject.settings.base import (  # noqa: E402
    CACHES,
    CELERY_BEAT_SCHEDULE,
    CELERY_BROKER_URL,
    LOGGING,
    MIDDLEWARE,
    SHARED_PAGE_SECONDS,
    STORAGES,
)

DEBUG = env.bool("DEBUG", default=False)
SHARED_PAGE_SECONDS = 0 if DEBUG else SHARED_PAGE_SECONDS  # who edits a template sees it

# No Redis: the cache and the queue live in the one process (see dbProject.worker).
if not (_has_redis or os.environ.get("CACHE_URL")):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 1_000},  # of which some are whole pages
    }
if CELERY_BROKER_URL.startswith("memory:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.1}  # seconds
    del CELERY_BEAT_SCHEDULE["warm-cache"]  # for one visitor, on a laptop that should stay cool

# Plain HTTP, and files straight from the checkout.
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_SECURE = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "sessionid", "csrftoken", "language"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost
STAFF_NEED_SECOND_FACTOR = False  # so that the demo's staff get in with a password
SERVE_MEDIA = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

if os.environ["EMAIL_URL"] == "consolemail://":
    EMAIL_BACKEND = "dbProject.mailbox.EmailBackend"
# Mail goes to the terminal and to var/mail, so who signs up is let in without looking there.
SIGNUP_WAITS_FOR_CODE = False

# What a page costs is seen while it is made.
COSTS_SHOWN_TO_ALL = True
REPEATED_QUERIES = 8
MIDDLEWARE += ["dbProject.profiling.ProfileMiddleware"]

# What a newcomer should see in the terminal is what went wrong, not every request and every heartbeat of the
# worker thread; whoever sets LOG_LEVEL sees more.
LOGGING["loggers"] |= {name: {"level": "ERROR"} for name in ("celery", "kombu")}
if "LOG_LEVEL" not in os.environ:
    LOGGING["loggers"] |= {name: {"level": "WARNING"} for name in ("security", "shop")}
