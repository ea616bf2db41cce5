"""Production settings. ``local.py`` and ``test.py`` only relax what is here."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from dbProject.settings import storage
from dbProject.settings.accounts import *  # noqa: F403
from dbProject.settings.analytics import *  # noqa: F403
from dbProject.settings.api import REST_FRAMEWORK as REST_FRAMEWORK
from dbProject.settings.api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from dbProject.settings.carriers import read_carriers
from dbProject.settings.environment import BASE_DIR as BASE_DIR
from dbProject.settings.environment import env, insist_on_required
from dbProject.settings.incidents import *  # noqa: F403
from dbProject.settings.jobs import *  # noqa: F403
from dbProject.settings.limits import CARD_TESTING as CARD_TESTING
from dbProject.settings.limits import RATE_LIMIT_DEFAULT as RATE_LIMIT_DEFAULT
from dbProject.settings.limits import RATE_LIMIT_ENDPOINTS as RATE_LIMIT_ENDPOINTS
from dbProject.settings.limits import RATE_LIMIT_EXEMPT as RATE_LIMIT_EXEMPT
from dbProject.settings.limits import RATE_LIMIT_READS as RATE_LIMIT_READS
from dbProject.settings.limits import RATE_LIMIT_STAFF_FACTOR as RATE_LIMIT_STAFF_FACTOR
from dbProject.settings.limits import RATE_LIMIT_VIEWS as RATE_LIMIT_VIEWS
from dbProject.settings.limits import RATE_LIMIT_WINDOW as RATE_LIMIT_WINDOW
from dbProject.settings.metrics import *  # noqa: F403
from dbProject.settings.observation import *  # noqa: F403
from dbProject.settings.privacy import *  # noqa: F403
from dbProject.settings.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE
from dbProject.settings.security import CORS_ALLOWED_HEADERS as CORS_ALLOWED_HEADERS
from dbProject.settings.security import CORS_ALLOWED_METHODS as CORS_ALLOWED_METHODS
from dbProject.settings.security import CORS_ALLOWED_ORIGINS as CORS_ALLOWED_ORIGINS
from dbProject.settings.security import CORS_PREFLIGHT_MAX_AGE as CORS_PREFLIGHT_MAX_AGE
from dbProject.settings.security import CSP_CONFIG as CSP_CONFIG
from dbProject.settings.security import CSP_CONFIG_ADMIN as CSP_CONFIG_ADMIN
from dbProject.settings.security import CSP_OF_FILES as CSP_OF_FILES
from dbProject.settings.security import PERMISSIONS_POLICY as PERMISSIONS_POLICY
from dbProject.settings.unfold import ADMIN_PLACES as ADMIN_PLACES
from dbProject.settings.unfold import UNFOLD as UNFOLD
from dbProject.settings.webhooks import *  # noqa: F403

django_stubs_ext.monkeypatch()  # lets QuerySet["Product"] be written at run time
insist_on_required()

# Core
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # what it was before: still believed
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
SITE_URL = env.str("SITE_URL").rstrip("/")
RELEASE = env.str("RELEASE", default="unreleased")
ROOT_URLCONF = "dbProject.urls"
WSGI_APPLICATION = "dbProject.wsgi.application"
AUTH_USER_MODEL = "users.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
VAR_DIR = BASE_DIR / "var"
"""What a running shop keeps beside its database when no other place is named: uploads, job files."""

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "dbProject.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "tree_queries",
    "dbProject.apps.ProjectConfig",
    "dbProject.access",
    "dbProject.architecture",
    "dbProject.behavior",
    "dbProject.deployments",
    "dbProject.idempotency",
    "dbProject.incidents",
    "dbProject.jobs",
    "dbProject.limits",
    "dbProject.metrics",
    "dbProject.outbox",
    "dbProject.pages",
    "dbProject.webhooks",
    "users",
    "products",
    "orders",
]
MIDDLEWARE = [
    "dbProject.observation.ObservationMiddleware",
    "dbProject.middleware.ProbeMiddleware",
    "dbProject.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dbProject.middleware.CorsMiddleware",
    "dbProject.shared_pages.SharedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "dbProject.middleware.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dbProject.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "dbProject.api.middleware.ProblemMiddleware",
    "dbProject.access.middleware.BearerMiddleware",
    "dbProject.limits.middleware.RateLimitMiddleware",
    "users.middleware.SessionAddressMiddleware",
    "users.middleware.StaffSecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "dbProject.middleware.ReplicaMiddleware",
    "dbProject.middleware.ShopErrorMiddleware",
]
FORM_RENDERER = "dbProject.form_renderer.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dbProject.context_processors.store",
            ]
        },
    }
]

# The store -- who sells, from where, in what currency.
STORE_NAME = env.str("STORE_NAME", default="Marlow & Finch")
STORE_COUNTRY = env.str("STORE_COUNTRY", default="DE")  # ISO 3166-1 alpha-2
STORE_CURRENCY = env.str("STORE_CURRENCY", default="EUR")  # ISO 4217, two decimals
PRICES_INCLUDE_TAX = env.bool("PRICES_INCLUDE_TAX", default=True)
STORE_ADDRESS = env.list("STORE_ADDRESS", default=[])  # name in law and address, in lines; for invoices
STORE_VAT_NUMBER = env.str("STORE_VAT_NUMBER", default="")
DOCUMENT_FONTS = [Path(path) for path in env.list("DOCUMENT_FONTS", default=[])]
"""TrueType files that lend invoices the letters which Lato lacks, in this order."""

# Orders
HOLD_MINUTES = 30  # how long goods stay reserved for an order that waits for its payment
UNPAID_ORDER_AGE = timedelta(days=7)  # then it is cancelled
REVIEW_MAIL_AFTER = timedelta(days=5)  # since an order was delivered
GUEST_CART_AGE = timedelta(days=60)  # since it was last touched
CART_REMINDER_AFTER = timedelta(hours=24)  # since a cart was last touched, if its owner wants to be reminded
CART_REMINDER_UNTIL = timedelta(days=7)  # what was left longer ago is history

# Carriers -- asked over HTTP what a delivery costs (docs/carriers.md); without any, staff's own prices count.
CARRIERS = read_carriers(env.str("CARRIERS_FILE", default=""))
CARRIERS_DEADLINE_SECONDS = 5.0
"""How long a customer waits for all of them at most."""

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = (
    "__Host-language"  # set by the switch in the footer; without it the browser's wish counts
)
LANGUAGE_COOKIE_AGE = 31_536_000  # seconds: one year
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Payment -- the test provider gives things away; production has to ask for that by name.
PAYMENT_PROVIDER = env.str("PAYMENT_PROVIDER")
if PAYMENT_PROVIDER not in {"test", "stripe"}:
    raise ImproperlyConfigured(f"PAYMENT_PROVIDER={PAYMENT_PROVIDER} is unknown; choose test or stripe.")
if PAYMENT_PROVIDER == "test" and not env.bool("ALLOW_TEST_PAYMENTS", default=False):
    raise ImproperlyConfigured(
        "PAYMENT_PROVIDER=test takes no money. Set PAYMENT_PROVIDER=stripe, "
        "or ALLOW_TEST_PAYMENTS=1 where orders need not be paid."
    )

PAYMENT_GATEWAYS = {
    "test": "orders.gateways.test_bank.gateway.TestBank",
    "stripe": "orders.gateways.stripe_checkout.StripeCheckout",
}
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
PAYMENT_CALLS_AT_ONCE = env.int("PAYMENT_CALLS_AT_ONCE", default=3)
"""How many threads of a process may wait for a provider: fewer than it has, so that no page has to wait."""
PAYMENT_BREAKER_SECONDS = 60.0  # how long a provider that failed five times in a row is left alone
PAYMENT_PAGES = {"test": [], "stripe": ["https://checkout.stripe.com"]}[PAYMENT_PROVIDER]
"""Where a form of ours may lead in the end: browsers hold redirects to the policy of the page."""
TEST_BANK_LEDGER = env.str("TEST_BANK_LEDGER", default=str(VAR_DIR / "test-bank.sqlite3"))

# Database -- one transaction per service, not per request.
ON_SQLITE: dict[str, Any] = {
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",  # a writer waits for its turn instead of failing half-way
        "timeout": 20,  # seconds
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
}
ON_POSTGRES: dict[str, Any] = {
    "CONN_MAX_AGE": 60,  # seconds
    "CONN_HEALTH_CHECKS": True,  # a restarted Postgres costs no request
    "OPTIONS": {
        "connect_timeout": 5,  # seconds; a server that hangs costs an error, not a thread for ever
        # Milliseconds. How long one statement may take is set per database role, where a web process
        # and a worker differ (docs/operations.md).
        "options": "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000",
    },
}


def read_database(name: str) -> dict[str, Any]:
    """Return Django's settings of the database whose address is in ``name``; what the address says wins."""
    said = env.db(name)
    usual = ON_SQLITE if said["ENGINE"].endswith("sqlite3") else ON_POSTGRES
    options = {**usual["OPTIONS"], **said.get("OPTIONS", {})}
    return {**usual, **said, "OPTIONS": options, "ATOMIC_REQUESTS": False}


