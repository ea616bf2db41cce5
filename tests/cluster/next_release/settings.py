"""Settings of the cluster, with the next release in place of this one."""

from dbProject.settings.cluster import *  # noqa: F403
from dbProject.settings.cluster import INSTALLED_APPS

INSTALLED_APPS += ["tests.cluster.next_release.apps.NextRelease"]
MIGRATION_MODULES = {"orders": "tests.cluster.next_release.orders_migrations"}
