"""Background jobs: who does them, and how long they are kept (see dbProject.jobs)."""

from datetime import timedelta

from dbProject.settings.analytics import ANALYTICS_QUEUE

JOB_HANDLERS = {
    "import_products": "products.services.import_jobs.run_import",
    "export_products": "products.services.import_jobs.run_export",
    "refresh_analytics": "orders.services.analytics.refresh.work",
    "export_personal_data": "users.services.personal_exports.run",
}
"""What does each kind of background job."""
JOB_QUEUES = {"refresh_analytics": ANALYTICS_QUEUE} if ANALYTICS_QUEUE else {}
"""Of the broker, for kinds that not every worker can do."""
JOBS_KEPT = {"export_personal_data": timedelta(days=7)}
"""How long after their end jobs of a kind are kept with their files, where 30 days are too long."""
