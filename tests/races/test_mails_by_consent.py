"""Several tasks that look at the same moment for whom to write to: everybody is told once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from dbProject.outbox.models import OutboxEvent
from orders.models import Cart
from orders.services import cart as carts
from orders.services import cart_reminders
from products.models import Product
from products.services import wish_mails, wishlists
from products.tests.factories import ProductFactory
from tests.races.crowd import crowd
from users.models import MailConsent
from users.services import consents
from users.tests.factories import UserFactory

pytestmark = pytest.mark.race
RIVALS = 4


def test_a_drop_and_a_return_are_told_once_however_many_look_at_once(rounds):
    mug, bowl = ProductFactory(price=Decimal(40)), ProductFactory(stock_quantity=0)
    for user in UserFactory.create_batch(3):
        for kind in MailConsent.Kind:
            consents.decide(user.pk, kind=kind, is_given=True, source="test")
        for wish in (mug, bowl):
            wishlists.save(user, product_id=wish.pk)

    def look_like(*, price, is_available):
        """Let the catalog say so, as the services of prices and stock do, without their ledgers."""
        Product.objects.filter(pk=mug.pk).update(price_low=Decimal(price))
        Product.objects.filter(pk=bowl.pk).update(is_available=is_available)

    with crowd(RIVALS) as people:
        for number in rounds(5):
            OutboxEvent.objects.all().delete()
            look_like(price=40, is_available=False)
            wish_mails.tell_all()
            assert not OutboxEvent.objects.exists(), number
            look_like(price=30, is_available=True)

            answers = people.at_once(*[wish_mails.tell_all] * RIVALS, within=0.01)

            assert [answer for answer in answers if isinstance(answer, Exception)] == []
            assert sorted(OutboxEvent.objects.values_list("task", flat=True)) == [
                *["products.tasks.send_back_in_stock_email"] * 3,
                *["products.tasks.send_price_drop_email"] * 3,
            ]
    look_like(price=40, is_available=False)


def test_a_cart_is_told_of_once_however_many_look_at_once(rounds):
    mug = ProductFactory(stock_quantity=99)
    for user in UserFactory.create_batch(3):
        consents.decide(user.pk, kind=MailConsent.Kind.ABANDONED_CART, is_given=True, source="test")
        carts.add(carts.open_for(user), product_id=mug.pk, quantity=1)
    Cart.objects.update(updated_at=timezone.now() - timedelta(hours=25))

    with crowd(RIVALS) as people:
        for _ in rounds(5):
            OutboxEvent.objects.all().delete()
            Cart.objects.update(reminded_at=None)

            people.at_once(*[cart_reminders.remind_due] * RIVALS, within=0.01)

            told = OutboxEvent.objects.values_list("payload__cart_id", flat=True)
            assert sorted(told) == sorted(Cart.objects.values_list("pk", flat=True))
