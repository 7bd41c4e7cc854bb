"""The demo's Google calendar: the admin's, connected by the real exchange with the stand-in."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from accounts.demo import TIME_ZONE, DemoContext
from accounts.registries import DEMO_LOADERS
from calendars.demo_sandbox import calendar_keep, client_register, coming_monday, control, oauth_connect, scopes_of

GOOGLE_ACCOUNT = "anna@gmail.test"


@DEMO_LOADERS.registered("calendars.google")
def load(context: DemoContext) -> None:
    """Connect once, mend what a restart broke, and wait until the calendar has been read."""
    client_register("google", settings.GOOGLE)
    calendar_keep(context, context.admin, connect=lambda: _connect(context), seed=_events_make)
    token = control("google", "token", account=GOOGLE_ACCOUNT, scope=scopes_of("google"))["access_token"]
    context.output["google"] = {"account": GOOGLE_ACCOUNT, "access_token": token}


def _connect(context: DemoContext) -> None:
    oauth_connect(context, user=context.admin, provider="google", account=GOOGLE_ACCOUNT)


def _events_make() -> None:
    monday = coming_monday()
    wednesday = monday + dt.timedelta(days=2)
    zone = {"timeZone": TIME_ZONE}
    control(
        "google",
        "event",
        calendar=GOOGLE_ACCOUNT,
        summary="Team stand-up",
        start={"dateTime": f"{monday}T09:30:00", **zone},
        end={"dateTime": f"{monday}T10:00:00", **zone},
        recurrence=["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"],
    )
    control(
        "google",
        "event",
        calendar=GOOGLE_ACCOUNT,
        summary="Dentist",
        start={"dateTime": f"{wednesday}T13:00:00", **zone},
        end={"dateTime": f"{wednesday}T14:30:00", **zone},
    )
