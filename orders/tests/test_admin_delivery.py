"""Where to, how, for how much, under which tax: staff change it in plain fields, and it counts at once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import ShippingBand, ShippingMethod, ShippingZone, TaxRate
from orders.selectors import delivery, taxes
from orders.tests.factories import MethodFactory, OrderFactory, ZoneFactory

pytestmark = pytest.mark.django_db

ZONES, METHODS, RATES = (f"/admin/orders/{name}/" for name in ("shippingzone", "shippingmethod", "taxrate"))


def errors(answer):
    return answer.context["adminform"].form.errors


def method_typed(zone, *bands, **changes):
    """What the form of a method sends, with ``changes``."""
    data = {
        "name": "Parcel", "name_de": "Paket", "zone": zone.pk, "days_min": "2", "days_max": "4",
        "free_from": "", "carrier": "", "sort_order": "0", "is_active": "on",
        "bands-TOTAL_FORMS": len(bands), "bands-INITIAL_FORMS": sum("id" in band for band in bands),
    }  # fmt: skip
    for number, band in enumerate(bands):
        row = {"price": "4.90", "weight_from": "0", "value_from": "0"} | band
        data |= {f"bands-{number}-{name}": value for name, value in row.items()}
    return data | changes


def prices(weight_grams):
    return [
        option.price
        for option in delivery.options(delivery.methods(), weight_grams=weight_grams, value=Decimal(9))
    ]


# Zones


def test_a_zone_is_made_by_choosing_countries_by_name(staff_client):
    page = staff_client.get(f"{ZONES}add/").content.decode()
    staff_client.post(f"{ZONES}add/", {"name": "Alps", "countries": ["CH", "AT"]})

    assert "Switzerland" in page
    assert ShippingZone.objects.get().countries == ["AT", "CH"]
    listed = staff_client.get(ZONES).content.decode()
    assert "Austria, Switzerland" in listed


@pytest.mark.parametrize("countries", [[], ["XX"]])
def test_a_zone_without_a_country_or_with_none_there_is_refused_at_the_field(staff_client, countries):
    answer = staff_client.post(f"{ZONES}add/", {"name": "Nowhere", "countries": countries})

    assert list(errors(answer)) == ["countries"]
    assert not ShippingZone.objects.exists()


def test_a_country_that_is_no_longer_offered_stays_in_its_zone(staff_client):
    zone = ZoneFactory(countries=["DE", "ZZ"])

    page = staff_client.get(f"{ZONES}{zone.pk}/change/").content.decode()
    staff_client.post(
        f"{ZONES}{zone.pk}/change/", {"name": "All", "countries": ["DE", "ZZ"], **empty("methods")}
    )

    assert 'value="ZZ"' in page
    assert ShippingZone.objects.get().countries == ["DE", "ZZ"]


def empty(*prefixes):
    return {f"{prefix}-{name}_FORMS": 0 for prefix in prefixes for name in ("TOTAL", "INITIAL")}


def test_a_zone_goes_with_its_methods_and_orders_keep_how_they_were_delivered(staff_client):
    method = MethodFactory(name="Parcel")
    order = OrderFactory()

    staff_client.post(f"{ZONES}{method.zone_id}/delete/", {"post": "yes"})

    order.refresh_from_db()
    assert not ShippingMethod.objects.exists()
    assert (order.shipping_method, order.shipping_name) == (None, "Parcel")


# Methods


def test_a_method_with_its_prices_is_typed_in_one_form_and_counts_at_once(staff_client):
    zone = ZoneFactory()

    staff_client.post(
        f"{METHODS}add/",
        method_typed(
            zone, {"weight_below": "5000"}, {"price": "7.90", "weight_from": "5000"}, free_from="60"
        ),
    )

    method = ShippingMethod.objects.get()
    assert (method.localized_name("de"), method.free_from) == ("Paket", 60)
    assert (prices(4999), prices(5000)) == ([Decimal("4.90")], [Decimal("7.90")])


def test_prices_are_changed_and_taken_away_in_their_rows(staff_client):
    method = MethodFactory()
    kept = method.bands.get()
    gone = ShippingBand.objects.create(method=method, price=9, weight_from=10)
    rows = ({"id": kept.pk, "price": "5.50"}, {"id": gone.pk, "DELETE": "on"})

    staff_client.post(f"{METHODS}{method.pk}/change/", method_typed(method.zone, *rows))

    assert list(method.bands.values_list("price", flat=True)) == [Decimal("5.50")]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("days_max", {"days_min": "5"}),
        ("free_from", {"free_from": "-1"}),
        ("carrier", {"carrier": "pigeon"}),
        ("name", {"name": ""}),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(staff_client, field, changes):
    answer = staff_client.post(f"{METHODS}add/", method_typed(ZoneFactory(), **changes))

    assert list(errors(answer)) == [field]
    assert not ShippingMethod.objects.exists()


@pytest.mark.parametrize(
    ("field", "band"),
    [
        ("price", {"price": "-1"}),
        ("weight_below", {"weight_from": "100", "weight_below": "100"}),
        ("value_below", {"value_from": "50", "value_below": "20"}),
        ("value_from", {"value_from": "-5"}),
    ],
)
def test_a_price_that_can_never_count_is_refused_in_its_row(staff_client, field, band):
    answer = staff_client.post(f"{METHODS}add/", method_typed(ZoneFactory(), band))

    (formset,) = answer.context["inline_admin_formsets"]
    assert [list(row) for row in formset.formset.errors] == [[field]]
    assert not ShippingMethod.objects.exists()


def test_the_list_says_what_a_method_costs_and_where_a_price_is_missing(staff_client):
    method = MethodFactory(name="Parcel", free_from=60, days_min=2, days_max=3)
    ShippingBand.objects.create(method=method, price=Decimal("12.90"), weight_from=5000)
    ShippingMethod.objects.create(zone=method.zone, name="Forgotten")

    page = staff_client.get(METHODS).content.decode()

    for said in ("4.90\xa0€ \u2013 12.90\xa0€", "60.00\xa0€", "2 \u2013 3", "No price"):
        assert said in page


@pytest.mark.parametrize("address", [ZONES, METHODS, RATES])
def test_a_list_costs_the_same_number_of_queries_for_any_number_of_rows(staff_client, address):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            staff_client.get(address)
        return len(caught)

    def more(count):
        MethodFactory.create_batch(count)
        for _ in range(count):
            day = timezone.localdate() - timedelta(days=TaxRate.objects.count())
            TaxRate.objects.create(country="DE", tax_class="standard", rate="0.2", valid_from=day)

    more(2)
    staff_client.get(address)
    few = queries()
    more(10)

    assert queries() == few <= 8


# Tax


def terms(country):
    return taxes.terms(country=country, zip_code="", vat_number="", day=timezone.localdate())


def rate(country="DE", *, tax_class="standard"):
    return terms(country).rates[tax_class]


def rate_typed(**changes):
    data = {
        "country": "DE",
        "tax_class": "standard",
        "percent": "18.5",
        "valid_from": "2020-01-01",
        "valid_to": "",
    }
    return data | changes


def test_a_rate_takes_the_law_s_place_at_once_and_gives_it_back(
    staff_client, django_capture_on_commit_callbacks
):
    assert rate() == Decimal("0.19")

    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(f"{RATES}add/", rate_typed())

    own = TaxRate.objects.get()
    assert (own.rate, rate()) == (Decimal("0.185"), Decimal("0.185"))
    assert rate(tax_class="reduced") == Decimal("0.07")  # of other classes the law still holds
    assert 'value="18.5"' in staff_client.get(f"{RATES}{own.pk}/change/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(f"{RATES}{own.pk}/delete/", {"post": "yes"})
    assert rate() == Decimal("0.19")


def test_a_class_that_a_country_lacks_follows_the_shop_s_own_standard_rate(staff_client):
    staff_client.post(f"{RATES}add/", rate_typed(country="DK", percent="24"))

    assert rate("DK", tax_class="reduced") == Decimal("0.24")


def test_a_reduced_rate_alone_where_nothing_else_is_known_changes_nothing(staff_client):
    TaxRate.objects.create(country="US", tax_class="reduced", rate="0.05", valid_from="2020-01-01")

    assert "Export" in terms("US").note


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("percent", {"percent": "100"}),
        ("percent", {"percent": "-1"}),
        ("percent", {"percent": "18.555"}),
        ("country", {"country": "US"}),
        ("valid_to", {"valid_to": "2019-12-31"}),
    ],
)
def test_a_rate_that_cannot_be_is_refused_at_its_field(staff_client, field, changes):
    answer = staff_client.post(f"{RATES}add/", rate_typed(**changes))

    assert list(errors(answer)) == [field]
    assert not TaxRate.objects.exists()


def test_two_rates_from_the_same_day_are_refused(staff_client):
    staff_client.post(f"{RATES}add/", rate_typed())
    answer = staff_client.post(f"{RATES}add/", rate_typed(percent="17"))

    assert "already exists" in answer.content.decode()
    assert TaxRate.objects.count() == 1


def test_the_screen_shows_what_counts_today_and_what_of_it_is_the_shop_s_own(staff_client):
    today = timezone.localdate()
    for start, end, share in ((-9, None, "0.21"), (-20, -10, "0.2"), (5, None, "0.22")):
        TaxRate.objects.create(
            country="DE",
            tax_class="standard",
            rate=share,
            valid_from=today + timedelta(days=start),
            valid_to=end and today + timedelta(days=end),
        )

    answer = staff_client.get(RATES)

    rows = dict(answer.context["rows"])
    assert rows["Germany"] == [("21\xa0%", True), ("7\xa0%", False), ("7\xa0%", False)]
    assert rows["France"] == [("20\xa0%", False), ("10\xa0%", False), ("2.1\xa0%", False)]
    assert len(rows) == 27
    for word in ("In force", "Over", "Planned"):
        assert word in answer.content.decode()
