"""A worker of the test's database in a process of its own, which can be killed as a crash would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from tests.calendars.sides import environment

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import django
django.setup()
from calendars.models import CalendarJob
from hubclone.lib.jobs.services import jobs_run_due
print("ready", flush=True)
jobs_run_due(CalendarJob)
"""


def worker_start() -> subprocess.Popen[str]:
    """It has begun to run what is due."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    own = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hubclone.settings", **environment()}
    worker = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "ready"
    return worker


def worker_kill(worker: subprocess.Popen[str]) -> None:
    """SIGKILL, and wait for the end."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)
    if worker.stdout is not None:
        worker.stdout.close()


def wait_for(said: Callable[[], bool], seconds: float = 30) -> None:
    """Until it is so. Fails when it does not come to it."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it did not come to it"
        time.sleep(0.05)
