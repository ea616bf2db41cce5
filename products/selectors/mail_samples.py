"""Mails about products that nobody has: what the style guide shows."""

from django.conf import settings
from django.utils.translation import gettext as _

from dbProject.mail import SampleMail

RARE = (
    {"name": "Harbor stoneware mug, 300 ml", "sku": "MF-1004", "stock_quantity": 3},
    {"name": "Linen apron", "sku": "MF-2210", "stock_quantity": 1},
)


def mails() -> list[SampleMail]:
    """Return the mails about products; no query."""
    subject = _("Running out: %(count)d products") % {"count": len(RARE)}
    context = {"products": RARE, "link": f"{settings.SITE_URL}/admin/products/product/?stock=low"}
    reviewed = [{"name": one["name"], "url": settings.SITE_URL} for one in RARE]
    return [
        SampleMail("low_stock", "products/mail/low_stock", subject, context),
        SampleMail(
            "review_request",
            "products/mail/review_request",
            _("How do you like it? Your order at %(store)s") % {"store": settings.STORE_NAME},
            {"products": reviewed, "unsubscribe_url": settings.SITE_URL},
        ),
    ]
