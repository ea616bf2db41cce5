"""What the clock has done, and how often: a task finds in the database what is due, harmless to repeat."""

from typing import Any

from celery.schedules import crontab

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "resume-jobs": {"task": "dbProject.jobs.tasks.resume_jobs", "schedule": 15.0},  # seconds
    "tidy-jobs": {"task": "dbProject.jobs.tasks.tidy_jobs", "schedule": 3600.0},  # seconds
    "render-pictures": {"task": "products.tasks.render_pictures", "schedule": 15.0},  # seconds
    "refresh-search-words": {"task": "products.tasks.refresh_search_words", "schedule": 600.0},  # seconds
    "ask-for-reviews": {"task": "products.tasks.ask_for_reviews", "schedule": 900.0},  # seconds
    "tell-about-wishes": {"task": "products.tasks.tell_about_wishes", "schedule": 300.0},  # seconds
    "warm-cache": {"task": "products.tasks.warm_cache", "schedule": 60.0},  # seconds
    "relay-outbox": {"task": "dbProject.outbox.tasks.relay_outbox", "schedule": 5.0},  # seconds
    "tidy-answers": {"task": "dbProject.idempotency.tasks.tidy_answers", "schedule": 3600.0},  # seconds
    "tidy-tokens": {"task": "dbProject.access.tasks.tidy_tokens", "schedule": 86_400.0},  # seconds
    "deliver-webhooks": {"task": "dbProject.webhooks.tasks.deliver_webhooks", "schedule": 5.0},  # seconds
    "tidy-limits": {"task": "dbProject.limits.tasks.tidy_limits", "schedule": 3600.0},  # seconds
    "tidy-outbox": {"task": "dbProject.outbox.tasks.tidy_outbox", "schedule": 3600.0},  # seconds
    "release-expired-holds": {"task": "orders.tasks.release_expired_holds", "schedule": 30.0},  # seconds
    "cancel-abandoned-orders": {"task": "orders.tasks.cancel_abandoned_orders", "schedule": 3600.0},
    "write-down-sales": {"task": "orders.tasks.write_down_sales", "schedule": 900.0},
    "remind-of-carts": {"task": "orders.tasks.remind_of_carts", "schedule": 900.0},  # seconds
    "drop-old-carts": {"task": "orders.tasks.drop_old_carts", "schedule": 86_400.0},
    "apply-retention": {
        "task": "users.tasks.apply_retention",
        "schedule": crontab(hour="2", minute="40"),
    },
    **{
        f"refresh-recommendations-{kind}": {
            "task": "orders.tasks.refresh_recommendations",
            "schedule": crontab(hour="4", minute=minute),
            "kwargs": {"kind": kind},
        }
        for kind, minute in (("trending", "40"), ("viewed", "45"), ("together", "50"))
    },
    "mail-saved-views": {
        "task": "orders.tasks.mail_saved_views",
        "schedule": crontab(hour="6", minute="20"),  # on Mondays; other days make up for one that was missed
    },
    "refresh-analytics": {"task": "orders.tasks.refresh_analytics", "schedule": crontab(minute="10")},
    "reconcile": {"task": "orders.tasks.reconcile", "schedule": crontab(hour="3", minute="30")},
    "check-alerts": {"task": "dbProject.incidents.tasks.check_alerts", "schedule": 60.0},  # seconds
    "mail-error-report": {
        "task": "dbProject.incidents.tasks.mail_error_report",
        "schedule": crontab(hour="6", minute="0"),
    },
    "settle-open-payments": {"task": "orders.tasks.settle_open_payments", "schedule": 20.0},  # seconds
    "fetch-pictures": {"task": "products.tasks.fetch_pictures", "schedule": 30.0},  # seconds
}
