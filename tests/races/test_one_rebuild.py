"""What many want at once and nobody has is built once, in however many processes they are."""

import subprocess
import sys

import pytest
from django.core.cache import cache

PROCESSES, THREADS = 2, 25
READERS = PROCESSES * THREADS

READER = f"""
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.core.cache import cache
from dbProject import caching

def build():
    cache.incr("builds")
    while cache.get("readers") < {READERS}:  # all of them are here before it ends
        pass
    return "built"

def read(_):
    cache.incr("readers")
    return caching.remember("catalog", "popular", build, seconds=60)

cache.incr("ready")
while cache.get("ready") < {PROCESSES}:
    pass
with ThreadPoolExecutor({THREADS}) as crowd:
    print(*set(crowd.map(read, range({THREADS}))))
"""


@pytest.mark.race
@pytest.mark.django_db
def test_fifty_readers_in_several_processes_cause_one_rebuild():
    cache.set_many({"builds": 0, "readers": 0, "ready": 0})
    crowd = [
        subprocess.Popen([sys.executable, "-c", READER], stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(PROCESSES)
    ]

    assert [process.communicate(timeout=60)[0] for process in crowd] == ["built\n"] * PROCESSES
    assert cache.get("builds") == 1
