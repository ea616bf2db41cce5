"""What several modules share: a Dask cluster, carriers, and a look at what a refused order left behind.

Starting a Dask cluster takes seconds, and one that idles is not idle: it lives as long as a module.
"""

from contextlib import ExitStack

import pytest
from django.db import connection

from dbProject.outbox.models import OutboxEvent
from orders.carriers import asking
from orders.models import Coupon, Order
from orders.tests import dask_programs
from orders.tests.carrier_servers import FLAT, CarrierServer
from products.models import Product, StockMovement


@pytest.fixture(scope="module")
def dask_programs_running(tmp_path_factory):
    with dask_programs.running(tmp_path_factory.mktemp("dask")) as programs:
        yield programs


@pytest.fixture
def dask_cluster(dask_programs_running, settings):
    """Let the shop compute on a scheduler and two workers that were started apart."""
    settings.DASK_SCHEDULER_ADDRESS = dask_programs_running.address
    return dask_programs_running


@pytest.fixture
def analytics_folder(db, settings, tmp_path, dask_cluster):
    """Compute in a folder of its own, inside the one transaction of a test, however long that takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
    settings.ANALYTICS_DIR = tmp_path / "analytics"
    return settings.ANALYTICS_DIR


@pytest.fixture
def carrier(settings, monkeypatch):
    """Call it with a code to start a carrier and put it into the settings."""
    monkeypatch.setattr(asking, "FIRST_PAUSE_SECONDS", 0)
    settings.CARRIERS = {}
    with ExitStack() as stack:

        def start(code, answer=None, **terms):
            server = stack.enter_context(CarrierServer(answer))
            settings.CARRIERS[code] = {
                "url": server.url,
                "time_limit_seconds": 10,
                "flat_rate": FLAT,
            } | terms
            return server

        yield start


@pytest.fixture
def nothing_happens(django_capture_on_commit_callbacks):
    """Assert that a refusal changes nothing: no order, no unit, no use, no mail, and the cart as it was."""
    state = {}

    def look():
        return (
            Order.all_objects.count(),
            list(Product.all_objects.order_by("pk").values_list("stock_quantity", flat=True)),
            StockMovement.objects.count(),
            list(Coupon.objects.order_by("pk").values_list("uses", flat=True)),
            OutboxEvent.objects.count(),
            state["cart"].items.count(),
        )

    class Watch:
        def __call__(self, cart):
            state["cart"] = cart
            state["before"] = look()
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            assert look() == state["before"]

    return Watch()
