"""What is known of a person is told in full and forgotten for good, in every table."""

import json
from io import StringIO
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.management import CommandError, call_command
from django.db import connection

from dbProject import personal_data
from dbProject.mail import NOBODY
from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from orders.models import Order, OrderEvent, PaymentWebhook
from orders.services import documents, notifications, reconciliation, shipments, timeline, withdrawals
from orders.tests.factories import CartFactory, CartItemFactory, OrderFactory, RefundFactory, ReturnFactory
from products.models import Review, Wishlist, WishlistItem
from products.services import reviews
from products.tests.factories import ProductFactory
from users.errors import AccountOfStaff
from users.models import Address, User
from users.services import mails
from users.tests.factories import StaffFactory, UserFactory

EMAIL = "theodora.quillfeather@example.com"
ADDRESS = {
    "name": "Theodora Quillfeather",
    "company": "Quillfeather Ltd",
    "street": "Nettlebed Lane 17",
    "city": "Tübingen",
    "state": "",
    "zip_code": "72070",
    "country": "DE",
    "phone": "+49 7071 5550187",
}
TRACES = ("theodora", "quillfeather", "nettlebed", "5550187", "tübingen", "198.51.100.77")


def traces_left():
    """Return where in the whole database something still tells of Theodora."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    text = str(value).lower().encode().decode("unicode_escape", errors="replace")
                    found += [(table, column, trace) for trace in TRACES if trace in (str(value).lower())]
                    found += [(table, column, trace) for trace in TRACES if trace in text]
    return sorted(set(found))


@pytest.fixture
def theodora(db, client):
    """Somebody who has left traces wherever the shop keeps any."""
    user = UserFactory(
        email=EMAIL,
        first_name="Theodora",
        last_name="Quillfeather",
        phone="+49 7071 5550187",
        is_verified=True,
    )
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    client.get("/account/", REMOTE_ADDR="198.51.100.77")
    User.objects.filter(pk=user.pk).update(last_login_ip="198.51.100.77")
    address = Address.objects.create(user=user, **ADDRESS)
    LogEntry.objects.log_actions(
        StaffFactory().pk, [user], CHANGE, change_message="renamed", single_object=True
    )
    LogEntry.objects.log_actions(StaffFactory().pk, [address], CHANGE, single_object=True)
    product = ProductFactory()
    Review.objects.create(product=product, user=user, rating=4, content="Theodora likes it")
    WishlistItem.objects.create(
        wishlist=Wishlist.objects.create(user=user, name="For Theodora"),
        product=product,
        notes="Quillfeather",
    )
    Wishlist.objects.create(user=user, name="Nettlebed")
    fields = {
        "user": user,
        "shipping_address": ADDRESS,
        "phone": ADDRESS["phone"],
        "notes": "Ring at Quillfeather",
    }
    OrderFactory(status=Order.Status.CONFIRMED, **fields)
    OrderFactory(**fields)
    delivered = OrderFactory(status=Order.Status.DELIVERED, units={product: 3}, **fields)
    ReturnFactory(order=delivered, words="Quillfeather, Nettlebed Lane")
    RefundFactory(order=delivered, reason="A scratch, as Theodora wrote")
    timeline.record(delivered, OrderEvent.Kind.NOTE, actor=timeline.SHOP, detail="Call Quillfeather")
    OrderFactory(**fields | {"user": None, "email": EMAIL})
    withdrawals.declare(
        key=uuid4(), order_number=delivered.order_number, email=EMAIL, name="T. Quillfeather", what="The lamp"
    )
    withdrawals.declare(key=uuid4(), order_number="ORD-NONE", email=EMAIL, name="Quillfeather")
    PaymentWebhook.objects.create(provider="stripe", event_id="evt_1", body=json.dumps({"email": EMAIL}))
    mails.record("password_changed", to=EMAIL, language="en", facts={"ip": "198.51.100.77"})
    OutboxEvent.objects.update(last_error=f"refused {EMAIL}")
    praised = Review.objects.create(product=product, user=UserFactory(), rating=5, is_approved=True)
    reviews.vote(user, review_id=praised.pk, is_helpful=True)
    CartItemFactory(cart=CartFactory(user=user), product=product, quantity=1)
    return user


def test_after_erasing_nothing_in_the_database_tells_of_the_person(theodora):
    assert len({table for table, _column, _trace in traces_left()}) >= 14
    personal_data.erase(theodora)
    assert traces_left() == []


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


def test_invoices_stay_as_they_were_issued(theodora):
    personal_data.erase(theodora)
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
    order = OrderFactory(user=user, units={ProductFactory(): 2}, status=Order.Status.CONFIRMED)
    item = order.items.get()
    shipments.ship(order, key="one", actor=timeline.SHOP, units={item.pk: 1})
    with pytest.raises(CommandError, match=order.order_number):
        call_command("erase", EMAIL)
    order.refresh_from_db()
    assert (order.user, order.email) == (user, EMAIL)


def test_staff_are_not_erased(db):
    with pytest.raises(AccountOfStaff):
        personal_data.erase(StaffFactory())


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
    for trace in (
        *TRACES,
        "Theodora likes it",
        "For Theodora",
        "Nettlebed",
        "Ring at Quillfeather",
        "The lamp",
    ):
        assert trace.lower() in told.lower()
    assert "argon2" not in told
    assert "md5" not in told
