"""The token of a visitor's form, as a browser has it that was shown the form a minute ago."""

from __future__ import annotations

import datetime as dt

import time_machine

from calendars.form_tokens import form_token_make
from calendars.models import SchedulingPage


def form_key(page: SchedulingPage, *, ago: dt.timedelta = dt.timedelta(minutes=1)) -> str:
    """What the hidden field ``key`` holds in a form that was shown ``ago``."""
    with time_machine.travel(dt.datetime.now(dt.UTC) - ago, tick=False):
        return form_token_make(page)
