"""What Celery may do to the process it runs in."""

import logging

import pytest
from celery import current_app

pytestmark = pytest.mark.unit


def test_a_worker_logs_as_the_settings_say(monkeypatch):
    log = current_app.log
    monkeypatch.setattr(type(log), "already_setup", False)
    root, celerys = logging.getLogger(), logging.getLogger("celery")
    before, level = (root.level, root.handlers[:]), celerys.level

    log.setup_logging_subsystem(loglevel="DEBUG")

    assert (root.level, root.handlers) == before
    assert celerys.level == logging.DEBUG
    celerys.setLevel(level)
