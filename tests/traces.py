"""Somebody who has left traces wherever the shop keeps any, and what finds them in a dump of the database."""

import json
from io import StringIO
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.db import connection

from dbProject.access import services as access
from dbProject.idempotency.models import StoredAnswer
from dbProject.outbox.models import OutboxEvent
from orders.models import Order, OrderEvent, PaymentWebhook
from orders.services import timeline, withdrawals
from orders.tests.factories import CartFactory, CartItemFactory, OrderFactory, RefundFactory, ReturnFactory
from products.models import Review, Wishlist, WishlistItem
from products.services import reviews
from products.tests.factories import ProductFactory
from users.models import Address, User
from users.services import consents, mails, personal_exports
from users.tests.factories import StaffFactory, UserFactory

EMAIL = "theodora.quillfeather@example.com"
ADDRESS = {
    "name": "Theodora Quillfeather",
    "company": "Quillfeather Ltd",
    "street": "Nettlebed Lane 17",
    "city": "Tübingen",
    "state": "",
    "zip_code": "D-72070-Q",
    "country": "DE",
    "phone": "+49 7071 5550187",
}
TRACES = (
    "theodora",
    "quillfeather",
    "nettlebed",
    "5550187",
    "tübingen",
    "d-72070-q",
    "hollyhock",
    "198.51.100.77",
)
"""Of names, e-mail, street, phone, town, postal code, notes and network address: in lower case."""


def traces_left():
    """Return where in a dump of the whole database something still tells of Theodora: table and trace."""
    return sorted(
        (table, trace)
        for table, text in dump().items()
        for trace in TRACES
        if any(form in text for form in written(trace))
    )


def written(trace):
    """Return how a dump may write ``trace``: plain, in JSON, with backslashes doubled, as bytes."""
    in_json = json.dumps(trace)[1:-1]
    return {trace, in_json, in_json.replace("\\", "\\\\"), trace.encode().hex()}


def dump():
    """Return every table as text in lower case, as ``pg_dump`` writes it; sessions unpacked as well."""
    with connection.cursor() as cursor:
        texts = {table: copied(cursor, table) for table in connection.introspection.table_names(cursor)}
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return {table: text.lower() for table, text in texts.items()} | {"sessions": json.dumps(sessions).lower()}


def copied(cursor, table):
    name = connection.ops.quote_name(table)
    if connection.vendor != "postgresql":
        cursor.execute(f"SELECT * FROM {name}")  # noqa: S608
        return "\n".join(map(str, cursor.fetchall()))
    text = StringIO()
    cursor.copy_expert(f"COPY {name} TO STDOUT", text)
    return text.getvalue()


def theodora(client):
    """Return somebody with an account, an address, orders, a return, a review, a cart and all the rest."""
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
    Wishlist.objects.create(user=user, name="Empty, of Nettlebed")
    fields = {
        "user": user,
        "shipping_address": ADDRESS,
        "phone": ADDRESS["phone"],
        "notes": "Ring where the hollyhocks are",
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
    StoredAnswer.objects.create(owner=f"user:{user.pk}", key="key", body=json.dumps({"address": ADDRESS}))
    StoredAnswer.objects.create(owner="key:7", key="key", body=json.dumps({"email": EMAIL, **ADDRESS}))
    access.log_in(user)
    consents.decide(user.pk, kind="price_drop", is_given=True, source="account_mails")
    personal_exports.start(user, language="en")
    return user
