"""Which database the catalog is read from; tests/faults/test_replica.py asks a real copy."""

import pytest
from django.db import connection
from django.db.utils import OperationalError

from dbProject import caching, replica
from orders.models import Order
from products.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(monkeypatch):
    monkeypatch.setattr(replica, "connections", {replica.REPLICA: connection})


def test_only_the_catalog_is_read_from_the_replica_and_nothing_is_written_to_it(copy):
    router = replica.Router()

    assert router.db_for_read(Product) == "default"
    with replica.passed_by():
        replica.use()
        assert router.db_for_read(Product) == "replica"
        assert router.db_for_read(Order) == "default"
        assert router.db_for_write(Product) == "default"
    assert router.db_for_read(Product) == "default"


def test_what_is_kept_is_read_from_the_primary(copy):
    def build():
        replica.use()  # as a page does that is kept as a whole
        return replica.alias()

    with replica.passed_by():
        replica.use()
        assert caching.remember("catalog", "where", build, seconds=5) == "default"
        assert replica.alias() == "replica"


def test_a_replica_that_is_away_is_passed_by_and_left_alone(monkeypatch):
    class Away:
        asked = 0

        def cursor(self):
            Away.asked += 1
            raise OperationalError("refused")

    monkeypatch.setattr(replica, "connections", {replica.REPLICA: Away()})

    with replica.passed_by():
        for _ in range(3):
            replica.use()
            assert replica.alias() == "default"
    assert Away.asked == 1
