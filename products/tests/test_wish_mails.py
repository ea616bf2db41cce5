"""Mails about what is cheaper or back: to who asked for them, once for each drop and each return."""

from decimal import Decimal

import pytest
from django.core import mail
from django.utils import translation

from dbProject.outbox.models import OutboxEvent
from dbProject.outbox.tests.working import work_off
from products.models import Product, WishlistItem
from products.services import pictures, prices, stock, wish_mails, wishlists
from products.services.prices import PriceRule
from products.tests.factories import ProductFactory
from products.tests.pictures import picture
from users.models import MailConsent
from users.services import consents
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
Kind = MailConsent.Kind


def somebody_who_wants(*kinds, language="en", **fields):
    user = UserFactory(**fields)
    with translation.override(language):
        for kind in kinds:
            consents.decide(user.pk, kind=kind, is_given=True, source="test")
    return user


def costs(product, price):
    """Let ``product`` cost so much from now on, as staff do it."""
    product.refresh_from_db()
    rule = PriceRule(target="price", amount=Decimal(price) - product.price)
    prices.change_prices([product.pk], rule, seen=prices.preview([product.pk], rule).seen)


def has(product, units):
    """Let the shelf hold so many units."""
    product.refresh_from_db()
    stock.adjust(product, change=units - product.stock_quantity, reason="Counted")


def sent():
    """Have everything told and sent, each twice; return the mails that went since the last time."""
    mail.outbox.clear()
    for _ in range(2):
        wish_mails.tell_all()
    tasks = ("products.tasks.send_price_drop_email", "products.tasks.send_back_in_stock_email")
    again = list(OutboxEvent.objects.filter(task__in=tasks, finished_at=None))
    work_off(*tasks)
    OutboxEvent.objects.filter(pk__in=[event.pk for event in again]).update(claimed_until=None)
    work_off(*tasks)
    return list(mail.outbox)


