"""What is known of a person is told in full and forgotten for good, in every table."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dbProject import personal_data
from dbProject.mail import NOBODY
from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Order, PaymentWebhook
from orders.services import documents, notifications, reconciliation, shipments, timeline
from orders.tests.factories import OrderFactory
from products.models import Review
from products.tests.factories import ProductFactory
from tests import traces
from tests.traces import EMAIL, TRACES, traces_left
from users.errors import AccountOfStaff
from users.tests.factories import StaffFactory, UserFactory


@pytest.fixture
def theodora(db, client):
    return traces.theodora(client)


@pytest.mark.journey
def test_after_erasing_nothing_in_a_dump_of_the_database_tells_of_the_person(theodora):
    found = traces_left()
    assert len({table for table, _trace in found}) >= 14
    assert {trace for _table, trace in found} == set(TRACES)
    personal_data.erase(theodora)
    assert traces_left() == []


@pytest.mark.journey
def test_after_erasing_the_books_are_as_they_were_and_sound(theodora):
    before = sorted(Order.all_objects.values_list("order_number", "total_amount"))
    personal_data.erase(theodora)
    assert sorted(Order.all_objects.values_list("order_number", "total_amount")) == before
    assert set(Order.all_objects.values_list("user", "email", "shipping_address__country")) == {
        (None, NOBODY, "DE")
    }
    assert Review.objects.get().helpful_count == 0
    assert reconciliation.breaks() == []


def test_what_has_not_left_the_house_is_cancelled_and_paid_back(theodora):
    personal_data.erase(theodora)
    orders = Order.all_objects.values_list("status", flat=True)
    assert sorted(orders) == ["cancelled", "cancelled", "cancelled", "delivered"]
    cancelled = Order.all_objects.get(confirmed_at__isnull=False, status="cancelled")
    assert cancelled.amount_going_back() == cancelled.total_amount


def test_invoices_stay_as_they_were_issued_and_are_drawn_before_anything_is_locked(theodora, monkeypatch):
    drawn = []
    real = documents.keep
    monkeypatch.setattr(
        documents, "keep", lambda document: drawn.append(len(connection.savepoint_ids)) or real(document)
    )
    outside = len(connection.savepoint_ids)
    personal_data.erase(theodora)
    assert drawn
    assert set(drawn) == {outside}
    for invoice in Order.all_objects.get(status="delivered").documents.all():
        assert documents.read(invoice).startswith(b"%PDF")
    assert documents.damaged() == []


def test_mails_that_waited_go_to_nobody(theodora, mailoutbox):
    personal_data.erase(theodora)
    for event in OutboxEvent.objects.filter(finished_at=None, task__contains="send_order_step"):
        notifications.send_step(**event.payload, event_id=str(event.pk))
    assert mailoutbox == []
    assert outbox.figures().parked == 0


def test_sessions_end_with_the_account(theodora, client):
    assert client.get("/account/").status_code == 200
    personal_data.erase(theodora)
    assert client.get("/account/").status_code == 302


def test_others_keep_what_is_theirs(theodora):
    other = OrderFactory(user=UserFactory(), status=Order.Status.CONFIRMED)
    guest = OrderFactory(user=None, email="somebody@example.com")
    before = list(Order.objects.filter(pk__in=[other.pk, guest.pk]).order_by("pk").values())
    personal_data.erase(theodora)
    assert list(Order.objects.filter(pk__in=[other.pk, guest.pk]).order_by("pk").values()) == before


def test_whose_address_only_ends_like_it_keeps_mails_and_messages(theodora):
    longer = f"not.{EMAIL}"
    told = PaymentWebhook.objects.create(
        provider="stripe", event_id="evt_2", body=json.dumps({"email": longer})
    )
    waiting = OutboxEvent.objects.create(task="task", payload={"to": longer})
    own = OutboxEvent.objects.create(task="task", payload={"to": EMAIL})

    personal_data.erase(theodora)

    told.refresh_from_db()
    assert longer in told.body
    assert list(OutboxEvent.objects.filter(pk__in=[waiting.pk, own.pk])) == [waiting]


def test_an_address_that_was_never_confirmed_erases_no_guest(db):
    guest = OrderFactory(user=None, email="shared@example.com")
    personal_data.erase(UserFactory(email="shared@example.com"))
    guest.refresh_from_db()
    assert guest.email == "shared@example.com"


def test_an_order_of_which_a_part_has_left_is_waited_for(db):
    user = UserFactory(email=EMAIL)
    pending = OrderFactory(user=user)
    order = OrderFactory(user=user, units={ProductFactory(): 2}, status=Order.Status.CONFIRMED)
    item = order.items.get()
    shipments.ship(order, key="one", actor=timeline.SHOP, units={item.pk: 1})
    with pytest.raises(CommandError, match=order.order_number):
        call_command("erase", EMAIL)
    order.refresh_from_db()
    assert (order.user, order.email) == (user, EMAIL)
    pending.refresh_from_db()
    assert pending.status == Order.Status.PENDING


def test_staff_are_not_erased_and_none_of_their_orders_is_cancelled(db):
    order = OrderFactory(user=StaffFactory())
    with pytest.raises(AccountOfStaff):
        personal_data.erase(order.user)
    order.refresh_from_db()
    assert order.status == Order.Status.PENDING


def test_the_command_erases_accounts_and_guests_and_repeats_without_harm(theodora):
    told = StringIO()
    call_command("erase", EMAIL.upper(), stdout=told)
    call_command("erase", EMAIL, stdout=told)
    assert told.getvalue().splitlines() == [
        "account=erased rows_of_guests=0",
        "account=none rows_of_guests=0",
    ]
    assert traces_left() == []


def test_the_export_tells_everything_that_erasing_takes_away(theodora):
    told = json.dumps(
        [(part.title, part.rows) for part in personal_data.export_of(theodora)],
        default=str,
        ensure_ascii=False,
    )
    for trace in (*TRACES, "Theodora likes it", "For Theodora", "Empty, of Nettlebed", "The lamp"):
        assert trace.lower() in told.lower()
    assert "argon2" not in told
    assert "md5" not in told
