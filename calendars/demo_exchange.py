"""The demo's Exchange: a colleague's mailbox, connected as by the form."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings

from accounts.demo import TIME_ZONE, DemoContext
from accounts.registries import DEMO_LOADERS
from calendars.demo_sandbox import REPLACE, acting, calendar_keep, coming_monday, control
from connections.exceptions import FieldRefused
from connections.services.forms import form_connect
from connections.services.keep import Grant

log = structlog.get_logger(__name__)
MAILBOX, USER_NAME, PASSWORD = "ben@corp.example", "ben", "Sandbox-1"  # noqa: S105 - of the stand-in, known to everybody
PATH = "/exchange/EWS/Exchange.asmx"


@DEMO_LOADERS.registered("calendars.exchange")
def load(context: DemoContext) -> None:
    """Connect Ben's mailbox once. Once its password was changed in the stand-in, it stays as it is."""
    try:
        calendar_keep(context, context.colleagues["ben"], connect=lambda: _connect(context), seed=_events_make)
    except FieldRefused as error:
        log.warning("demo.exchange_refused", code=error.code)
    context.output["exchange"] = {"account": MAILBOX, "user_name": USER_NAME, "password": PASSWORD}


def _connect(context: DemoContext) -> None:
    ben = context.colleagues["ben"]
    typed = {
        "email": MAILBOX,
        "password": PASSWORD,
        "user_name": USER_NAME,
        "url": f"{settings.SANDBOX_URL}{PATH}",
        "version": "",
    }
    form_connect(actor=acting(context, ben), grant=Grant("exchange", "calendar", ben.pk), data=typed, params=REPLACE)


def _events_make() -> None:
    thursday = coming_monday() + dt.timedelta(days=3)
    start = dt.datetime.combine(thursday, dt.time(14), ZoneInfo(TIME_ZONE))
    end = start + dt.timedelta(minutes=90)
    control("exchange", "event", calendar=MAILBOX, subject="Delivery", start=start.isoformat(), end=end.isoformat())