DATABASES = {"default": read_database("DATABASE_URL")}
DATABASE_ROUTERS: list[str] = []
REPLICA_APPS = {"products"}
REPLICA_VIEWS = {
    *(
        "home",
        "product_list",
        "product_detail",
        "category_detail",
        "brand_detail",
        "search",
        "search_suggest",
    ),
    *("product-list", "product-detail", "product-reviews", "category-list", "brand-list", "merchant_feed"),
}
"""Pages that may be read from a copy: those of the catalog (see dbProject.replica)."""
REPLICA_LAG_SECONDS = 10
"""How far it may lag. So long after a write the writer reads the primary, and everybody after a change."""
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = {**read_database("DATABASE_REPLICA_URL"), "TEST": {"MIRROR": "default"}}
    DATABASES["replica"]["OPTIONS"]["connect_timeout"] = 1  # second; without it the primary answers
    DATABASE_ROUTERS = ["dbProject.replica.Router"]

# Cache -- may vanish or hang without harm: misses instead of errors, and 0.25 s once to find out.
REDIS_URL = env.str("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "dbProject.redis_cache.GuardedRedisCache",
        "LOCATION": env.str("CACHE_URL", default=REDIS_URL),
        "KEY_PREFIX": f"shop:{RELEASE}",  # two releases side by side never read each other's values
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",  # plain data only, never pickles
            "SOCKET_CONNECT_TIMEOUT": 0.25,  # seconds
            "SOCKET_TIMEOUT": 0.25,  # seconds
        },
    }
}
SESSION_ENGINE = "dbProject.sessions"
MEMORY_CACHE_SECONDS = 60
"""How long a process may answer from its own memory; a change retires the value at once (see caching)."""
MEMORY_CACHE_BYTES = 8_000_000  # in each process
SHARED_PAGE_SECONDS = env.int("SHARED_PAGE_SECONDS", default=60)
"""How long a page holds that is the same for all without a session (see shared_pages); 0: none is shared."""

