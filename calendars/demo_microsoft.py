"""The demo's Microsoft: a colleague's calendar is connected, and anybody else can connect theirs."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from accounts.demo import TIME_ZONE, DemoContext
from accounts.registries import DEMO_LOADERS
from calendars.demo_sandbox import calendar_keep, client_register, coming_monday, control, oauth_connect

ACCOUNTS = ("anna@northwind.example", "jan@northwind.example", "marta@outlook.example")
JAN = ACCOUNTS[1]


@DEMO_LOADERS.registered("calendars.microsoft")
def load(context: DemoContext) -> None:
    """Connect Jan's Office 365 once, and mend what a restart broke. Nothing to do without a client."""
    if not settings.MICROSOFT["client_id"]:
        return
    client_register("microsoft", settings.MICROSOFT)
    calendar_keep(context, context.colleagues["jan"], connect=lambda: _connect(context), seed=_events_make)
    context.output["microsoft"] = {"account": JAN, "accounts": list(ACCOUNTS)}


def _connect(context: DemoContext) -> None:
    oauth_connect(context, user=context.colleagues["jan"], provider="microsoft", account=JAN)


def _events_make() -> None:
    tuesday = coming_monday() + dt.timedelta(days=1)
    control(
        "microsoft",
        "event",
        calendar=JAN,
        subject="Supplier review",
        start={"dateTime": f"{tuesday}T10:00:00", "timeZone": TIME_ZONE},
        end={"dateTime": f"{tuesday}T12:00:00", "timeZone": TIME_ZONE},
    )
