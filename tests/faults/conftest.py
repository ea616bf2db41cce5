"""Processes to kill, a mail server that counts, and books that agree after everything."""

import pytest

from dbProject.outbox.models import OutboxEvent
from orders.services import reconciliation
from tests.faults.patience import QUICK
from tests.faults.postbox import Postbox
from tests.faults.processes import Shop, wait_until
from tests.trials import ROUNDS


@pytest.fixture(autouse=True)
def _books_agree(transactional_db):
    yield
    assert reconciliation.breaks() == []


@pytest.fixture(autouse=True)
def _quick(settings):
    for name, value in ({} if ROUNDS else QUICK).items():
        setattr(settings, name, value)


@pytest.fixture
def postbox():
    with Postbox() as postbox:
        yield postbox


@pytest.fixture
def shop_with(_books_agree, tmp_path):
    """``shop_with(EMAIL_URL=...)``: the processes of the shop, none of which runs yet."""
    shops = []

    def make(**environment):
        shops.append(Shop(tmp_path, **environment))
        return shops[-1]

    yield make
    for shop in shops:
        shop.end()


@pytest.fixture
def shop(shop_with, postbox):
    return shop_with(EMAIL_URL=postbox.url)


@pytest.fixture
def everything_is_done():
    """Wait until nothing is left in the outbox."""

    def wait():
        wait_until(lambda: not OutboxEvent.objects.waiting().exists(), "the outbox is not worked off")

    return wait
