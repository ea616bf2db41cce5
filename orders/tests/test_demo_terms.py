"""How the demo store delivers, and what it takes off."""

from decimal import Decimal

import pytest
from django.utils import timezone

from orders.errors import CouponRefused
from orders.models import Coupon, Promotion, ShippingBand, ShippingMethod, ShippingZone
from orders.selectors import delivery, offers
from orders.services import demo
from products.tests.factories import CategoryFactory
from users import countries

pytestmark = pytest.mark.django_db
TABLES = (ShippingZone, ShippingMethod, ShippingBand, Promotion, Coupon)


def seeded():
    demo.add_delivery()
    demo.add_offers()
    return [model.objects.count() for model in TABLES]


def test_seeding_the_terms_again_adds_nothing_and_keeps_what_staff_changed():
    once = seeded()
    ShippingMethod.objects.update(free_from=1)
    Coupon.objects.update(is_active=False)

    assert seeded() == once
    assert not ShippingMethod.objects.exclude(free_from=1).exists()
    assert not Coupon.objects.filter(is_active=True).exists()


@pytest.mark.parametrize("weight_grams", [0, 1_999, 2_000, 4_999, 5_000, 31_499, 31_500, 400_000])
def test_anything_goes_to_every_country_that_an_address_can_be_in(weight_grams):
    seeded()
    methods = delivery.methods()

    for country in countries.NAMES:
        there = [method for method in methods if country in method.countries]
        assert delivery.options(there, weight_grams=weight_grams, value=Decimal(10)), country


def test_a_small_parcel_in_germany_is_free_from_60_on():
    seeded()
    german = [method for method in delivery.methods() if method.zone == "Germany"]

    just_below, free = (
        delivery.options(german, weight_grams=800, value=Decimal(value))[0].price for value in ("59.99", "60")
    )

    assert (just_below, free) == (Decimal("4.90"), Decimal("0.00"))


def test_its_offers_are_on_in_both_languages_and_one_is_over():
    desk = CategoryFactory(slug="desk")
    seeded()
    now = timezone.now()

    welcome = offers.by_code("welcome10", now=now)
    with pytest.raises(CouponRefused):
        offers.by_code("THANKS5", now=now)

    on = offers.applicable(now, welcome)
    assert [offer.kind for offer in on] == ["buy_x_get_y", "percent", "tiers"]
    assert on[-1].categories == {desk.pk}
    assert all(offer.localized_name("de") != offer.name for offer in Promotion.objects.all())
