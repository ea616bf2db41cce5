"""Reminders of carts: to who wants them, once for each cart, and never of what was bought or cannot be."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone, translation

from dbProject.outbox.models import OutboxEvent
from dbProject.outbox.tests.working import work_off
from orders.models import Cart, CartItem, Order
from orders.services import cart as carts
from orders.services import cart_reminders, checkout
from orders.tests.factories import ADDRESS, MethodFactory, OrderFactory
from products.models import Product, Recommendation
from products.services import catalog, pictures, recommendations
from products.tests.factories import AttributeFactory, ProductFactory
from products.tests.pictures import picture
from users.models import MailConsent
from users.services import consents
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
KIND = MailConsent.Kind.ABANDONED_CART
TASK = "orders.tasks.send_cart_reminder_email"


def somebody_with(*products, wants=True, language="en"):
    user = UserFactory()
    if wants:
        with translation.override(language):
            consents.decide(user.pk, kind=KIND, is_given=True, source="test")
    fill(user, *products)
    return user


def fill(user, *products):
    for product in products:
        carts.add(carts.open_for(user), product_id=product.pk, quantity=2)


def hours_pass(hours):
    """Let so many hours pass for every cart and order."""
    for order in Order.objects.all():
        Order.objects.filter(pk=order.pk).update(created_at=order.created_at - timedelta(hours=hours))
    for cart in Cart.objects.all():
        earlier = {"updated_at": cart.updated_at - timedelta(hours=hours)}
        if cart.reminded_at:
            earlier["reminded_at"] = cart.reminded_at - timedelta(hours=hours)
        Cart.objects.filter(pk=cart.pk).update(**earlier)
    for item in CartItem.objects.all():
        CartItem.objects.filter(pk=item.pk).update(created_at=item.created_at - timedelta(hours=hours))


def sent():
    mail.outbox.clear()
    for _ in range(2):
        cart_reminders.remind_due()
    work_off(TASK)
    return list(mail.outbox)


def test_a_cart_that_was_left_for_a_day_is_told_of_once_until_it_is_another(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    mug, lamp = (ProductFactory(name=name, price=Decimal(40)) for name in ("Mug", "Lamp"))
    pictures.add(mug, picture())
    user = somebody_with(mug)
    hours_pass(23)
    assert sent() == []

    hours_pass(2)
    (letter,) = sent()

    assert letter.to == [user.email]
    html = letter.alternatives[0].content
    for text in (letter.body, html):
        assert "Mug" in text
        assert "80.00" in text
        assert f"{settings.SITE_URL}/cart/" in text
    assert f'src="{settings.SITE_URL}/media/' in html
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    fill(user, lamp)
    hours_pass(25)
    assert sent() == []  # the same cart, with something more in it
    for item in CartItem.objects.filter(product=mug):
        carts.remove(item.cart, item_id=item.pk)
    CartItem.objects.update(created_at=timezone.now() + timedelta(hours=1))
    hours_pass(25)
    assert len(sent()) == 1  # nothing in it was told of


def test_nobody_is_told_of_what_they_have_ordered():
    MethodFactory()
    mug = ProductFactory()
    before, between = somebody_with(mug), somebody_with(mug)
    for user, when in ((before, "before"), (between, "between")):
        hours_pass(25 if when == "between" else 0)
        if when == "between":
            assert cart_reminders.remind_due() == 1
        checkout.place_order(user=user, idempotency_key=when, shipping_address=ADDRESS, email=user.email)
    OrderFactory(user=somebody_with(mug))  # by a program, which leaves the cart as it is
    hours_pass(25)

    assert sent() == []
    fill(before, mug)
    hours_pass(25)
    assert [letter.to for letter in sent()] == [[before.email]]


def test_who_has_not_asked_or_asks_no_longer_or_came_back_is_told_nothing():
    mug = ProductFactory()
    somebody_with(mug, wants=False)
    guest = carts.open_for_guest("guest")
    carts.add(guest, product_id=mug.pk, quantity=1)
    doubtful, back = somebody_with(mug), somebody_with(mug)
    hours_pass(25)
    assert cart_reminders.remind_due() == 2

    consents.decide(doubtful.pk, kind=KIND, is_given=False, source="test")
    fill(back, ProductFactory())

    assert sent() == []
    assert not OutboxEvent.objects.filter(task=TASK, finished_at=None).exists()


def test_a_cart_with_only_what_cannot_be_had_is_left_alone_and_such_lines_are_left_out():
    AttributeFactory(slug="color")
    parent = ProductFactory(stock_quantity=0)
    variant = catalog.add_variant(
        parent, sku="V", options={"color": "red"}, price=Decimal(5), stock_quantity=9
    )
    sold_out, off_sale, mug = ProductFactory(), ProductFactory(), ProductFactory(name="Mug")
    somebody_with(sold_out, off_sale, variant)
    mixed = somebody_with(sold_out, off_sale, mug)
    Product.objects.filter(pk=sold_out.pk).update(stock_quantity=0, is_available=False)
    Product.objects.filter(pk=mug.pk).update(stock_quantity=1)
    Product.objects.filter(pk__in=[off_sale.pk, parent.pk]).update(is_active=False)
    hours_pass(25)

    (letter,) = sent()

    assert letter.to == [mixed.email]
    assert letter.body.count("/products/") == 1
    assert "Only 1 left." in letter.body


def test_what_was_left_long_ago_is_history_and_a_mail_speaks_the_language_of_its_wish():
    mug = ProductFactory(name="Becher")
    somebody_with(mug)
    hours_pass(24 * 8)
    somebody_with(mug, language="de")
    hours_pass(25)

    (letter,) = sent()

    assert "Ihr Warenkorb" in letter.subject


def test_what_is_killed_before_its_end_has_noted_nothing(monkeypatch):
    somebody_with(ProductFactory())
    hours_pass(25)

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr("dbProject.outbox.services.record_each", die)
        with pytest.raises(SystemExit):
            cart_reminders.remind_due()

    assert len(sent()) == 1


@pytest.mark.parametrize("count", [1, 12])
def test_reminding_many_costs_as_much_as_reminding_one(count, django_assert_num_queries):
    mug = ProductFactory(stock_quantity=99)
    for _ in range(count):
        somebody_with(mug)
    hours_pass(25)
    savepoint = 2

    with django_assert_num_queries(4 + savepoint):
        assert cart_reminders.remind_due() == count


def test_a_reminder_names_three_things_at_most_that_go_with_the_cart_in_both_of_its_forms():
    MethodFactory()
    pot, *others = (ProductFactory(name=name) for name in ("Pot", "Lid", "Ladle", "Spoon", "Bowl"))
    catalog.update_product(others[2], changes={"is_active": False})
    recommendations.replace(Recommendation.Kind.TOGETHER, {pot.pk: [(one.pk, 1 / one.pk) for one in others]})
    somebody_with(pot)
    hours_pass(25)

    (letter,) = sent()

    for text in (letter.body, letter.alternatives[0][0]):
        assert text.index("Goes well with it") < text.index("Lid") < text.index("Ladle") < text.index("Bowl")
        assert "Spoon" not in text
        assert f"https://testserver{others[0].get_absolute_url()}" in text or others[0].slug in text


def test_a_reminder_does_not_advertise_what_nobody_has_bought_with_it():
    MethodFactory()
    ProductFactory.create_batch(3)
    somebody_with(ProductFactory())
    hours_pass(25)

    (letter,) = sent()

    assert "Goes well with it" not in letter.body
