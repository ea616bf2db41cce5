"""Who may have an invoice, and how staff come to it and to the packing slip."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from orders.models import Document
from orders.models.document import document_files
from orders.selectors import orders
from orders.services import documents, shipments, status, timeline
from orders.tests.factories import OrderFactory
from orders.tests.papers import pages
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return OrderFactory(units={ProductFactory(name="Oak tray"): 2}, status="confirmed")


def path_of(document, *, order=None, key=""):
    path = reverse("order_document", args=[(order or document.order).order_number, document.number])
    return f"{path}?key={key}" if key else path


# Customers


def test_the_buyer_takes_the_invoice_away_and_nothing_between_keeps_it(client, order):
    invoice = order.documents.get()
    client.force_login(order.user)

    answer = client.get(path_of(invoice))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{invoice.number}.pdf"'
    assert {"private", "no-store"} <= set(answer["Cache-Control"].replace(" ", "").split(","))
    assert invoice.number in pages(answer.content)[0]


def test_a_guest_takes_it_with_the_signed_link(client):
    order, other = (OrderFactory(user=None, status="confirmed") for _ in range(2))
    invoice = order.documents.get()
    key = orders.signature(order)

    assert client.get(path_of(invoice, key=key)).content.startswith(b"%PDF")
    assert client.get(path_of(invoice)).status_code == 404
    assert client.get(path_of(invoice, key=orders.signature(other))).status_code == 404


def test_nobody_reads_the_invoice_of_another_through_an_order_of_their_own(client, order):
    theirs = OrderFactory(status="confirmed").documents.get()
    client.force_login(order.user)

    assert client.get(path_of(theirs)).status_code == 404
    assert client.get(path_of(theirs, order=order)).status_code == 404
    assert client.get(path_of(theirs, order=order, key=orders.signature(order))).status_code == 404


def test_the_page_of_an_order_leads_to_its_documents(client, order):
    unpaid = OrderFactory(user=order.user)
    status.cancel(order, actor=timeline.SHOP)
    client.force_login(order.user)

    page = client.get(order.get_absolute_url()).content.decode()

    assert [path_of(document) in page for document in order.documents.all()] == [True, True]
    assert "/documents/" not in client.get(unpaid.get_absolute_url()).content.decode()


def test_a_guest_s_page_leads_there_with_the_key(client):
    order = OrderFactory(user=None, status="confirmed")

    page = client.get(orders.signed_path(order)).content.decode()

    assert path_of(order.documents.get(), key=orders.signature(order)) in page


def test_a_damaged_document_is_explained_and_not_handed_out(client, order):
    invoice = order.documents.get()
    documents.keep(invoice)
    document_files().delete(invoice.file.name)
    client.force_login(order.user)

    answer = client.get(path_of(invoice))

    assert answer.status_code == 503
    assert "We cannot show this document right now." in answer.content.decode()


# Staff


def test_staff_look_at_documents_from_the_page_of_the_order(staff_client, order):
    invoice = order.documents.get()
    address = reverse("admin:orders_document_pdf", args=[invoice.pk])

    page = staff_client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    answer = staff_client.get(address)

    assert address in page
    assert answer["Content-Disposition"] == f'inline; filename="{invoice.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert invoice.number in pages(answer.content)[0]


def test_staff_find_documents_by_number_and_by_customer(staff_client, order, django_assert_num_queries):
    OrderFactory(status="cancelled")
    OrderFactory(status="refunded")
    found = reverse("admin:orders_document_changelist")

    def numbers(**query):
        return [row.number for row in staff_client.get(found, query).context["cl"].result_list]

    assert len(numbers()) == 3
    invoice = order.documents.get()
    assert numbers(q=invoice.number) == numbers(q=order.email) == [invoice.number]
    assert numbers(kind__exact="credit_note") == list(
        Document.objects.filter(kind="credit_note").values_list("number", flat=True)
    )


def test_the_packing_slip_says_what_goes_into_the_parcel_and_stores_nothing(staff_client, order):
    address = reverse("admin:orders_order_packing_slip", args=[order.pk])

    answer = staff_client.get(address)

    (said,) = pages(answer.content)
    assert answer["Content-Disposition"].startswith("inline")
    for fact in (order.order_number, "Oak tray", order.items.get().product_sku, "Torstr. 1", "2 units"):
        assert fact in said
    assert "EUR" not in said
    assert address in staff_client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert Document.objects.count() == 1


def test_the_packing_slip_of_what_has_partly_left_is_of_the_rest(staff_client, order):
    address = reverse("admin:orders_order_packing_slip", args=[order.pk])
    (item,) = order.items.all()
    counts = []
    for key in ("first", "second"):
        shipments.ship(order, units={item.pk: 1}, key=key, actor=timeline.SHOP)
        counts.append("1 unit" in pages(staff_client.get(address).content)[0])

    assert counts == [True, False]
    assert "2 units" in pages(staff_client.get(address).content)[0]


@pytest.mark.parametrize("who", ["nobody", "a customer", "staff without the right"])
def test_papers_are_for_staff_who_may_see_orders(client, order, who):
    if who == "a customer":
        client.force_login(UserFactory())
    elif who == "staff without the right":
        client.force_login(StaffFactory(is_superuser=False))
    invoice = order.documents.get()

    for address in (
        reverse("admin:orders_order_packing_slip", args=[order.pk]),
        reverse("admin:orders_document_pdf", args=[invoice.pk]),
    ):
        answer = client.get(address)
        assert answer.status_code in {302, 403}
        assert b"%PDF" not in answer.content


def test_who_packs_has_the_slip_and_who_answers_customers_the_invoice(client, order):
    slip = reverse("admin:orders_order_packing_slip", args=[order.pk])
    invoice = reverse("admin:orders_document_pdf", args=[order.documents.get().pk])
    page = reverse("admin:orders_order_change", args=[order.pk])

    seen = {}
    for role in ("fulfillment", "support", "manager"):
        clerk = StaffFactory(is_superuser=False)
        clerk.groups.add(Group.objects.get(name=role))
        client.force_login(clerk)
        answers = [client.get(slip).status_code, client.get(invoice).status_code]
        seen[role] = [*answers, invoice in client.get(page).content.decode()]

    assert seen == {
        "fulfillment": [200, 403, False],
        "support": [200, 200, True],
        "manager": [200, 200, True],
    }
