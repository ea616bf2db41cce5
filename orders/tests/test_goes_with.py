"""What stands beside a cart: what goes with all of it together, with a button; else what sells best."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.tests.factories import MethodFactory
from products.models import Product, Recommendation
from products.services import recommendations, stock
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def replace(django_capture_on_commit_callbacks):
    """Call it to put what is bought together in place of the old."""

    def replaced(ranked):
        with django_capture_on_commit_callbacks(execute=True):
            recommendations.replace(Recommendation.Kind.TOGETHER, ranked)

    return replaced


def put_in(client, *products):
    for product in products:
        client.post("/cart/add/", {"product_id": product.pk, "quantity": 1}, headers=OWN)


def beside(client):
    """Return the heading and the names beside the cart."""
    html = client.get("/cart/").content.decode()
    if 'class="goes-with"' not in html:
        return "", []
    part = html.split('class="goes-with"')[1].split("</section>")[0]
    heading = part.split("<h2", 1)[1].split(">", 1)[1].split("</h2>")[0]
    return heading, [
        name.split("</a>")[0].split(">")[-1] for name in part.split('<h3 class="card-name">')[1:]
    ]


def test_what_goes_with_several_things_of_a_cart_comes_first_and_nothing_that_is_in_it(client, replace):
    pot, lid, ladle, spoon, out = (ProductFactory(name=n) for n in ("Pot", "Lid", "Ladle", "Spoon", "Out"))
    stock.adjust(out, change=-out.stock_quantity, reason="Broken")
    replace(
        {
            pot.pk: [(out.pk, 9), (ladle.pk, 3), (lid.pk, 2), (spoon.pk, 2)],
            lid.pk: [(pot.pk, 9), (spoon.pk, 2)],
        }
    )

    assert beside(client) == ("", [])  # an empty cart
    put_in(client, pot, lid)

    assert beside(client) == ("Goes well with your cart", ["Spoon", "Ladle"])
    put_in(client, spoon)
    assert beside(client)[1] != ["Spoon", "Ladle"]


def test_a_variant_in_the_cart_stands_for_its_parent_and_a_parent_leads_to_its_choices(client, replace):
    shirt, hat, belt = (ProductFactory(name=name) for name in ("Shirt", "Hat", "Belt"))
    Product.objects.filter(pk=hat.pk).update(kind="parent", stock_quantity=0, is_available=True)
    red = ProductFactory(kind="variant", parent=shirt, category=shirt.category)
    Product.objects.filter(pk=shirt.pk).update(kind="parent", stock_quantity=0, is_available=True)
    replace({shirt.pk: [(hat.pk, 2), (belt.pk, 1)]})

    put_in(client, red)

    assert beside(client)[1] == ["Hat", "Belt"]
    part = client.get("/cart/").content.decode().split('class="goes-with"')[1]
    assert part.count('action="/cart/add/"') == 1
    assert f'name="product_id" value="{belt.pk}"' in part
    assert 'Choose<span class="hidden">: Hat</span>' in part


def test_without_enough_orders_stands_there_what_sells_best_and_says_so(client):
    pot, _slow, quick = (ProductFactory(name=name) for name in ("Pot", "Slow", "Quick"))
    Product.objects.filter(pk=quick.pk).update(units_sold=7)

    put_in(client, pot)

    assert beside(client) == ("Often bought these days", ["Quick", "Slow"])


def test_the_row_is_asked_for_once_for_all_with_the_same_things_and_forgotten_with_the_old_ones(
    client, replace
):
    MethodFactory()
    pot, lid, ladle, spoon = (ProductFactory(name=name) for name in ("Pot", "Lid", "Ladle", "Spoon"))
    replace({pot.pk: [(lid.pk, 2), (ladle.pk, 1)]})
    put_in(client, pot)
    client.get("/cart/")

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert beside(client)[0] == "Goes well with your cart"
        return len(asked)

    warm = queries()
    replace({pot.pk: [(spoon.pk, 2), (ladle.pk, 1)]})
    client.get("/products/")  # what pages share is remembered again
    assert queries() == warm + 3
    assert queries() == warm
    assert beside(client)[1] == ["Spoon", "Ladle"]


def test_a_button_beside_the_cart_puts_it_in(client, replace):
    pot, lid, ladle = (ProductFactory(name=name) for name in ("Pot", "Lid", "Ladle"))
    replace({pot.pk: [(lid.pk, 2), (ladle.pk, 1)]})
    put_in(client, pot)

    answer = client.post(
        "/cart/add/", {"product_id": lid.pk, "quantity": 1}, headers=OWN, follow=True
    ).content.decode()

    assert "Lid is in your cart." in answer
    assert answer.split('class="goes-with"')[0].count('class="line"') == 2
