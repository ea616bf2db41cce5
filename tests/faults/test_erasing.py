"""Somebody is being erased when the process dies: they are there whole, and the next call erases them."""

from io import StringIO

import pytest
from django.core.management import call_command

from orders.models import Order
from tests import traces
from tests.faults.processes import wait_until
from tests.traces import EMAIL, traces_left

pytestmark = pytest.mark.race


def test_erasing_that_is_killed_erases_nothing_and_goes_on_the_next_time(shop, client):
    traces.theodora(client)
    before = traces_left()

    shop.stop_at("before keep")  # every order is cancelled, no document drawn
    eraser = shop.start_command("erase", EMAIL, "--yes")
    shop.kill_at("before keep")
    eraser.kill()
    assert set(before) <= set(traces_left())
    assert not Order.objects.filter(status=Order.Status.CONFIRMED).exists()

    shop.stop_at("before forget")  # everything is erased, and not committed
    settled = traces_left()
    eraser = shop.start_command("erase", EMAIL, "--yes")
    shop.kill_at("before forget")
    eraser.kill()
    wait_until(lambda: not shop.is_connected(), "Postgres holds on to the locks of who is dead")
    assert traces_left() == settled

    told = StringIO()
    call_command("erase", EMAIL, stdout=told)
    assert told.getvalue() == "account=erased rows_of_guests=0\n"
    assert traces_left() == []
