"""When beat sends what."""

from __future__ import annotations

import datetime as dt

import time_machine
from celery.beat import Scheduler

from hubclone.celery import app, every, steady_now
from hubclone.lib.jobs.choices import JobQueue


def test_everything_that_is_scheduled_is_there_and_goes_to_a_queue_that_is_worked_on() -> None:
    app.loader.import_default_modules()
    for name, entry in app.conf.beat_schedule.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["queue"] in JobQueue.values, name
        assert entry["options"]["expires"] <= max(20, entry["schedule"].run_every.total_seconds()), name


def test_a_clock_that_is_set_back_or_forth_does_not_keep_beat_from_its_work() -> None:
    scheduler = Scheduler(app=app)
    scheduler.setup_schedule()
    sweep = scheduler.schedule["sweep"]
    for hours in (-5, 5):
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours), tick=True):
            _, wait = sweep.is_due()
            assert wait <= 5.0
            assert every(5).is_due(steady_now() - dt.timedelta(seconds=6))[0]
            assert not every(5).is_due(steady_now() - dt.timedelta(seconds=2))[0]