# Tasks -- the broker may lose everything: due work is found in the database again.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 120,  # seconds until a dead worker's task is given to another
    "unacked_restore_interval": 5,  # seconds between two looks for such tasks
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,  # seconds; a hung broker must not hang a request
    "socket_timeout": 2,  # seconds
    "socket_keepalive": True,
    "max_retries": 0,  # a publisher asks once; what was not sent is found in the database again
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # redeliver after a worker dies: hence every task is harmless to repeat
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 100  # seconds; below the visibility timeout, or a slow task runs twice
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20  # seconds
if PAYMENT_PROVIDER == "test":
    CELERY_BEAT_SCHEDULE["deliver-test-bank-webhooks"] = {
        "task": "orders.tasks.deliver_test_bank_webhooks",
        "schedule": 2.0,  # seconds
    }
OUTBOX_LEASE_SECONDS = 30  # how long one relay keeps a row to itself; a broker says no within 2 s
OUTBOX_PATIENCE_SECONDS = 60  # with a consumer, before another attempt; each time twice as long
OUTBOX_CLAIM_SECONDS = 30  # how long a consumer may take, then its process is ended; below the patience
OUTBOX_POKE_SECONDS = 0.2  # between two times that a process asks for the relay, however much it records
OUTBOX_LATE_SECONDS = 60  # an event that has been due for so long makes the shop "degraded"

