"""A system that listens on this machine."""

import pytest

from dbProject.webhooks.tests.receivers import Receiver


@pytest.fixture(autouse=True)
def _on_this_machine(settings):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = True


@pytest.fixture
def receiver():
    with Receiver() as listening:
        yield listening
