"""Documents as files: drawn and stored once, told of when damaged, and mended where that leaves no doubt."""

from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from dbProject.outbox.models import OutboxEvent
from orders import tasks
from orders.errors import DocumentDamaged
from orders.models import Document, NumberSeries
from orders.models.document import document_files
from orders.services import documents, reconciliation
from orders.tests.issued import RENDER, YEAR, numbers, paid_order, refunded

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return paid_order()


# Drawing and storing


def render(document):
    event = OutboxEvent.objects.get(task=RENDER, payload={"document_id": document.pk})
    tasks.render_document(**event.payload, event_id=str(event.pk))
    document.refresh_from_db()
    event.refresh_from_db()
    return event


def test_the_outbox_has_it_drawn_and_stored_with_its_hash(order, settings):
    invoice = order.documents.get()

    event = render(invoice)

    assert event.finished_at
    content = invoice.file.read()
    assert content.startswith(b"%PDF")
    assert sha256(content).hexdigest() == invoice.sha256
    assert not Path(invoice.file.path).is_relative_to(settings.MEDIA_ROOT)


def test_drawing_it_again_changes_nothing(order):
    invoice = order.documents.get()
    render(invoice)
    before = invoice.file.name, invoice.sha256

    render(invoice)

    assert (invoice.file.name, invoice.sha256) == before


def test_a_worker_that_dies_after_writing_the_file_leaves_a_number_that_is_drawn_again(order, monkeypatch):
    invoice = order.documents.get()
    with monkeypatch.context() as patch:
        patch.setattr(documents, "sha256", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            documents.keep(invoice)
    invoice.refresh_from_db()
    assert (invoice.sha256, invoice.file.name) == ("", "")

    render(invoice)

    assert sha256(invoice.file.read()).hexdigest() == invoice.sha256
    assert numbers() == [invoice.number]


def test_of_two_who_draw_at_once_one_file_stays(order):
    first, second = (Document.objects.get(order=order) for _ in range(2))
    documents.keep(first)
    folder = first.file.name.rpartition("/")[0]
    files = document_files().listdir(folder)[1]

    documents.keep(second)

    assert second.file.name == first.file.name
    assert document_files().listdir(folder)[1] == files


def test_who_looks_before_it_was_drawn_sees_what_is_stored_then(order):
    invoice = order.documents.get()

    content = documents.read(invoice)

    assert sha256(content).hexdigest() == Document.objects.get().sha256


def test_a_file_that_was_changed_is_not_shown(order, caplog):
    invoice = order.documents.get()
    documents.keep(invoice)
    forge(invoice)

    with pytest.raises(DocumentDamaged):
        documents.read(invoice)

    assert invoice.number in caplog.text


# The books


def forge(document):
    document_files().delete(document.file.name)
    document_files().save(document.file.name, ContentFile(b"%PDF of somebody else"))


def lose_the_file(document):
    document_files().delete(document.file.name)


def lose_the_invoice(document):
    Document.objects.filter(pk=document.pk).delete()


def skip_a_number(document):
    NumberSeries.objects.update(last=7)


def renumber(document):
    Document.objects.filter(pk=document.pk).update(sequence=2)


def invoice_too_much(document):
    Document.objects.filter(pk=document.pk).update(amount=document.amount + 1)


def lose_a_credit_note(document):
    refunded(document.order, "10.00")
    Document.objects.filter(kind="credit_note").delete()
    NumberSeries.objects.filter(kind="credit_note").delete()


@pytest.mark.parametrize(
    ("damage", "rules"),
    [
        (forge, {"files"}),
        (lose_the_file, {"files"}),
        (lose_the_invoice, {"documents", "numbers"}),
        (skip_a_number, {"numbers"}),
        (renumber, {"numbers"}),
        (invoice_too_much, {"documents"}),
        (lose_a_credit_note, {"documents"}),
    ],
)
def test_damage_is_told(order, damage, rules):
    invoice = order.documents.get()
    documents.keep(invoice)
    assert reconciliation.breaks() == []

    damage(invoice)

    assert {found.rule for found in reconciliation.breaks()} == rules


@pytest.mark.parametrize("damage", [forge, lose_the_file, lose_a_credit_note])
def test_damage_that_leaves_no_doubt_is_mended(order, damage):
    invoice = order.documents.get()
    documents.keep(invoice)
    damage(invoice)

    assert reconciliation.mend() == 1

    assert reconciliation.breaks() == []
    assert documents.read(Document.objects.get(pk=invoice.pk)).startswith(b"%PDF")


def test_an_order_that_was_confirmed_before_there_were_invoices_is_given_one(order):
    Document.objects.all().delete()
    NumberSeries.objects.all().delete()

    assert reconciliation.mend() == 1

    assert numbers() == [f"INV-{YEAR}-000001"]
    assert reconciliation.breaks() == []


def test_a_file_that_comes_out_otherwise_is_left_to_a_person(order):
    invoice = order.documents.get()
    documents.keep(invoice)
    forge(invoice)
    Document.objects.update(seller={"name": "Other", "address": [], "vat_number": ""})

    assert reconciliation.mend() == 0

    assert [found.rule for found in reconciliation.breaks()] == ["files"]
