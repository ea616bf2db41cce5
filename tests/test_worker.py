"""The shop without a broker: background work in the web process, really in the background."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STORY = """
from threading import Event, main_thread, current_thread
from celery.signals import task_success
from django.core.management import call_command
import django

django.setup()
call_command("migrate", verbosity=0)  # before a web process is there, as everywhere

import dbProject.wsgi
from dbProject.celery import app, works_here
from dbProject import worker

ran, threads = Event(), []

@task_success.connect
def note(sender, **_):
    threads.append(current_thread())
    if sender.name == "dbProject.jobs.tasks.resume_jobs":
        ran.set()

worker.start_if_embedded()  # once is enough
app.send_task("dbProject.jobs.tasks.resume_jobs", kwargs={"later": "unknown"})
assert works_here.is_set()
assert ran.wait(60), "the task did not run"
assert main_thread() not in threads
print("ran in the background")
"""


@pytest.mark.integration
@pytest.mark.slow
def test_without_a_broker_the_web_process_does_the_background_work(tmp_path):
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given |= {
        "DJANGO_SETTINGS_MODULE": "dbProject.settings.local",
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        "MEDIA_ROOT": str(tmp_path),
    }

    story = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", STORY],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert (story.returncode, story.stdout) == (0, "ran in the background\n"), story.stderr
