"""The mail about a webhook that nobody has: what the style guide shows."""

from django.conf import settings
from django.utils.translation import gettext as _

from dbProject.mail import SampleMail


def mails() -> list[SampleMail]:
    """Return the mails about webhooks; no query."""
    context = {"name": "Warehouse", "because": "HTTP 500", "link": f"{settings.SITE_URL}/admin/"}
    subject = _("%(name)s is not told of events any more") % context
    return [SampleMail("webhook_disabled", "webhooks/mail/disabled", subject, context)]
