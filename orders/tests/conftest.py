"""A Dask cluster that all tests of analytics share: starting one takes seconds."""

import pytest

from orders.tests import dask_programs


@pytest.fixture(scope="session")
def dask_programs_running(tmp_path_factory):
    with dask_programs.running(tmp_path_factory.mktemp("dask")) as programs:
        yield programs


@pytest.fixture
def dask_cluster(dask_programs_running, settings):
    """Let the shop compute on a scheduler and two workers that were started apart."""
    settings.DASK_SCHEDULER_ADDRESS = dask_programs_running.address
    return dask_programs_running
