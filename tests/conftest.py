"""What tests of the whole shop report when they try long."""

from tests import trials


def pytest_configure(config):
    if trials.ROUNDS:
        config.pluginmanager.register(trials.Report())
