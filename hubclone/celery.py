"""The Celery application: its queues are realtime, default and bulk; its schedule is the sweep and the heartbeat.

Two kinds of worker: ``worker@…`` runs realtime only, ``background@…`` the rest. The heartbeat task shows that beat,
Redis and a realtime worker are well together; a background worker may be busy for minutes, so its main process gives
its sign of life.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from typing import Any

from celery import Celery, bootsteps
from celery.schedules import schedule

from hubclone.environment import SettingsError, environment_read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubclone.settings")

app = Celery("hubclone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["hubclone.lib", "accounts", "crm", "connections", "workflows", "calendars", "marketplace"])
app.conf.beat_scheduler = "celery.beat:Scheduler"  # in memory: every period is short, and no file can be damaged
SIGN_SECONDS = 5.0
_BEGAN = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=time.monotonic())


@app.on_configure.connect
def settings_check(**_: Any) -> None:
    """A variable that makes no sense ends Celery's programs with one line, as it does ``manage.py``."""
    try:
        environment_read(os.environ)
    except SettingsError as error:
        sys.exit(f"hubclone: {error}")


def steady_now() -> dt.datetime:
    """The time by a clock that is never set: beat would be silent until a clock that was set back caught up."""
    return _BEGAN + dt.timedelta(seconds=time.monotonic())


def every(seconds: float) -> schedule:
    """A period by ``steady_now``."""
    return schedule(dt.timedelta(seconds=seconds), nowfun=steady_now, app=app)


class SignOfLife(bootsteps.StartStopStep):
    """A background worker's main process says that it is alive, for /healthz."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        """Called when the worker starts; the timer ends with it."""
        if parent.hostname.startswith("background@"):
            from hubclone.lib.health import beat

            beat("background")
            parent.timer.call_repeatedly(SIGN_SECONDS, beat, ("background",))


app.steps["worker"].add(SignOfLife)


def _entry(task: str, seconds: float, queue: str, *, expires: int | None = None) -> dict[str, Any]:
    """A task of the schedule; one that was not worked on for a whole period is dropped, for the next one is there."""
    return {
        "task": task,
        "schedule": every(seconds),
        "options": {"queue": queue, "expires": expires or int(seconds)},
    }


app.conf.beat_schedule = {
    "sweep": _entry("hubclone.jobs.sweep", 5, "realtime", expires=20),
    "heartbeat": _entry("hubclone.heartbeat", 5, "realtime", expires=20),
    "calendars-meetings-follow": _entry("calendars.meetings_follow", 5, "realtime", expires=20),
    "calendars-poll": _entry("calendars.poll", 60, "default"),
    "failed-jobs-tell": _entry("accounts.failed_jobs_tell", 300, "default"),
    "domains-recheck": _entry("accounts.domains_recheck", 300, "bulk"),
    "jobs-trim": _entry("hubclone.jobs.trim", 3600, "bulk"),
    "notifications-trim": _entry("accounts.notifications_trim", 3600, "bulk"),
    "sessions-trim": _entry("accounts.sessions_trim", 3600, "bulk"),
    "crm-records-purge": _entry("crm.records_purge", 3600, "bulk"),
    "crm-events-trim": _entry("crm.events_trim", 3600, "bulk"),
}
