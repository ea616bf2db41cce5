"""Telling staff what runs out: once each time that a sale takes a product to its threshold."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dbProject import mail
from dbProject.outbox import services as outbox
from products.models import Product


def watch(sold: Iterable[Product], units: Mapping[int, int]) -> None:
    """Have staff told of what has just come to its threshold by selling ``units`` (pk -> how many).

    Called in the transaction of the sale, with the locked products as they are after it. No query unless
    there is something to tell.
    """
    fallen = [
        product.pk
        for product in sold
        if product.stock_quantity <= product.low_stock_threshold < product.stock_quantity + units[product.pk]
    ]
    if fallen and settings.STAFF_EMAIL:
        outbox.record("products.tasks.send_low_stock_email", product_ids=sorted(fallen))


def send_notice(*, product_ids: list[int], event_id: str) -> None:
    """Mail staff how much is left of these products by now, as consumer of the outbox. Safe to repeat.

    Raises:
        OSError: The mail server is away or refused; the outbox hands the event out again.
    """
    products = list(Product.objects.filter(pk__in=product_ids).only("name", "sku", "stock_quantity"))
    if not products:
        outbox.finish(event_id)
        return
    with translation.override(settings.LANGUAGE_CODE):
        count = len(products)
        subject = _("Running out: %(name)s") if count == 1 else _("Running out: %(count)d products")
        mail.send_once(
            event_id,
            to=settings.STAFF_EMAIL,
            subject=subject % {"name": products[0].name, "count": count},
            template="products/mail/low_stock",
            context={"products": products, "link": f"{settings.SITE_URL}/admin/products/product/?stock=low"},
        )
