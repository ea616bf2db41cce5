"""What streams or stays open; pages are cheaper under ``wsgi``."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.base")
application = get_asgi_application()
