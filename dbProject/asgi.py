"""What streams or stays open; pages are cheaper under ``wsgi``."""

import os

from django.core.asgi import get_asgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.base")
application = get_asgi_application()
for alias in connections:
    # Coroutines come and go between threads: a connection that is kept would be kept for nobody.
    connections.settings[alias]["CONN_MAX_AGE"] = 0
