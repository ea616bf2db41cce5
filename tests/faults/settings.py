"""Settings of the processes that are hit: production's, over plain HTTP, and in the quick form impatient."""

from dbProject.settings.local import *  # noqa: F403
from dbProject.settings.local import (
    CELERY_BEAT_SCHEDULE,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    INSTALLED_APPS,
)
from tests.faults.patience import QUICK, QUICK_BROKER, QUICK_SCHEDULE
from tests.trials import ROUNDS

INSTALLED_APPS += ["tests.faults.moments.Moments"]

if not ROUNDS:
    vars().update(QUICK)
    CELERY_BROKER_TRANSPORT_OPTIONS |= QUICK_BROKER
    for _name in CELERY_BEAT_SCHEDULE.keys() & QUICK_SCHEDULE.keys():
        CELERY_BEAT_SCHEDULE[_name]["schedule"] = QUICK_SCHEDULE[_name]
