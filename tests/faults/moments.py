"""Lines at which a process stops, once, when a test has asked for it: there it is killed.

An app that only the processes of these tests install; the shop's own code knows nothing of it.
"""

import os
from functools import wraps
from pathlib import Path
from threading import Event

from django.apps import AppConfig

FOLDER = "FAULT_FOLDER"
"""The variable that names the folder in which tests and processes leave each other word."""


class Moments(AppConfig):
    name = "tests.faults"

    def ready(self):
        from dbProject.outbox import services as outbox
        from orders.gateways.test_bank.gateway import TestBank
        from orders.services import documents, payments
        from orders.services.analytics import rollups
        from orders.services.history import batches

        after(TestBank, "start")
        after(TestBank, "status")
        after(TestBank, "capture")
        after(TestBank, "refund")
        after(payments, "apply_event")
        after(outbox, "_lease")
        before(outbox, "_count")
        before(documents, "keep")
        before(outbox, "forget")
        before(batches, "_insert")
        before(rollups, "_row")


def after(owner, name):
    """Make ``after NAME`` a moment: ``owner.name`` has answered something, and nobody has acted on it."""
    original = getattr(owner, name)

    @wraps(original)
    def interrupted(*args, **kwargs):
        answer = original(*args, **kwargs)
        if answer:
            stop(f"after {name}")
        return answer

    setattr(owner, name, interrupted)


def before(owner, name):
    """Make ``before NAME`` a moment: ``owner.name`` is about to do something with what it is given."""
    original = getattr(owner, name)

    @wraps(original)
    def interrupted(given, *args, **kwargs):
        if given:
            stop(f"before {name}")
        return original(given, *args, **kwargs)

    setattr(owner, name, interrupted)


def stop(moment):
    """Wait here to be killed, if a test has asked for it and no other process has come first."""
    folder = Path(os.environ[FOLDER])
    try:
        (folder / moment).rename(folder / f"{moment} is reached by {os.getpid()}")
    except FileNotFoundError:
        return
    Event().wait()
