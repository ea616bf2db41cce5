"""Invoices and credit notes: numbered with what they are about, drawn and stored after it.

A number is taken inside the transaction that needs it. The row of its series is the last lock of such a
transaction: whoever holds it waits for no order and no stock.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import groupby

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from dbProject.outbox import services as outbox
from orders import documents as paper
from orders.errors import DocumentDamaged
from orders.models import Document, NumberSeries, Order, PaymentEvent
from orders.models.document import document_files
from orders.selectors import documents

logger = logging.getLogger(__name__)

Kind = Document.Kind
FILES_READ = 20_000
"""How many files are compared with their hashes at once."""


def issue_invoice(order: Order) -> Document:
    """Issue the invoice of a confirmed ``order``; the next time, return the same."""
    invoice = _invoice(order, issued_at=timezone.now())
    try:
        with transaction.atomic():
            return _issue(invoice)
    except IntegrityError:  # the number is given back
        return order.documents.get(kind=Kind.INVOICE)


@transaction.atomic
def issue_credit_note(order: Order, *, refund_key: str, reason: str = "") -> Document | None:
    """Correct the invoice of a locked ``order`` by what the shop no longer keeps of its price.

    Money that goes back without having been asked for, such as a second payment, was on no invoice:
    then, and where nothing was invoiced, there is nothing to correct.

    Args:
        refund_key: The refund that makes it necessary, as the money ledger names it; one note for each.
        reason: For the customer to read; empty where all that was paid goes back.
    """
    earlier = list(order.documents.all())
    if same := [one for one in earlier if one.refund_key == refund_key]:
        return same[0]
    note = _credit_note(order, earlier, refund_key=refund_key, reason=reason, issued_at=timezone.now())
    return _issue(note) if note else None


def render(*, document_id: int, event_id: str) -> None:
    """Draw a document and store it with its hash, as consumer of the outbox. Safe to repeat."""
    keep(Document.objects.select_related("order").get(pk=document_id))
    outbox.finish(event_id)


def keep(document: Document) -> None:
    """Draw ``document`` and store it, unless that was done before; of several who try, one succeeds.

    Whoever is killed in between leaves at most a file that no row knows.
    """
    if document.sha256:
        return
    content = documents.drawn(document)
    name = document_files().save(f"{document.year}/{document.number}.pdf", ContentFile(content))
    fields = {"sha256": sha256(content).hexdigest(), "file": name}
    if not Document.objects.filter(pk=document.pk, sha256="").update(**fields):
        document_files().delete(name)
    document.refresh_from_db(fields=fields)


def read(document: Document) -> bytes:
    """Return the PDF of ``document`` as it was stored; one that nobody has drawn yet is drawn now.

    Raises:
        DocumentDamaged: The file is gone, or is not the one that was stored.
    """
    keep(document)
    content = _stored(document)
    if content is None:
        logger.error("The file of %s is not the one that was stored", document.number)
        raise DocumentDamaged
    return content


def damaged() -> list[Document]:
    """Return the documents whose file is gone, or is not the one that was stored; of very many, a sample."""
    stored = Document.objects.exclude(sha256="").select_related("order").order_by("?")[:FILES_READ]
    return [document for document in stored.iterator() if _stored(document) is None]


@transaction.atomic
def mend() -> int:
    """Issue the documents that are missing, and draw again what is damaged; return how many.

    What comes out other than it was stored stays for a person to decide.
    """
    mended = 0
    lacking = Q(pk__in=documents.without_invoice()) | Q(pk__in=documents.misstated())
    orders = Order.all_objects.filter(lacking).select_for_update(of=("self",)).order_by("pk")
    for order in sorted(orders, key=lambda one: (one.confirmed_at, one.pk)):
        issue_invoice(order)
        issue_credit_note(order, refund_key=order.order_number)
        mended += 1
    for document in damaged():
        content = documents.drawn(document)
        if sha256(content).hexdigest() == document.sha256:
            document.file.name = document_files().save(document.file.name, ContentFile(content))
            document.save(update_fields=["file"])
            mended += 1
    return mended


def issue_past(orders: Sequence[Order]) -> None:
    """Issue the documents of orders of the past in bulk, dated then; they are drawn when somebody looks.

    Their lines and their ledger of money are written down already.
    """
    invoices = [_invoice(order, issued_at=order.confirmed_at) for order in orders if order.confirmed_at]
    _enter(invoices)
    due = PaymentEvent.objects.filter(order__in=orders, kind=PaymentEvent.Kind.REFUND_DUE)
    ended = dict(due.order_by().values_list("order").annotate(ended_at=Max("created_at")))
    notes = [
        _credit_note(
            invoice.order,
            [invoice],
            refund_key=f"{invoice.order.order_number}:rest",
            issued_at=ended[invoice.order_id],
        )
        for invoice in invoices
        if invoice.order_id in ended
    ]
    _enter([note for note in notes if note])


def _issue(document: Document) -> Document:
    _enter([document])
    outbox.record("orders.tasks.render_document", document_id=document.pk)
    return document


def _enter(rows: list[Document]) -> None:
    """Number and insert documents in the order of their dates."""
    rows.sort(key=lambda one: one.issued_at)
    for year, alike in groupby(rows, key=lambda one: timezone.localdate(one.issued_at).year):
        of_year = list(alike)
        last = _taken(of_year[0].kind, year, count=len(of_year))
        for sequence, one in enumerate(of_year, last - len(of_year) + 1):
            one.year, one.sequence = year, sequence
            one.number = f"{Document.PREFIXES[one.kind]}-{year}-{sequence:06}"
    Document.objects.bulk_create(rows)


def _taken(kind: str, year: int, *, count: int) -> int:
    """Take the next numbers of a series and return the last; its row is locked until the transaction ends."""
    series = NumberSeries.objects.filter(kind=kind, year=year)
    forward = {"last": F("last") + count}
    if not series.update(**forward):
        NumberSeries.objects.bulk_create([NumberSeries(kind=kind, year=year)], ignore_conflicts=True)
        series.update(**forward)
    return series.values_list("last", flat=True).get()


def _invoice(order: Order, *, issued_at: datetime) -> Document:
    return _document(
        order, Kind.INVOICE, order.total_amount, documents.order_sums(order), issued_at=issued_at
    )


def _credit_note(
    order: Order, earlier: list[Document], *, refund_key: str, reason: str = "", issued_at: datetime
) -> Document | None:
    """Return what corrects the invoice among ``earlier`` documents, if something has to."""
    invoice = next((one for one in earlier if one.is_invoice), None)
    if invoice is None:
        return None
    left = [
        paper.TaxSum(one.rate, sign * one.net, sign * one.tax)
        for document in earlier
        for sign in [1 if document.is_invoice else -1]
        for one in documents.sums(document)
    ]
    stated = sum((one.gross for one in left), Decimal())
    amount = stated - min(max(order.amount_kept(), Decimal()), invoice.amount)
    if amount <= 0:
        return None
    taxes = paper.credited(amount, left=paper.summed(left))
    note = _document(order, Kind.CREDIT_NOTE, amount, taxes, issued_at=issued_at)
    note.refund_key, note.reason = refund_key, reason[:300]
    return note


def _document(
    order: Order, kind: str, amount: Decimal, taxes: Sequence[paper.TaxSum], *, issued_at: datetime
) -> Document:
    return Document(
        order=order,
        kind=kind,
        amount=amount,
        taxes=[[str(one.rate), str(one.net), str(one.tax)] for one in taxes],
        seller=asdict(documents.seller()),
        language=order.language,
        issued_at=issued_at,
    )


def _stored(document: Document) -> bytes | None:
    """Return the stored file if it is the one whose hash was written down."""
    try:
        with document.file.open() as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content if sha256(content).hexdigest() == document.sha256 else None
