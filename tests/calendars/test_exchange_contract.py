"""Exchange on premises keeps the contract of providers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Membership
from calendars.providers.protocol import CalendarClient, CalendarProvider, Interval
from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.clients import calendar_client
from sandbox.exchange.testing import ANNA, BEN
from sandbox.testing import Control, SandboxServer
from tests.calendars.provider_contract import ProviderContract
from tests.connections.exchange import exchange_connected


class ExchangeWorld:
    """What people do at Exchange. Ben, a colleague, has shared his calendar."""

    def __init__(self, control: Control, client: CalendarClient) -> None:
        self.exchange, self.client = control.exchange, client
        self.provider: CalendarProvider = CALENDAR_PROVIDERS["exchange"]
        self.primary, self.shared = self.exchange.calendar(ANNA), self.exchange.calendar(BEN)

    def event_make(self, calendar: str, interval: Interval, **kind: object) -> str:
        return self._make(calendar, text(interval.starts_at), text(interval.ends_at), **_body(kind))

    def all_day_make(self, calendar: str, day: dt.date) -> str:
        return self._make(calendar, day.isoformat(), (day + dt.timedelta(days=1)).isoformat())

    def series_make(self, calendar: str, first: Interval, count: int) -> str:
        rule = f"FREQ=DAILY;COUNT={count}"
        return self._make(calendar, text(first.starts_at), text(first.ends_at), rrule=rule, zone="UTC")

    def event_delete(self, calendar: str, remote_id: str) -> None:
        self.exchange.event_delete(id=remote_id)

    def event_move(self, calendar: str, remote_id: str, interval: Interval) -> None:
        self.exchange.event_move(id=remote_id, start=text(interval.starts_at), end=text(interval.ends_at))

    def sync_token_expire(self, calendar: str) -> None:
        self.exchange.expire_sync_state(calendar)

    def unshare(self, calendar: str) -> None:
        self.exchange.calendar_unshare(calendar=calendar, account=ANNA, error="ErrorAccessDenied")

    def events_at(self, calendar: str) -> list[dict[str, object]]:
        return [_shown(item) for item in self.exchange.items(calendar) if not item["deleted"]]

    def _make(self, calendar: str, start: str, end: str, **more: Any) -> str:
        made = self.exchange.event_create(calendar=calendar, start=start, end=end, subject="Busy", **more)
        return str(made["id"])


def text(moment: dt.datetime) -> str:
    """RFC 3339."""
    return moment.isoformat()


def _body(kind: dict[str, object]) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "free": {"free_busy": "Free"},
        "tentative": {"free_busy": "Tentative"},
        "out_of_office": {"free_busy": "OOF"},
        "working_location": {"free_busy": "WorkingElsewhere"},
        "declined": {"my_response": "Decline"},
    }
    return {key: value for name in kind for key, value in known[name].items()}


def _shown(item: dict[str, Any]) -> dict[str, object]:
    return {
        "remote_id": item["id"],
        "summary": item["subject"],
        "guests": [one["email"] for one in item["required"]],
        "private": json.loads(item["properties"].get("HubclonePrivate", "{}")),
        "conference_url": "",
    }


@pytest.mark.django_db
class TestExchange(ProviderContract):
    """The contract, against the sandbox over real sockets."""

    @pytest.fixture
    def world(
        self,
        member: Membership,
        editor: Membership,
        sandbox: Control,
        sandbox_server: SandboxServer,
    ) -> Iterator[ExchangeWorld]:
        """Every request and answer is held to Microsoft's schemas where CONTRACTS_DIR names them."""
        editor.user.email = BEN
        editor.user.save(update_fields=["email"])
        sandbox.exchange.auth("basic")
        sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="reviewer")
        yield ExchangeWorld(sandbox, calendar_client(exchange_connected(member, sandbox_server)))
        assert sandbox.exchange.state(limit=1)["violations"] == []
