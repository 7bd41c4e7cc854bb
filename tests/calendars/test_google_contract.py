"""Google Calendar keeps the contract of providers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import Membership
from calendars.providers.protocol import CalendarClient, CalendarProvider, Interval
from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.clients import calendar_client
from sandbox.testing import Control
from tests.calendars.provider_contract import ProviderContract
from tests.connections.google import ANNA, HOLIDAYS, connected


def text(moment: dt.datetime) -> str:
    return moment.isoformat()


class GoogleWorld:
    """What people do at Google."""

    primary, shared = ANNA, HOLIDAYS

    def __init__(self, control: Control, client: CalendarClient) -> None:
        self.google, self.client = control.google, client
        self.provider: CalendarProvider = CALENDAR_PROVIDERS["google"]

    def event_make(self, calendar: str, interval: Interval, **kind: object) -> str:
        return self._make(calendar, text(interval.starts_at), text(interval.ends_at), **_body(kind))

    def all_day_make(self, calendar: str, day: dt.date) -> str:
        return self._make(calendar, day.isoformat(), (day + dt.timedelta(days=1)).isoformat())

    def series_make(self, calendar: str, first: Interval, count: int) -> str:
        rule = [f"RRULE:FREQ=DAILY;COUNT={count}"]
        zone = {"timeZone": "UTC"}
        return self._make(
            calendar,
            {"dateTime": text(first.starts_at), **zone},
            {"dateTime": text(first.ends_at), **zone},
            recurrence=rule,
        )

    def event_delete(self, calendar: str, remote_id: str) -> None:
        self.google.event_delete(calendar=calendar, id=remote_id)

    def event_move(self, calendar: str, remote_id: str, interval: Interval) -> None:
        self.google.event_move(
            calendar=calendar, id=remote_id, start=text(interval.starts_at), end=text(interval.ends_at)
        )

    def sync_token_expire(self, calendar: str) -> None:
        self.google.expire_sync_token(calendar)

    def unshare(self, calendar: str) -> None:
        self.google.calendar_unshare(calendar=calendar, account=ANNA)

    def events_at(self, calendar: str) -> list[dict[str, object]]:
        return [_shown(event) for event in self.google.events(calendar) if event["status"] != "cancelled"]

    def _make(self, calendar: str, start: Any, end: Any, **more: Any) -> str:
        return str(self.google.event_create(calendar=calendar, start=start, end=end, summary="Busy", **more)["id"])


def _body(kind: dict[str, object]) -> dict[str, Any]:
    if "declined" in kind:
        return {"attendees": [{"email": ANNA, "self": True, "responseStatus": "declined"}]}
    known: dict[str, dict[str, Any]] = {
        "free": {"transparency": "transparent"},
        "tentative": {"status": "tentative"},
        "out_of_office": {"eventType": "outOfOffice"},
        "working_location": {
            "eventType": "workingLocation",
            "transparency": "transparent",
            "visibility": "public",
            "workingLocationProperties": {"type": "homeOffice", "homeOffice": {}},
        },
    }
    return {key: value for name in kind for key, value in known[name].items()}


def _shown(event: dict[str, Any]) -> dict[str, object]:
    return {
        "remote_id": event["id"],
        "summary": event.get("summary", ""),
        "guests": [a["email"] for a in event.get("attendees", []) if not a.get("self")],
        "private": event.get("extendedProperties", {}).get("private", {}),
        "conference_url": event.get("hangoutLink", ""),
    }


@pytest.mark.django_db
class TestGoogle(ProviderContract):
    """The contract, against the sandbox over real sockets."""

    @pytest.fixture
    def world(self, member: Membership, sandbox: Control) -> GoogleWorld:
        return GoogleWorld(sandbox, calendar_client(connected(member)))
