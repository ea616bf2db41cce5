"""The pages and the API, for gunicorn and runserver."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.base")
application = get_wsgi_application()

from dbProject import worker  # noqa: E402 -- needs the apps that the line above loads

worker.start_if_embedded()
