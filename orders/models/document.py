"""Invoices and credit notes: what was told to the customer and the tax office, for ever."""

from collections.abc import Mapping
from typing import ClassVar

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, amount


def document_files() -> Storage:
    """Return where documents are kept: never served by address, only to who may read them."""
    return storages["documents"]


class Document(models.Model):
    """One numbered document. Rows are appended; only its file comes later, once.

    What it says is frozen here and in its order, so that its file is the same whenever it is drawn.
    ``amount`` is gross and positive, of a credit note too. Numbers of one kind and year have no gaps.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    PREFIXES: ClassVar[Mapping[str, str]] = {Kind.INVOICE: "INV", Kind.CREDIT_NOTE: "CN"}

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    year = models.PositiveSmallIntegerField(editable=False)
    sequence = models.PositiveIntegerField(editable=False, help_text="From 1 on, within its kind and year.")
    number = models.CharField(_("number"), max_length=20, unique=True, help_text="INV-2026-000001.")
    refund_key = models.CharField(
        max_length=255,
        unique=True,
        null=True,
        blank=True,
        help_text="Of a credit note: the refund that it is for, as the money ledger names it.",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    amount = amount()
    taxes = models.JSONField(help_text="What each rate comes to: [[rate, net, tax], …], as strings.")
    seller = models.JSONField(help_text="Who sold: name, address in lines, VAT number.")
    language = models.CharField(max_length=10)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    file = models.FileField(storage=document_files, max_length=200, blank=True, editable=False)

    class Meta:
        db_table = "documents"
        ordering = ("issued_at", "pk")
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "year", "sequence"], name="document_once_per_number"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(kind="invoice"), name="document_one_invoice_per_order"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", refund_key=None)
                | Q(kind="credit_note", refund_key__isnull=False),
                name="document_credits_a_refund",
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="document_sequence_from_one"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="document_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(sha256="", file="") | (~Q(sha256="") & ~Q(file="")),
                name="document_file_with_its_hash",
            ),
        ]
        indexes: ClassVar = [models.Index(F("issued_at").desc(), F("id").desc(), name="document_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_invoice(self) -> bool:
        return self.kind == self.Kind.INVOICE


class NumberSeries(models.Model):
    """How far the numbers of one kind and year have come.

    Its row is the lock that whoever takes a number holds until the end of their transaction: a number is
    given back with everything else when that transaction fails.
    """

    kind = models.CharField(max_length=12, choices=Document.Kind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "number_series"
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
