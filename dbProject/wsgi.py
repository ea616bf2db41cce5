"""The pages and the API, for gunicorn and runserver."""

import gc
import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dbProject.settings.base")
# What libraries load where it happens to be installed, and no web process needs: 10 MB of each. The exporter
# of traces needs some of it.
_unloaded = {name: None for name in ("rich", "tornado") if name not in sys.modules}
sys.modules.update(_unloaded)  # type: ignore[arg-type]
if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
    _untraced = {name: None for name in ("opentelemetry", "requests") if name not in sys.modules}
    sys.modules.update(_untraced)  # type: ignore[arg-type]
    _unloaded |= _untraced
application = get_wsgi_application()
for _name in _unloaded:
    del sys.modules[_name]

from dbProject import worker  # noqa: E402 -- needs the apps that the line above loads

worker.start_if_embedded()

# What is loaded by now stays: the garbage collector need not look through it again and again. Between two
# looks a page's leftovers pile up: 8 MB of a worker at twice this number.
gc.collect()
gc.freeze()
gc.set_threshold(25_000, 10, 20)
