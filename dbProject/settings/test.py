"""Settings for pytest: production's, on the database and Redis that DATABASE_URL and REDIS_URL name."""

import os
import tempfile

# Each xdist process has two of the 16 databases of Redis: clearing its cache empties nobody's queue.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Made by what writes first, removed by the root conftest.
_files = f"{tempfile.gettempdir()}/shop-test-{os.getpid()}"
_redis = os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0").rpartition("/")[0]
os.environ |= {"CACHE_URL": f"{_redis}/{2 * _process}", "CELERY_BROKER_URL": f"{_redis}/{2 * _process + 1}"}
os.environ.setdefault("DATABASE_URL", "postgres://shop@127.0.0.1:5432/shop")
os.environ |= {
    "SECRET_KEY": "not-a-secret-and-long-enough-to-pass-the-deploy-check-0123456789",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "https://testserver",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "shop@example.com",
    "PAYMENT_PROVIDER": "test",
    "ALLOW_TEST_PAYMENTS": "1",
    "STORE_ADDRESS": "Marlow & Finch GmbH,Hafenweg 12,10119 Berlin,Germany",
    "STORE_VAT_NUMBER": "DE123456788",
    "ANALYTICS_DIR": f"{_files}-analytics",
    "DOCUMENT_FILES_DIR": f"{_files}-documents",
    "JOB_FILES_DIR": f"{_files}-jobs",
    "MEDIA_ROOT": f"{_files}-media",
    "TEST_BANK_LEDGER": f"{_files}-bank/ledger.sqlite3",
}

from dbProject.settings.base import *  # noqa: E402, F403
from dbProject.settings.base import CACHES, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_SECURE = False
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "sessionid", "csrftoken", "language"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
STAFF_NEED_SECOND_FACTOR = False  # tests log staff in without a word
SERVE_MEDIA = True
OUTBOX_POKE_SECONDS = 0  # each commit asks for the relay
BATCH_SECONDS = 0  # what was counted is written when a test says so
PAYMENT_CALLS_AT_ONCE = 100  # storms of threads
MEMORY_CACHE_SECONDS = 0  # what one test remembered is not there for the next
DATABASES["default"]["CONN_MAX_AGE"] = 0  # no database is dropped under the connection of a server's thread
_patient = {"SOCKET_CONNECT_TIMEOUT": 5, "SOCKET_TIMEOUT": 5}  # seconds; a busy machine is slow, not wrong
CACHES = {"default": CACHES["default"] | {"OPTIONS": CACHES["default"]["OPTIONS"] | _patient}}
WEBHOOK_ENDPOINTS_REMEMBERED = 3600  # seconds: each test begins with nobody who listens, and knows it
SHARED_PAGE_SECONDS = 0  # tests see pages as they are built; those of shared_pages say otherwise
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
REPEATED_QUERIES, REPEATED_QUERIES_FAIL = 8, True
