"""The shop as in production, but with its pictures, which nginx has there."""

from dbProject.settings.base import *  # noqa: F403

SERVE_MEDIA = True