# Mail
vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 5  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
STAFF_EMAIL = env.list("STAFF_EMAIL", default=[])  # who hears of what runs out; nobody unless named
MAIL_FOLDER = VAR_DIR / "mail"  # what dbProject.mailbox keeps

# Static files and uploads -- names carry a content hash, so both may be cached for ever.
STATIC_URL = "/static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
SERVE_MEDIA = False
"""Whether Django itself answers /media/; in production nginx or the CDN does."""
JOB_FILES_DIR = Path(env.str("JOB_FILES_DIR", default=str(VAR_DIR / "jobs")))
"""What background jobs read and write; web and worker share it, and no address leads there."""
DOCUMENT_FILES_DIR = Path(env.str("DOCUMENT_FILES_DIR", default=str(VAR_DIR / "documents")))
"""Invoices and credit notes, shared and unreachable likewise; the law wants them kept for years."""
STORAGE_URL = env.str("STORAGE_URL", default="")
STORAGES: dict[str, dict[str, Any]] = {
    **(
        storage.in_bucket(STORAGE_URL)
        if STORAGE_URL
        else storage.in_folders(jobs=JOB_FILES_DIR, documents=DOCUMENT_FILES_DIR)
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes; a larger upload waits on disk, not in memory
UPLOAD_MAX_BYTES = 10_000_000
IMPORT_MAX_BYTES = 100_000_000
UPLOAD_EXTENSIONS = {
    "image": {"jpg", "jpeg", "png", "webp", "avif"},
    "document": {"csv", "tsv", "txt", "json", "jsonl", "pdf"},
    "archive": {"zip"},
}
PICTURE_MAX_PIXELS = 25_000_000  # a 9.9 kB file can ask for 243 MB of memory

# Transport security -- https://docs.djangoproject.com/en/5.2/howto/deployment/checklist/
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health", r"^metrics$"]  # probes come from inside, without TLS
PROBES = {"/health", "/health/live", "/health/ready", "/metrics"}
"""Asked from inside, of one machine or container, under whatever name or number it has there."""
SECURE_HSTS_SECONDS = 31_536_000  # one year
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SESSION_COOKIE_NAME = "__Host-session"  # so browsers take it over TLS only, and from no other host than ours
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script of ours reads the cookie
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Limits -- how often somebody may ask for what; the table is in dbProject.settings.limits.
RATE_LIMIT_ENABLED = env.bool("RATE_LIMIT_ENABLED", default=True)
RATE_LIMIT_ACCOUNT = "users.identity.account_of"
"""Says which account somebody claims to be who is not logged in."""

# What browsers are told; the rest is in dbProject.settings.security. A form may lead to the payment's page.
CSP_CONFIG = {**CSP_CONFIG, "form-action": [*CSP_CONFIG["form-action"], *PAYMENT_PAGES]}
if _uploads := storage.origin_of(STORAGES):
    CSP_CONFIG = {**CSP_CONFIG, "img-src": [*CSP_CONFIG["img-src"], _uploads]}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": CSP_CONFIG}
