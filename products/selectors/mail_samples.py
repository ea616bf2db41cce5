"""Mails about products that nobody has: what the style guide shows."""

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from dbProject.mail import SampleMail
from products.models import Product
from products.selectors.wish_letters import Letter, Wish
from users.models import MailConsent

RARE = (
    {"name": "Harbor stoneware mug, 300 ml", "sku": "MF-1004", "stock_quantity": 3},
    {"name": "Linen apron", "sku": "MF-2210", "stock_quantity": 1},
)


def mails() -> list[SampleMail]:
    """Return the mails about products; no query."""
    subject = _("Running out: %(count)d products") % {"count": len(RARE)}
    context = {"products": RARE, "link": f"{settings.SITE_URL}/admin/products/product/?stock=low"}
    wished = [
        Wish(
            _wished("Harbor stoneware mug, 300 ml", "harbor-stoneware-mug-300-ml", "15.90"), Decimal("18.90")
        ),
        Wish(_wished("Linen apron", "linen-apron", "39.00"), Decimal("46.00"), Decimal("44.00")),
    ]
    letters = [
        Letter(kind, "robin@example.com", settings.LANGUAGE_CODE, wished)
        for kind in (MailConsent.Kind.PRICE_DROP, MailConsent.Kind.BACK_IN_STOCK)
    ]
    reviewed = [{"name": one["name"], "url": settings.SITE_URL} for one in RARE]
    return [
        SampleMail("low_stock", "products/mail/low_stock", subject, context),
        SampleMail(
            "review_request",
            "products/mail/review_request",
            _("How do you like it? Your order at %(store)s") % {"store": settings.STORE_NAME},
            {"products": reviewed, "unsubscribe_url": settings.SITE_URL},
        ),
        *(
            SampleMail(
                letter.kind,
                letter.template,
                letter.subject,
                {"wishes": letter.wishes, "unsubscribe_url": settings.SITE_URL},
            )
            for letter in letters
        ),
    ]


def _wished(name: str, slug: str, price: str) -> Product:
    product = Product(name=name, slug=slug, price_low=Decimal(price), stock_quantity=3)
    product.cover_images = []
    return product
