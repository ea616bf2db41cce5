"""Computing on the orders of years: where its data lies, and which machines do the work."""

from pathlib import Path

from dbProject.settings.environment import BASE_DIR, env

ANALYTICS_DIR = Path(env.str("ANALYTICS_DIR", default=str(BASE_DIR / "var" / "analytics")))
"""Parquet files of what was sold, in days. Workers of a cluster find them under the same path."""
ANALYTICS_QUEUE = env.str("ANALYTICS_QUEUE", default="")
"""Of the broker, whose workers have requirements-analytics.txt; ``celery`` is that of all workers.

Web processes ask for computations there, and need none of the packages themselves. Without it only those
that have them ask, and any worker may get the job.
"""
CELERY_TASK_ROUTES = dict.fromkeys(
    ("orders.tasks.refresh_analytics", "orders.tasks.refresh_recommendations"),
    {"queue": ANALYTICS_QUEUE} if ANALYTICS_QUEUE else {},
)
DASK_SCHEDULER_ADDRESS = env.str("DASK_SCHEDULER_ADDRESS", default="")
"""Of a Dask cluster, such as tcp://dask.internal:8786. Without it one is started here and closed again."""
ANALYTICS_WORKERS = env.int("ANALYTICS_WORKERS", default=2)
ANALYTICS_WORKER_MEMORY = env.str("ANALYTICS_WORKER_MEMORY", default="700MiB")
"""How many processes such a cluster has, and what each may hold before it moves data to disk."""
