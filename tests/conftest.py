"""What tests of the whole shop share, and what they report when they try long."""

import pytest

from tests import trials


def pytest_configure(config):
    if trials.ROUNDS:
        config.pluginmanager.register(trials.Report())


@pytest.fixture
def connection_stays(monkeypatch):
    """A failed task closes connections that are old; in a test everything is one transaction of one."""
    for module in ("dbProject.incidents.receivers", "dbProject.outbox.receivers"):
        monkeypatch.setattr(f"{module}.close_old_connections", lambda: None)
