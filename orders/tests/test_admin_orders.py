"""The order screens of staff: what needs hands first, all of an order on a page, and steps by the service."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from orders.models import Order, OrderDiscount
from orders.services import cart as carts
from orders.services import checkout, coupons, holds, payments, reconciliation, status, timeline
from orders.tests.factories import (
    ADDRESS,
    CartFactory,
    CouponFactory,
    MethodFactory,
    OrderFactory,
    OrderItemFactory,
)
from products.models import Product
from products.services import pictures, stock
from products.tests.factories import ProductFactory
from products.tests.pictures import picture
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"
S = Order.Status


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def move(client, order, to, **data):
    return client.post(f"{LIST}{order.pk}/move/{to}/", data, follow=True)


def steps(order):
    return [event.kind for event in order.events.all()]


def shown(client, **query):
    return list(client.get(LIST, query).context["cl"].result_list)


def aged(order, **age):
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(**age))
    return order


# The list


def test_what_needs_hands_stands_first_and_of_it_the_oldest(staff_client):
    done = aged(OrderFactory(status=S.DELIVERED), days=9)
    young = aged(OrderFactory(status=S.CONFIRMED), days=1)
    old = aged(OrderFactory(status=S.PROCESSING), days=5)
    new = aged(OrderFactory(), hours=1)

    assert shown(staff_client) == [old, young, new, done]
    assert shown(staff_client, status="hands") == [old, young]
    assert shown(staff_client, o="5") == [done, old, young, new]


def test_the_list_says_who_what_how_much_and_until_when(staff_client):
    MethodFactory(name="Parcel")
    held = OrderFactory(units={ProductFactory(price=Decimal("1234.50")): 2}, user__first_name="Ada")
    gone = OrderFactory(user=None)
    Order.objects.filter(pk=gone.pk).update(hold_expires_at=timezone.now())
    holds.release_expired()

    page = staff_client.get(LIST).content.decode()

    for said in (held.order_number, "2 units · Parcel", "Ada", held.email, "2,473.90\xa0€",
                 "Waiting for payment", "Robin Customer", "guest@example.com", "no longer held"):  # fmt: skip
        assert said in page
    assert date_format(timezone.localtime(held.hold_expires_at), "TIME_FORMAT") in page


def test_the_list_costs_the_same_queries_for_one_and_for_thirty(staff_client, django_assert_num_queries):
    product = ProductFactory(stock_quantity=99)
    for count in (1, 29):
        OrderFactory.create_batch(count, units={product: 1})
        with django_assert_num_queries(3):  # person, count, orders with their customers
            assert staff_client.get(LIST).status_code == 200


@pytest.mark.parametrize("by", ["number", "email", "name", "guest", "sku"])
def test_an_order_is_found_by(staff_client, by):
    account = UserFactory(email="ada@example.com", last_name="Lovelace")
    units = {ProductFactory(sku="WT-77"): 1, ProductFactory(sku="WT-78"): 1}
    wanted = OrderFactory(user=account, units=units, shipping_address=ADDRESS | {"name": "Grace Hopper"})
    OrderFactory()
    words = {
        "number": wanted.order_number,
        "email": "ADA@",
        "name": "lovelace",
        "guest": "hopper",
        "sku": "wt-7",
    }

    assert shown(staff_client, q=words[by]) == [wanted]


def test_the_list_is_narrowed_by_status_day_and_money(staff_client):
    pending = OrderFactory()
    by_hand = OrderFactory(status=S.CONFIRMED)
    paid, declined, refunded = OrderFactory.create_batch(3)
    for order, kind in ((paid, "captured"), (declined, "declined"), (refunded, "captured")):
        payments.apply_event(provider="test", event_id=str(order.pk), order_number=order.order_number,
                             kind=kind, amount=order.total_amount)  # fmt: skip
    status.move(refunded, to=S.REFUNDED, actor=timeline.SHOP)

    def narrowed(**query):
        return set(shown(staff_client, **query))

    assert narrowed(payment="paid") == {by_hand, paid, refunded}
    assert narrowed(payment="manual") == {by_hand}
    assert narrowed(payment="unpaid") == {pending, declined}
    assert narrowed(payment="declined") == {declined}
    assert narrowed(payment="refund") == {refunded}
    assert narrowed(payment="refunded") == set()
    payments.apply_event(provider="test", event_id="back", order_number=refunded.order_number,
                         kind="refunded", amount=refunded.total_amount)  # fmt: skip
    assert narrowed(payment="refund") == set()
    assert narrowed(payment="refunded") == {refunded}
    assert narrowed(status="pending") == {pending, declined}
    assert narrowed(status="; drop table") == narrowed() == {pending, by_hand, paid, declined, refunded}
    aged(paid, days=3)
    aged(by_hand, days=31)
    assert narrowed(placed="today") == {pending, declined, refunded}
    assert narrowed(placed="7") == {pending, declined, refunded, paid}
    assert narrowed(placed="older") == {by_hand}
    assert narrowed(placed="; drop table") == narrowed()


# The page


@pytest.fixture
def big_order():
    """An order with everything: two lines, a coupon, delivery, a note, and money that came in two parts."""
    MethodFactory(name="Parcel")
    coupon = CouponFactory(code="TENOFF", promotion__name="Ten off")
    cart = CartFactory(user=UserFactory(first_name="Ada", last_name="Lovelace"))
    for name in ("Oak stool", "Walnut tray"):
        product = ProductFactory(name=name, price=Decimal("119.00"))
        pictures.add(product, picture())
        carts.add(cart, product_id=product.pk, quantity=2)
    coupons.put_in_cart(cart, code=coupon.code)
    order = checkout.place_order(
        user=cart.user, idempotency_key="1", shipping_address=ADDRESS, phone="030 1234",
        billing_address=ADDRESS | {"name": "Ada's Office"}, notes="Ring twice <b>",
    )  # fmt: skip
    for number in (1, 2):
        payments.apply_event(provider="test", event_id=f"e-{number}", order_number=order.order_number,
                             kind="captured", amount=order.total_amount / 2)  # fmt: skip
    order.refresh_from_db()
    return order


def test_the_page_shows_all_that_is_frozen_and_all_that_happened(staff_client, big_order):
    page = staff_client.get(page_of(big_order)).content.decode()

    discount = OrderDiscount.objects.get()
    for said in (
        big_order.order_number, "Confirmed", "Oak stool", "Walnut tray", "119.00\xa0€", "214.20\xa0€",
        "19\xa0%", "Ten off", "TENOFF", discount.reason, "47.60\xa0€", "Parcel", "433.30\xa0€",
        "Torstr. 1", "10119 Berlin", "Ada&#x27;s Office", "Ada Lovelace", "030 1234", "Ring twice &lt;b&gt;",
        "216.65\xa0€", "Payment received", "Payment provider", "shop-thumb",
    ):  # fmt: skip
        assert said in page
    for item in big_order.items.all():
        assert item.product_sku in page


def test_the_page_costs_the_same_queries_for_one_and_for_many_lines(
    staff_client, big_order, django_assert_num_queries
):
    plain = OrderFactory()
    for _ in range(10):
        OrderItemFactory(order=big_order)
        timeline.record(big_order, "note", actor=timeline.staff(UserFactory()), detail="x")
    for order in (plain, big_order):
        # Person, order, lines, products, covers, discounts, money, documents, steps; parcels, returns,
        # refunds, how far the lines have come, and what has to be given back by hand.
        with django_assert_num_queries(14):
            assert staff_client.get(page_of(order)).status_code == 200


def test_nothing_of_an_order_is_typed_added_or_deleted(staff_client):
    order = OrderFactory()

    assert staff_client.post(page_of(order), {"total_amount": "0"}).status_code == 403
    assert staff_client.get(f"{LIST}add/").status_code == 403
    assert staff_client.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403
    answer = staff_client.post(
        LIST, {"action": "delete_selected", "_selected_action": [order.pk], "post": "1"}
    )
    assert answer.status_code in {200, 302}
    assert Order.objects.get() == order
    assert staff_client.get(f"{LIST}0/change/").status_code == 404
    assert staff_client.get(f"{LIST}x/change/").status_code == 404


# One step


@pytest.mark.parametrize("now", S)
def test_the_page_has_the_buttons_of_the_table_and_no_other(staff_client, now):
    order = OrderFactory(status=now)

    buttons = {step.to for step in staff_client.get(page_of(order)).context["steps"]}

    assert buttons == Order.NEXT[now]


def test_an_order_is_moved_to_its_end_with_actor_and_time(client):
    boss = StaffFactory(first_name="Robin", last_name="Marlow")
    client.force_login(boss)
    order = OrderFactory()

    move(client, order, S.CONFIRMED, step="confirm", detail="Paid at the counter")
    for to in (S.PROCESSING, S.SHIPPED):
        move(client, order, to)
    page = move(client, order, S.DELIVERED).content.decode()

    assert steps(order) == ["placed", "confirmed", "processing", "shipped", "delivered"]
    assert {(e.actor, e.user) for e in order.events.exclude(kind="placed")} == {("staff", boss)}
    assert f"{order.order_number}: Delivered." in page
    assert "Robin Marlow" in page
    assert "Paid at the counter" in page
    assert reconciliation.breaks() == []


@pytest.mark.parametrize(
    ("now", "to", "words"),
    [
        (S.PENDING, S.CONFIRMED, "Only if 10.00\xa0€ has arrived"),
        (S.PENDING, S.CANCELLED, "The goods go back on the shelf. This cannot be undone."),
        (S.CONFIRMED, S.CANCELLED, "10.00\xa0€ goes back to the customer."),
        (S.DELIVERED, S.REFUNDED, "The stock stays as it is"),
    ],
)
def test_what_moves_money_asks_first_and_says_what_it_will_do(staff_client, now, to, words):
    order = OrderFactory(status=now)
    before = steps(order)

    for ask in (staff_client.get, staff_client.post):
        assert words in ask(f"{LIST}{order.pk}/move/{to}/").content.decode()
    order.refresh_from_db()
    assert (order.status, steps(order)) == (now, before)

    move(staff_client, order, to, step="confirm", detail="As wished")

    order.refresh_from_db()
    assert order.status == to
    assert order.events.get(kind=to).detail == "As wished"
    assert reconciliation.breaks() == []


def test_a_link_moves_nothing(staff_client):
    order = OrderFactory(status=S.CONFIRMED)

    staff_client.get(f"{LIST}{order.pk}/move/processing/")

    order.refresh_from_db()
    assert order.status == S.CONFIRMED


@pytest.mark.parametrize(
    ("now", "to"), [(S.PENDING, S.SHIPPED), (S.CANCELLED, S.CONFIRMED), (S.SHIPPED, S.CANCELLED)]
)
def test_what_the_table_forbids_is_refused_with_a_message(staff_client, now, to):
    order = OrderFactory(status=now)
    before = steps(order)

    page = move(staff_client, order, to, step="confirm").content.decode()

    assert "no longer possible" in page
    order.refresh_from_db()
    assert (order.status, steps(order)) == (now, before)


def test_what_sold_out_after_its_hold_cannot_be_confirmed_and_the_page_says_so(staff_client):
    product = ProductFactory(name="Rare thing", stock_quantity=1)
    order = OrderFactory(units={product: 1})
    Order.objects.filter(pk=order.pk).update(hold_expires_at=timezone.now())
    holds.release_expired()
    stock.take({product.pk: 1}, reference="somebody else")

    page = move(staff_client, order, S.CONFIRMED, step="confirm").content.decode()

    assert "Rare thing" in page
    order.refresh_from_db()
    assert (order.status, order.payment_events.count()) == (S.PENDING, 0)


def test_a_step_that_does_not_exist_is_not_found(staff_client):
    order = OrderFactory()

    assert move(staff_client, order, "stolen").status_code == 404
    assert move(staff_client, order, "pending").status_code == 404


def test_a_note_is_for_colleagues_only(client):
    boss = StaffFactory()
    client.force_login(boss)
    order = OrderFactory()
    address = f"{LIST}{order.pk}/note/"

    assert "This field is required" in client.post(address, {"note": " "}).content.decode()
    assert client.get(address).status_code == 403
    assert (
        "Called, nobody there"
        in client.post(address, {"note": "Called, nobody there"}, follow=True).content.decode()
    )

    note = order.events.get(kind="note")
    assert (note.detail, note.actor, note.user) == ("Called, nobody there", "staff", boss)
    assert [event.kind for event in Order.objects.for_page().get().events.all()] == ["placed"]


# Many


def test_many_are_moved_each_by_itself_and_what_cannot_is_named(staff_client):
    ready = OrderFactory.create_batch(2, status=S.CONFIRMED)
    pending = OrderFactory()
    chosen = [order.pk for order in (*ready, pending)]

    page = staff_client.post(LIST, {"action": "start_packing", "_selected_action": chosen}, follow=True)

    text = page.content.decode()
    assert "2 orders: Being packed now." in text
    assert f"1 order stays as it is: {pending.order_number} (Waiting for payment)" in text
    assert [order.status for order in Order.objects.order_by("pk")] == ["processing", "processing", "pending"]

    staff_client.post(LIST, {"action": "mark_shipped", "_selected_action": chosen})

    assert [order.status for order in Order.objects.order_by("pk")] == ["shipped", "shipped", "pending"]
    assert Product.objects.filter(stock_quantity=19).count() == 3
    assert reconciliation.breaks() == []


# Who


def test_who_only_looks_moves_nothing(client):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(looker)
    order = OrderFactory(status=S.CONFIRMED)

    page = client.get(page_of(order))
    assert (page.status_code, page.context["steps"], page.context["note"]) == (200, [], None)
    assert move(client, order, S.PROCESSING).status_code == 403
    assert client.post(f"{LIST}{order.pk}/note/", {"note": "x"}).status_code == 403
    client.post(LIST, {"action": "start_packing", "_selected_action": [order.pk]})
    order.refresh_from_db()
    assert (order.status, steps(order)) == (S.CONFIRMED, ["placed", "confirmed"])


def test_who_may_not_look_sees_nothing(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(LIST).status_code == 403
    assert client.get(page_of(OrderFactory())).status_code == 403


# The first page


def test_the_first_page_has_the_orders_that_wait_longest(staff_client, client):
    young, old = (aged(OrderFactory(status=S.CONFIRMED), days=days) for days in (1, 2))
    OrderFactory(status=S.SHIPPED)

    page = staff_client.get("/admin/")

    assert page.context["cards"][0] | {"title": ""} == {
        "title": "", "count": 2, "address": f"{LIST}?status=hands", "color": "warn",
    }  # fmt: skip
    assert [row[0] for row in page.context["waiting_orders"]] == [old, young]
    client.force_login(UserFactory(is_staff=True))
    assert "waiting_orders" not in client.get("/admin/").context


def test_the_palette_finds_an_order_by_its_number(staff_client):
    order = OrderFactory()

    page = staff_client.get("/admin/search/", {"extended": 1, "s": order.order_number[-6:]}).content.decode()

    assert page_of(order) in page
