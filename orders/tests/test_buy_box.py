"""The form on a product's page that puts it into the cart."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from dbProject import caching
from orders.models import CartItem
from orders.tests.factories import MethodFactory, ZoneFactory
from products.services import catalog
from products.tests.factories import AttributeFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shirt():
    """A shirt in red, and in blue in M and L; the blue one in L is sold out."""
    AttributeFactory(slug="color")
    AttributeFactory(slug="size")
    shirt = ProductFactory(name="Shirt", stock_quantity=0)
    for sku, color, size, units in (
        ("RED-M", "red", "M", 3),
        ("BLUE-M", "blue", "M", 3),
        ("BLUE-L", "blue", "L", 0),
    ):
        catalog.add_variant(
            shirt,
            sku=sku,
            options={"color": color, "size": size},
            price=Decimal(20),
            stock_quantity=units,
        )
    return shirt


def add(client, product, **options):
    fields = {f"option_{slug}": value for slug, value in options.items()}
    return client.post("/cart/add/", {"product_id": product.pk, "quantity": 2} | fields, follow=True)


def shown(client, product):
    cache.clear()
    caching.memory.clear()
    return client.get(product.get_absolute_url()).content.decode()


def test_what_is_chosen_is_put_into_the_cart_without_scripts(client, shirt):
    add(client, shirt, color="blue", size="M")

    item = CartItem.objects.get()
    assert (item.product.sku, item.quantity) == ("BLUE-M", 2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Please choose which Shirt you want."),
        ({"color": "red"}, "Please choose which Shirt you want."),
        ({"color": "red", "size": "L"}, "Please choose which Shirt you want."),
        ({"color": "blue", "size": "L"}, "Sold out"),
        ({"color": "\x00"}, "Please choose which Shirt you want."),
    ],
)
def test_what_cannot_be_had_is_refused_in_words_on_the_product_s_page(client, shirt, options, said):
    response = add(client, shirt, **options)

    assert not CartItem.objects.exists()
    assert response.resolver_match.url_name == "product_detail"
    assert said in response.content.decode()


def test_every_option_is_a_radio_button_and_what_is_sold_out_can_still_be_looked_at(client, shirt):
    html = client.get(f"{shirt.get_absolute_url()}?variant=BLUE-L").content.decode()

    assert html.count('type="radio"') == 4
    assert html.count(" checked ") == 2
    assert html.count("(sold out)") == 3  # blue in L, of which there is no red
    assert "Tell me when it is back" in html
    assert "Add to cart" not in html


def test_the_day_of_arrival_is_said_for_the_shop_s_own_country(client, settings):
    settings.STORE_COUNTRY = "DE"
    product = ProductFactory()
    MethodFactory(zone=ZoneFactory(countries=["FR"]), days_min=9, days_max=9)
    assert "With you" not in shown(client, product)

    MethodFactory(zone=ZoneFactory(countries=["AT", "DE"]), free_from=Decimal(60))
    html = shown(client, product)
    assert html.count("With you") == 1
    assert "Free delivery from 60.00\xa0€" in html


@pytest.mark.parametrize("details", [{"stock_quantity": 0}, {"is_digital": True}])
def test_of_what_is_not_sent_no_arrival_is_said(client, details):
    MethodFactory(free_from=Decimal(60))

    html = shown(client, ProductFactory(**details))

    assert "With you" not in html
    assert "Free delivery" not in html
