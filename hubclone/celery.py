"""The Celery application: its queues are realtime, default and bulk; its schedule is the sweep and the heartbeat."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubclone.settings")

app = Celery("hubclone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["hubclone.lib", "accounts", "crm", "connections", "calendars"])
app.conf.beat_schedule = {
    "sweep": {
        "task": "hubclone.jobs.sweep",
        "schedule": 5.0,
        "options": {"queue": "realtime", "expires": 20},
    },
    "heartbeat": {
        "task": "hubclone.heartbeat",
        "schedule": 5.0,
        "options": {"queue": "realtime", "expires": 20},
    },
    "calendars-poll": {
        "task": "calendars.poll",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
}
