"""The offers and coupons of staff: typed in plain fields, refused where they were typed, kept once used."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orders.errors import OfferInUse, UsesExceeded
from orders.models import Coupon, Promotion
from orders.selectors import offers as selectors
from orders.services import cart as carts
from orders.services import checkout, coupons, offers, reconciliation
from orders.tests.factories import ADDRESS, CartFactory, CouponFactory, OrderFactory, PromotionFactory
from products.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/promotion/"
COUPONS = "/admin/orders/coupon/"


def typed(coupon_rows=(), **changes):
    """What the form of an offer sends, with ``changes``."""
    data = {
        "name": "Spring", "name_de": "Frühling", "kind": "percent", "value": "10", "minimum": "0",
        "buy": "0", "get": "0", "tiers": "", "priority": "0", "is_active": "on",
        "coupons-TOTAL_FORMS": len(coupon_rows),
        "coupons-INITIAL_FORMS": sum("id" in row for row in coupon_rows),
    }  # fmt: skip
    for number, row in enumerate(coupon_rows):
        data |= {f"coupons-{number}-{name}": value for name, value in row.items()}
    return data | changes


def add(client, *coupon_rows, **changes):
    return client.post(f"{LIST}add/", typed(coupon_rows, **changes))


def errors(answer):
    return answer.context["adminform"].form.errors


def used(coupon):
    """An order with this coupon."""
    cart = CartFactory()
    carts.add(cart, product_id=ProductFactory(price=50).pk, quantity=1)
    coupons.put_in_cart(cart, code=coupon.code)
    return checkout.place_order(
        cart=cart, idempotency_key="k", email="ada@example.com", shipping_address=ADDRESS
    )


def shown(client, address=LIST, **query):
    return {str(row): row.state for row in client.get(address, query).context["cl"].result_list}


# Typing


def test_an_offer_with_its_coupon_is_typed_in_one_form_and_counts_at_once(staff_client):
    desk = CategoryFactory(name="Desk")

    add(
        staff_client, {"code": " spring 26 ", "most_uses": "5", "is_active": "on"},
        needs_coupon="on", categories=[desk.pk], minimum="30",
    )  # fmt: skip

    offer = Promotion.objects.get()
    assert (offer.name, offer.localized_name("de"), offer.value) == ("Spring", "Frühling", 10)
    assert list(offer.categories.all()) == [desk]
    assert selectors.by_code("spring26", now=timezone.now()).promotion == offer


def test_steps_are_typed_as_lines_and_come_back_as_lines(staff_client):
    add(staff_client, kind="tiers", tiers="160: 10 %\n\n79,90:5", value="7", buy="3")

    offer = Promotion.objects.get()
    assert offer.tiers == [["79.90", "5"], ["160", "10"]]
    assert (offer.value, offer.buy) == (0, 0)  # what belongs to other kinds is not kept
    page = staff_client.get(f"{LIST}{offer.pk}/change/").content.decode()
    assert "79.90: 5\n160: 10</textarea>" in page
    (applied,) = selectors.applicable(timezone.now(), None)
    assert applied.tiers == ((Decimal("79.90"), Decimal(5)), (Decimal(160), Decimal(10)))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("value", {"value": "0"}),
        ("value", {"value": "101"}),
        ("value", {"kind": "amount", "value": "-1"}),
        ("buy", {"kind": "buy_x_get_y", "buy": "0", "get": "1"}),
        ("get", {"kind": "buy_x_get_y", "buy": "2", "get": "0"}),
        ("tiers", {"kind": "tiers", "tiers": ""}),
        ("tiers", {"kind": "tiers", "tiers": "a hundred: 5"}),
        ("tiers", {"kind": "tiers", "tiers": "100"}),
        ("tiers", {"kind": "tiers", "tiers": "100: 0"}),
        ("tiers", {"kind": "tiers", "tiers": "100: 5\n100.00: 7"}),
        ("tiers", {"kind": "tiers", "tiers": "NaN: 5"}),
        ("minimum", {"minimum": "-1"}),
        (
            "ends_at",
            {
                "starts_at_0": "2026-05-02",
                "starts_at_1": "8:00",
                "ends_at_0": "2026-05-02",
                "ends_at_1": "8:00",
            },
        ),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_stored(staff_client, field, changes):
    answer = add(staff_client, **changes)

    assert list(errors(answer)) == [field]
    assert "Constraint" not in answer.content.decode()
    assert not Promotion.objects.exists()


def test_a_code_without_a_letter_or_digit_is_refused_in_its_row(staff_client):
    answer = add(staff_client, {"code": "!!", "is_active": "on"}, needs_coupon="on")

    assert "A code has letters from A to Z or digits." in answer.content.decode()
    assert not Promotion.objects.exists()


def test_a_name_in_another_language_can_be_taken_back(staff_client):
    offer = PromotionFactory(translations={"de": {"name": "Alt"}})

    staff_client.post(f"{LIST}{offer.pk}/change/", typed(name_de="", needs_coupon="on"))

    offer.refresh_from_db()
    assert offer.localized_name("de") == "Spring"


# The books


def test_uses_that_come_while_staff_type_are_kept(staff_client):
    coupon = CouponFactory(most_uses=5)
    stale = Coupon.objects.get(pk=coupon.pk)
    used(coupon)

    stale.most_uses_per_customer = 2
    offers.save_coupon(stale)

    coupon.refresh_from_db()
    assert (coupon.uses, coupon.most_uses_per_customer) == (1, 2)
    assert reconciliation.breaks() == []


def test_a_coupon_cannot_be_limited_to_less_than_it_was_used(staff_client):
    coupon = CouponFactory(most_uses=5)
    stale = Coupon.objects.get(pk=coupon.pk)
    used(coupon)

    answer = staff_client.post(
        f"{COUPONS}{coupon.pk}/change/",
        {"code": coupon.code, "promotion": coupon.promotion_id, "most_uses": "0", "is_active": "on"},
    )

    assert errors(answer) == {"most_uses": ["It has been used more often already: 1."]}
    stale.most_uses = 0  # typed before, sent after the use
    with pytest.raises(UsesExceeded):
        offers.save_coupon(stale)


def test_what_orders_have_used_is_kept_and_the_reason_said(staff_client):
    coupon = CouponFactory()
    order = used(coupon)
    unused = CouponFactory()

    answer = staff_client.post(f"{LIST}{coupon.promotion_id}/delete/", {"post": "yes"}, follow=True)
    many = staff_client.post(
        COUPONS,
        {"action": "delete_selected", "_selected_action": [coupon.pk, unused.pk], "post": "yes"},
        follow=True,
    )

    for page in (answer, many):
        assert "Switch it off instead" in page.content.decode()
    assert Coupon.objects.count() == 2
    assert order.discounts.get().promotion_id == coupon.promotion_id
    with pytest.raises(OfferInUse):
        offers.delete_coupon(coupon)


def test_an_offer_that_nobody_used_goes_with_its_coupons(staff_client):
    coupon = CouponFactory()

    staff_client.post(f"{LIST}{coupon.promotion_id}/delete/", {"post": "yes"})

    assert not Promotion.objects.exists()
    assert not Coupon.objects.exists()


# The lists


def test_the_lists_say_what_counts_just_now_and_why_not(staff_client):
    now, day = timezone.now(), timedelta(days=1)
    offers_ = {
        "running": {"needs_coupon": False},
        "planned": {"starts_at": now + day},
        "over": {"ends_at": now - day},
        "off": {"is_active": False, "ends_at": now - day},
        "no_code": {},
        "used_up": {},
    }
    for state, fields in offers_.items():
        offer = PromotionFactory(name=state, **fields)
        if state != "no_code":
            CouponFactory(
                promotion=offer,
                code=f"{state.upper().replace('_', '-')}",
                most_uses=0 if state == "used_up" else None,
            )
    CouponFactory(promotion=Promotion.objects.get(name="running"), code="OFF-ALONE", is_active=False)

    assert shown(staff_client) == {state: state for state in offers_}
    assert shown(staff_client, state="over") == {"over": "over"}
    assert shown(staff_client, COUPONS) == {
        "RUNNING": "running", "PLANNED": "planned", "OVER": "over", "OFF": "off", "USED-UP": "used_up",
        "OFF-ALONE": "off",
    }  # fmt: skip
    assert shown(staff_client, COUPONS, state="used_up") == {"USED-UP": "used_up"}


def test_an_offer_of_which_all_coupons_are_switched_off_is_off(staff_client):
    CouponFactory(is_active=False, promotion__name="Silent")

    assert shown(staff_client) == {"Silent": "off"}


def test_the_list_says_what_is_taken_off_by_which_code_and_how_often_it_was(staff_client):
    coupon = CouponFactory(code="TEN", most_uses=20, promotion__minimum=30)
    coupon.promotion.categories.add(CategoryFactory(name="Desk"))
    used_one = CouponFactory(code="FIVE", promotion__kind="amount", promotion__value=5)
    used(used_one)
    CouponFactory.create_batch(2, promotion=PromotionFactory(kind="buy_x_get_y", buy=2, get=1))
    PromotionFactory(kind="tiers", tiers=[[80, 5], ["160", "10"]], needs_coupon=False)

    page = staff_client.get(LIST).content.decode()

    for said in (
        "10\xa0% off, from 30.00\xa0€ on · Desk", "TEN", "0 of 20", "5.00\xa0€ off", "Buy 2, get 1 free",
        "2 codes", "5\xa0% from 80.00\xa0€ on, 10\xa0% from 160.00\xa0€ on", "automatic",
    ):  # fmt: skip
        assert said in page


@pytest.mark.parametrize("address", [LIST, COUPONS])
def test_a_list_costs_the_same_number_of_queries_for_any_number_of_rows(staff_client, address):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            staff_client.get(address)
        return len(caught)

    for coupon in CouponFactory.create_batch(2):
        coupon.promotion.categories.add(CategoryFactory())
    staff_client.get(address)
    few = queries()
    for coupon in CouponFactory.create_batch(10):
        coupon.promotion.categories.add(CategoryFactory())

    assert queries() == few <= 8


def test_a_coupon_s_page_names_the_orders_that_used_it(staff_client, django_assert_max_num_queries):
    coupon = CouponFactory()
    order = used(coupon)

    with django_assert_max_num_queries(14):
        page = staff_client.get(f"{COUPONS}{coupon.pk}/change/").content.decode()

    assert order.order_number in page
    assert "ada@example.com" in page
    assert reverse("admin:orders_order_change", args=[order.pk]) in page


def test_an_offer_is_found_by_its_code(staff_client):
    CouponFactory(code="HIDDEN-7", promotion__name="Somewhere")
    OrderFactory()

    assert list(shown(staff_client, q="hidden")) == ["Somewhere"]
