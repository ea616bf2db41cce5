"""The pages and the API, for gunicorn and runserver."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.base")
application = get_wsgi_application()

from dbProject import worker  # noqa: E402 -- needs the apps that the line above loads

worker.start_if_embedded()

# What is loaded by now stays: the garbage collector need not look through it again and again.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
