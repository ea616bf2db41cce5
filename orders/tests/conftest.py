"""A Dask cluster that the tests of a module share: starting one takes seconds, one that idles is not idle."""

import pytest
from django.db import connection

from orders.tests import dask_programs


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
