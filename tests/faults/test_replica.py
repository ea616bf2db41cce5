"""A copy of the database that lags behind: who reads it, who does not, and what pages do without it."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from orders.analytics import dataset
from orders.models import HistoricLine
from orders.tests.factories import MethodFactory
from products.models import Product
from products.tests.factories import ProductFactory
from tests.faults.standby import standby

pytestmark = pytest.mark.race


@pytest.fixture
def mug():
    MethodFactory()
    return ProductFactory(name="Old mug", slug="mug", stock_quantity=9)


def test_a_replica_that_lags_is_read_by_who_only_looks(mug, shop_with):
    with standby() as replica:
        # Past every service, so that nothing is forgotten: what is read tells where it was read.
        Product.objects.filter(pk=mug.pk).update(name="New mug")
        shop = shop_with(DATABASE_REPLICA_URL=replica.url, SHARED_PAGE_SECONDS="0")
        shop.start_web()
        _let_changes_grow_old()

        for path in ("/products/mug/", "/products/", f"/api/products/{mug.pk}/"):
            assert "Old mug" in shop.browser.get(path).text, path

        # Whoever has just written sees what is; the cart does in any case.
        shop.browser.post(
            "/cart/add/", data={"product_id": mug.pk}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert "New mug" in shop.browser.get("/products/mug/").text
        assert "New mug" in shop.browser.get("/cart/").text

        # What has just changed is read by everybody where it was changed.
        shop.browser.cookies.clear()
        assert "Old mug" in shop.browser.get("/products/mug/").text
        _change()
        assert "New mug" in shop.browser.get("/products/mug/").text

        _let_changes_grow_old()
        replica.catch_up()
        assert "New mug" in shop.browser.get("/products/mug/").text

        Product.objects.filter(pk=mug.pk).update(name="Newest mug")
        replica.stop()
        for _ in range(3):
            answer = shop.browser.get("/products/mug/")
            assert answer.status_code == 200
            assert "Newest mug" in answer.text


def test_orders_are_exported_from_the_replica_and_what_it_lacked_the_next_time(shop_with, tmp_path):
    _sell("1")
    with standby() as replica:
        _sell("2")
        folder = tmp_path / "analytics"
        shop = shop_with(DATABASE_REPLICA_URL=replica.url, ANALYTICS_DIR=str(folder))

        assert shop.start_command("export_orders").ended() == 0
        assert _exported(folder) == 1

        replica.catch_up()
        assert shop.start_command("export_orders").ended() == 0
        assert _exported(folder) == 2


def _sell(invoice):
    HistoricLine.objects.create(
        source="online_retail", invoice=invoice, fingerprint=invoice, code="22423", currency="GBP",
        quantity=1, unit_price="12.7500", placed_at=datetime(2026, 3, 14, 12, tzinfo=UTC),
    )  # fmt: skip


def _exported(folder):
    return sum(day["rows"] for day in dataset.load(folder).days["lines"].values())


def _change():
    """Retire what is remembered of the catalog, as every service does that changes it."""
    from dbProject import caching

    caching.forget("catalog")


def _let_changes_grow_old():
    """Have the last change of the catalog be long ago."""
    cache.set("generation:catalog", 1, timeout=None)
