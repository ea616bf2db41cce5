"""The pages and the API, for gunicorn and runserver."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.base")
# structlog and httpx load rich, where it is installed, for what no web process shows: 3.5 MB of each.
_unloaded = {"rich": None} if "rich" not in sys.modules else {}
sys.modules.update(_unloaded)  # type: ignore[arg-type]
application = get_wsgi_application()
for _name in _unloaded:
    del sys.modules[_name]

from dbProject import worker  # noqa: E402 -- needs the apps that the line above loads

worker.start_if_embedded()

# What is loaded by now stays: the garbage collector need not look through it again and again.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