def test_a_drop_is_told_once_with_both_prices_the_picture_and_a_way_to_end_it(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = somebody_who_wants(Kind.PRICE_DROP)
    mug, lamp = (ProductFactory(name=name, price=Decimal(40)) for name in ("Mug", "Lamp"))
    pictures.add(mug, picture())
    for wish in (mug, lamp):
        wishlists.save(user, product_id=wish.pk)
    birthday = wishlists.create(user, name="Birthday")
    wishlists.save(user, product_id=mug.pk, wishlist_id=birthday.pk)
    assert sent() == []

    costs(mug, 30)
    (letter,) = sent()

    assert letter.to == [user.email]
    assert letter.subject == "Costs less now: Mug"
    html = letter.alternatives[0].content
    for text in (letter.body, html):
        assert "30.00" in text
        assert "40.00" in text
        assert f"/products/{mug.slug}/" in text
        assert "Lamp" not in text
    assert f'src="{settings.SITE_URL}/media/' in html
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent() == []


def test_a_drop_is_told_again_after_the_price_has_risen_and_small_ones_when_they_add_up():
    user = somebody_who_wants(Kind.PRICE_DROP)
    mug = ProductFactory(price=Decimal(100))
    wishlists.save(user, product_id=mug.pk)

    told = []
    for price in (96, 94, 110, 94, 90):
        costs(mug, price)
        told.append(len(sent()))

    assert told == [0, 1, 0, 1, 0]


def test_who_has_not_asked_or_asks_no_longer_is_told_nothing():
    silent, gone = UserFactory(), somebody_who_wants(Kind.PRICE_DROP, Kind.BACK_IN_STOCK, is_active=False)
    doubtful = somebody_who_wants(Kind.PRICE_DROP, Kind.BACK_IN_STOCK)
    mug, bowl = ProductFactory(price=Decimal(40)), ProductFactory(stock_quantity=0)
    for user in (silent, gone, doubtful):
        for wish in (mug, bowl):
            wishlists.save(user, product_id=wish.pk)
    costs(mug, 30)
    has(bowl, 3)
    wish_mails.tell_all()
    assert {event.payload["user_id"] for event in OutboxEvent.objects.filter(task__contains="products")} == {
        doubtful.pk
    }

    for kind in (Kind.PRICE_DROP, Kind.BACK_IN_STOCK):
        consents.decide(doubtful.pk, kind=kind, is_given=False, source="test")

    assert sent() == []
    consents.decide(doubtful.pk, kind=Kind.BACK_IN_STOCK, is_given=True, source="test")
    assert sent() == []  # a return of the past is no news


def test_what_is_no_longer_so_when_the_mail_is_sent_is_left_out():
    user = somebody_who_wants(Kind.PRICE_DROP, Kind.BACK_IN_STOCK)
    dear, unwanted, gone = (ProductFactory(price=Decimal(40)) for _ in range(3))
    lost = ProductFactory(stock_quantity=0)
    items = [wishlists.save(user, product_id=one.pk) for one in (dear, unwanted, gone, lost)]
    for product in (dear, unwanted, gone):
        costs(product, 20)
    has(lost, 1)
    wish_mails.tell_all()
    assert OutboxEvent.objects.filter(task__contains="products.tasks.send").count() == 2

    costs(dear, 40)
    wishlists.remove(user, item_id=items[1].pk)
    Product.objects.filter(pk=gone.pk).update(is_active=False)
    has(lost, 0)

    assert sent() == []


def test_a_return_is_told_once_and_the_next_one_again():
    user = somebody_who_wants(Kind.BACK_IN_STOCK, language="de")
    mug = ProductFactory(name="Mug", stock_quantity=2)
    wishlists.save(user, product_id=mug.pk)
    told = []

    for units in (0, 5, 4, 0, 1):
        has(mug, units)
        told += [len(sent())]

    assert told == [0, 1, 0, 0, 1]
    assert mail.outbox[0].subject == "Wieder da: Mug"


def test_from_the_page_of_what_is_sold_out_somebody_asks_to_be_told_when_it_is_back(client):
    user, mug = UserFactory(), ProductFactory(slug="mug", stock_quantity=0)
    address = f"/account/wishlists/wait/{mug.pk}/"
    assert f'href="{address}"' in client.get("/products/mug/").content.decode()
    assert client.get(address).url == f"/accounts/login/?next={address}"

    client.force_login(user)
    assert "write to you once when it is back" in client.get(address).content.decode()
    for _ in range(2):
        page = client.post(address, follow=True).content.decode()
    assert "We write to you when it is back." in page
    has(mug, 1)

    (letter,) = sent()
    assert letter.to == [user.email]
    assert user.mail_consents.get().source == "wishlist_wait"
    assert WishlistItem.objects.count() == 1


def test_which_mails_come_is_chosen_on_the_page_of_the_lists(client):
    user = UserFactory()
    client.force_login(user)

    for posted in ({"price_drop": "on"}, {"price_drop": "on"}, {"back_in_stock": "on"}):
        assert client.post("/account/wishlists/mails/", posted).url == "/account/wishlists/"

    said = user.mail_consents.order_by("pk").values_list("kind", "is_given")
    assert list(said) == [("price_drop", True), ("price_drop", False), ("back_in_stock", True)]


def test_what_is_killed_before_its_end_has_noted_nothing(monkeypatch):
    user = somebody_who_wants(Kind.PRICE_DROP)
    mug = ProductFactory(price=Decimal(40))
    wishlists.save(user, product_id=mug.pk)
    costs(mug, 30)

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr("dbProject.outbox.services.record_each", die)
        with pytest.raises(SystemExit):
            wish_mails.tell_price_drops()

    assert len(sent()) == 1


@pytest.mark.parametrize("count", [1, 12])
def test_telling_many_costs_as_much_as_telling_one(count, django_assert_num_queries):
    mug, bowl = ProductFactory(price=Decimal(40)), ProductFactory(stock_quantity=0)
    for _ in range(count):
        user = somebody_who_wants(Kind.PRICE_DROP, Kind.BACK_IN_STOCK)
        for wish in (mug, bowl):
            wishlists.save(user, product_id=wish.pk)
    costs(mug, 30)
    has(bowl, 3)
    savepoint = 2

    with django_assert_num_queries(5 + savepoint):
        assert wish_mails.tell_returns() == count
    with django_assert_num_queries(4 + savepoint):
        assert wish_mails.tell_price_drops() == count
