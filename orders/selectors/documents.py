"""What an order's documents say, and which of them cannot be right."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from dbProject.models import to_the_cent
from orders import documents as paper
from orders.models import Document, NumberSeries, Order, OrderItem, PaymentEvent
from orders.selectors import delivery, shown_sums
from users import addresses


def drawn(document: Document) -> bytes:
    """Return ``document`` as PDF in its language, whether or not it was drawn before; up to four queries.

    The same rows give the same bytes.
    """
    with translation.override(document.language):
        return paper.draw(facts(document), fonts=settings.DOCUMENT_FONTS)


def facts(document: Document) -> paper.Invoice | paper.CreditNote:
    """Return what stands on ``document``, in the active language."""
    return _invoice(document) if document.is_invoice else _credit_note(document)


def packing_slip(order: Order) -> bytes:
    """Return as PDF, in the order's language, what of ``order`` goes into the next parcel.

    Where everything has left, it is all of it. No query where lines and shipments are loaded.
    """
    units = order.unsent() or [(item, item.quantity) for item in order.items.all()]
    with translation.override(order.language):
        slip = paper.PackingSlip(
            seller=seller(),
            order_number=order.order_number,
            ordered_on=timezone.localdate(order.created_at),
            shipping_address=_address(order.shipping_address),
            phone=order.phone,
            delivery=order.shipping_name,
            lines=tuple(
                paper.PackedLine(item.product_name, item.product_sku, quantity) for item, quantity in units
            ),
        )
        return paper.draw(slip, fonts=settings.DOCUMENT_FONTS)


def seller() -> paper.Seller:
    """Return who sells today."""
    return paper.Seller(settings.STORE_NAME, tuple(settings.STORE_ADDRESS), settings.STORE_VAT_NUMBER)


def sums(document: Document) -> tuple[paper.TaxSum, ...]:
    """Return what each rate comes to on ``document``."""
    return tuple(paper.TaxSum(*map(Decimal, row)) for row in document.taxes)


def order_sums(order: Order) -> tuple[paper.TaxSum, ...]:
    """Return what each rate comes to in ``order``: its lines after discounts, and its delivery; one query."""
    lines = order.items.values_list("tax_rate", "net_amount", "tax_amount")
    shipping = (order.shipping_tax_rate, order.shipping_amount, order.shipping_tax_amount)
    return paper.summed(paper.TaxSum(*amounts) for amounts in (*lines, shipping))


# What cannot be right


def gaps() -> Iterator[str]:
    """Yield what is wrong with each series whose numbers are not 1, 2, 3 ... to its last; two queries."""
    last = {(one.kind, one.year): one.last for one in NumberSeries.objects.all()}
    rows = Document.objects.order_by().values("kind", "year")
    for row in rows.annotate(count=Count("pk"), highest=Max("sequence")):
        counted = last.pop((row["kind"], row["year"]), 0)
        if not row["count"] == row["highest"] == counted:
            text = "{kind} {year}: {count} documents, the highest is {highest}"
            yield f"{text.format(**row)}, the counter says {counted}"
    yield from (f"{kind} {year}: no documents" for (kind, year), number in last.items() if number)


def without_invoice() -> QuerySet[Order]:
    """Return the orders that were confirmed and have no invoice."""
    invoices = Document.objects.filter(kind=Document.Kind.INVOICE).values("order")
    rows: QuerySet[Order] = Order.all_objects.filter(confirmed_at__isnull=False).exclude(pk__in=invoices)
    return rows


def misstated() -> QuerySet[Order]:
    """Return the orders of which the documents say something else than the books.

    An invoice is about the total; less its credit notes it is what the shop keeps of what was paid.
    """
    of_order = Document.objects.filter(order=OuterRef("pk")).order_by().values("order")
    moved = PaymentEvent.objects.filter(order=OuterRef("pk")).order_by().values("order")
    zero = Decimal()

    def total(rows: Any) -> Coalesce:
        return Coalesce(Subquery(rows.annotate(total=Sum("amount")).values("total")), zero)

    kept = F("captured") - F("due")
    rows: QuerySet[Order] = Order.all_objects.filter(documents__kind=Document.Kind.INVOICE).annotate(
        invoiced=F("documents__amount"),
        credited=total(of_order.filter(kind=Document.Kind.CREDIT_NOTE)),
        captured=total(moved.filter(kind=PaymentEvent.Kind.CAPTURED)),
        due=total(moved.filter(kind=PaymentEvent.Kind.REFUND_DUE)),
    )
    return rows.annotate(kept=Least(Greatest(kept, zero), F("total_amount"))).exclude(
        to_the_cent("invoiced", F("total_amount")), to_the_cent("credited", F("invoiced") - F("kept"))
    )


def _invoice(document: Document) -> paper.Invoice:
    order = document.order
    issued_on = timezone.localdate(document.issued_at)
    paid_on = timezone.localdate(order.confirmed_at) if order.confirmed_at else issued_on
    items = list(order.items.all())
    return paper.Invoice(
        number=document.number,
        issued_on=issued_on,
        seller=paper.Seller(**document.seller),
        order_number=order.order_number,
        ordered_on=timezone.localdate(order.created_at),
        paid_on=paid_on,
        arrives=_arrives(order, paid_on),
        billing_address=_address(order.billing_address),
        shipping_address=_address(order.shipping_address),
        vat_number=order.vat_number,
        currency=order.currency,
        includes_tax=order.prices_include_tax and not order.tax_note,
        lines=tuple(
            paper.InvoiceLine(
                name=item.product_name,
                sku=item.product_sku,
                quantity=item.quantity,
                unit_price=item.unit_price,
                total_price=item.total_price,
                tax_rate=item.tax_rate,
            )
            for item in items
        ),
        charges=tuple(_charges(order, items)),
        taxes=sums(document),
        tax_note=order.tax_note,
        total_amount=document.amount,
    )


def _charges(order: Order, items: list[OrderItem]) -> Iterator[paper.Charge]:
    """Yield the discounts, and the delivery as it was before what they take off it."""
    sums = shown_sums.of_order(order, items)
    for discount in sums.discounts:
        yield paper.Charge(discount.name, discount.reason, -discount.amount)
    if sums.delivery is not None:
        yield paper.Charge(sums.delivery_name, "", sums.delivery)


def _credit_note(document: Document) -> paper.CreditNote:
    order = document.order
    invoice = order.documents.get(kind=Document.Kind.INVOICE)
    return paper.CreditNote(
        number=document.number,
        issued_on=timezone.localdate(document.issued_at),
        seller=paper.Seller(**document.seller),
        order_number=order.order_number,
        invoice_number=invoice.number,
        invoice_issued_on=timezone.localdate(invoice.issued_at),
        billing_address=_address(order.billing_address),
        vat_number=order.vat_number,
        currency=order.currency,
        reason=document.reason or _("What was paid goes back in full."),
        taxes=sums(document),
        tax_note=order.tax_note,
        total_amount=document.amount,
    )


def _address(address: dict[str, str]) -> tuple[str, ...]:
    return tuple(addresses.lines(address))


def _arrives(order: Order, paid_on: date) -> tuple[date, date] | None:
    if order.days_min is None or order.days_max is None:
        return None
    return delivery.arrives(paid_on, order.days_min), delivery.arrives(paid_on, order.days_max)
