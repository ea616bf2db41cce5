"""Two who look for wishes to tell of at the same moment: everybody is told once."""

from decimal import Decimal

from dbProject.outbox.models import OutboxEvent
from products.models import Product
from products.services import wish_mails, wishlists
from products.tests.factories import ProductFactory
from tests.races.crowd import crowd
from users.models import MailConsent
from users.services import consents
from users.tests.factories import UserFactory

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
