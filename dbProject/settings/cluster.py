"""Many processes on one machine (``./shop cluster``): local's settings, with files served by nginx."""

import os
from pathlib import Path

from dbProject.settings.local import *  # noqa: F403
from dbProject.settings.local import STORAGES

VAR_DIR = Path(os.environ["CLUSTER_DIR"])
MAIL_FOLDER = VAR_DIR / "mail"
STATIC_ROOT = VAR_DIR / "static"
# Named by their content, and compressed by nginx as they are sent: nobody waits for brotli here.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
SERVE_MEDIA = False
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
