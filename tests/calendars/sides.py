"""Each provider from its other side, under one set of names, for tests that are the same for all of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Membership
from calendars.models import Calendar, CalendarAccount
from calendars.services.calendars import calendars_list
from sandbox.exchange.testing import ANNA as EXCHANGE_ANNA
from sandbox.exchange.testing import BEN
from sandbox.testing import Control, SandboxServer
from tests.connections import google, microsoft
from tests.connections.exchange import exchange_connected

ALL, PUSHING = ("google", "microsoft", "exchange"), ("google", "microsoft")
TOKEN_CALLS = ("/google/token", "/oauth2/v2.0/token")
READ: dict[str, dict[str, Any]] = {
    "google": {"path": "/events$", "method": "GET"},
    "microsoft": {"path": "/calendarView/delta$", "method": "GET"},
    "exchange": {"method": "SyncFolderItems"},
}
CREATE: dict[str, dict[str, Any]] = {
    "google": {"path": "/events$", "method": "POST"},
    "microsoft": {"path": "/events$", "method": "POST"},
    "exchange": {"method": "CreateItem"},
}
UPDATE: dict[str, dict[str, Any]] = {
    "google": {"path": "/events/", "method": "PATCH"},
    "microsoft": {"path": "/events/", "method": "PATCH"},
    "exchange": {"method": "UpdateItem"},
}
BUSY: dict[str, dict[str, Any]] = {
    "google": {"path": "/freeBusy$"},
    "microsoft": {"path": "/getSchedule$|/calendarView$"},
    "exchange": {"method": "FindItem"},
}


@dataclass(frozen=True)
class Side:
    """Anna's account at the provider ``key``, and somebody else's calendar that is shared with her."""

    key: str
    control: Control
    server: SandboxServer

    @property
    def anna(self) -> str:
        """Whose account it is, which names its main calendar to control."""
        return EXCHANGE_ANNA if self.key == "exchange" else google.ANNAS[self.key]

    @property
    def colleague(self) -> str:
        """Somebody else who has an account there."""
        return {"google": google.JAN, "microsoft": microsoft.JAN, "exchange": BEN}[self.key]

    @property
    def second(self) -> str:
        """What control calls another calendar of hers, which no Exchange has."""
        return {"google": google.FAMILY, "microsoft": microsoft.PROJECTS}[self.key]

    @property
    def second_id(self) -> str:
        """The provider's id of it."""
        return self.control.microsoft.calendar_id(self.second) if self.key == "microsoft" else self.second

    @property
    def stand_in(self) -> Any:
        """The provider's part of control."""
        return getattr(self.control, self.key)

    def connect(self, membership: Membership) -> CalendarAccount:
        """A connected account whose calendars are listed; nothing is synced yet."""
        found = self.connect_only(membership)
        calendars_list(calendar_account=found)
        return found

    def connect_only(self, membership: Membership, account: str = "") -> CalendarAccount:
        """A connected account, by the provider's own way to connect; Anna's, if no other is named."""
        address = account or self.anna
        if self.key != "exchange":
            return google.connected(membership, address, self.key)
        self.control.exchange.auth("basic")
        return exchange_connected(membership, self.server, email=address, user_name=address.partition("@")[0])

    def calendar(self, membership: Membership) -> Calendar:
        """The main calendar of a connected account, without a sync."""
        return self.connect(membership).calendars.get(is_primary=True)

    @property
    def shared(self) -> str:
        """What control calls somebody else's calendar, which is shared with her; at Exchange since ``share``."""
        return {"google": google.HOLIDAYS, "microsoft": microsoft.HOLIDAYS, "exchange": BEN}[self.key]

    @property
    def shared_id(self) -> str:
        """The provider's id of it."""
        if self.key == "google":
            return self.shared
        named = self.control.microsoft.calendar_id if self.key == "microsoft" else self.control.exchange.calendar
        return named(self.shared)

    def share(self) -> None:
        """It may be read."""
        role = {"google": "reader", "microsoft": "read", "exchange": "reviewer"}[self.key]
        self.stand_in.calendar_share(calendar=self.shared, account=self.anna, role=role)

    def unshare(self) -> None:
        """It is private again."""
        more = {"error": "ErrorAccessDenied"} if self.key == "exchange" else {}
        self.stand_in.calendar_unshare(calendar=self.shared, account=self.anna, **more)

    def make(self, start: dt.datetime, minutes: int = 30, *, calendar: str = "") -> str:
        """Somebody makes an event; its id."""
        end = start + dt.timedelta(minutes=minutes)
        made = self.stand_in.event_create(calendar=calendar or self.anna, start=start.isoformat(), end=end.isoformat())
        return str(made["id"])

    def series(self, first: dt.datetime, count: int, zone: str, minutes: int = 30) -> str:
        """A daily series of wall-clock times of ``zone``, which ``first`` is aware in."""
        end = first + dt.timedelta(minutes=minutes)
        if self.key == "exchange":
            rule = {"rrule": f"FREQ=DAILY;COUNT={count}", "zone": zone, "subject": "Daily"}
            edges: list[Any] = [first.isoformat(), end.isoformat()]
        else:
            edges = [{"dateTime": moment.isoformat()[:19], "timeZone": zone} for moment in (first, end)]
            rule = self._rule(first, count)
        made = self.stand_in.event_create(calendar=self.anna, start=edges[0], end=edges[1], **rule)
        return str(made["id"])

    def _rule(self, first: dt.datetime, count: int) -> dict[str, Any]:
        if self.key == "google":
            return {"recurrence": [f"RRULE:FREQ=DAILY;COUNT={count}"]}
        span = {"type": "numbered", "startDate": first.date().isoformat(), "numberOfOccurrences": count}
        return {"recurrence": {"pattern": {"type": "daily", "interval": 1}, "range": span}}

    def another(self) -> str:
        """What control calls another calendar of hers; an Exchange is given one."""
        if self.key != "exchange":
            return self.second
        return self.control.exchange.calendar_create(account=self.anna, name="Projects")

    def relocate(self, event_id: str, to: str) -> str:
        """She drags it from her main calendar into another one; its id there."""
        where = {} if self.key == "exchange" else {"calendar": self.anna}
        return str(self.stand_in.event_relocate(id=event_id, to=to, **where)["id"])

    def move(self, event_id: str, start: dt.datetime, minutes: int = 30, *, calendar: str = "") -> None:
        """Somebody drags it."""
        end = start + dt.timedelta(minutes=minutes)
        where = {} if self.key == "exchange" else {"calendar": calendar or self.anna}
        self.stand_in.event_move(id=event_id, start=start.isoformat(), end=end.isoformat(), **where)

    def edit(self, event_id: str, title: str, place: str) -> None:
        """Somebody gives it another title and place."""
        words: dict[str, Any] = {"subject": title, "location": place}
        if self.key == "google":
            words = {"summary": title, "location": place}
        elif self.key == "microsoft":
            words["location"] = {"displayName": place}
        where = {} if self.key == "exchange" else {"calendar": self.anna}
        self.stand_in.event_update(id=event_id, **where, **words)

    def words(self, event_id: str) -> tuple[str, str, str]:
        """Its title, place and description."""
        at, of = self.stand_in, self.anna
        found = at.items(of) if self.key == "exchange" else at.events(of)
        (event,) = [one for one in found if one["id"] == event_id]
        if self.key == "google":
            return event["summary"], event.get("location", ""), event.get("description", "")
        if self.key == "microsoft":
            return event["subject"], event["location"]["displayName"], event["body"]["content"]
        return event["subject"], event["location"], event["body"]

    def invitations(self) -> list[str]:
        """What guests were sent; Exchange calls an invitation a request."""
        told = [str(one["kind"]) for one in self.stand_in.state()["invitations"]]
        return ["invitation" if kind == "request" else kind for kind in told]

    def delete(self, event_id: str, *, calendar: str = "") -> None:
        """Somebody deletes it."""
        where = {} if self.key == "exchange" else {"calendar": calendar or self.anna}
        self.stand_in.event_delete(id=event_id, **where)

    def events(self, calendar: str = "") -> list[str]:
        """Ids of what is in a calendar; in the main one, if no other is named."""
        of = calendar or self.anna
        if self.key == "exchange":
            return [item["id"] for item in self.control.exchange.items(of) if not item["deleted"]]
        if self.key == "microsoft":
            return [event["id"] for event in self.control.microsoft.events(of) if not event["deleted"]]
        return [event["id"] for event in self.control.google.events(of) if event["status"] != "cancelled"]

    def starts(self, calendar: str = "") -> list[dt.datetime]:
        """When the events of a calendar begin; of the main one, if no other is named."""
        of = calendar or self.anna
        if self.key == "exchange":
            items = [item for item in self.control.exchange.items(of) if not item["deleted"]]
            return [dt.datetime.fromisoformat(item["start"]) for item in items]
        named = {event["id"]: event["start"] for event in self.stand_in.events(of)}
        found = [dt.datetime.fromisoformat(named[id_]["dateTime"]) for id_ in self.events(of)]
        return [moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC) for moment in found]

    def requests(self) -> int:
        """HTTP requests that reached the provider, those for tokens left out."""
        counted = self.control.requests().items()
        return sum(number for name, number in counted if " /" in name and not name.endswith(TOKEN_CALLS))

    def fault(self, at: dict[str, dict[str, Any]], **fault: Any) -> None:
        """Order a fault for READ, CREATE, UPDATE or BUSY."""
        self.control.fault(provider=self.key, **at[self.key], **fault)

    def live_channels(self) -> list[dict[str, Any]]:
        """Push channels that are open at the provider."""
        if self.key == "google":
            return [one for one in self.control.google.state()["channels"] if not one["stopped"]]
        return [one for one in self.control.microsoft.state()["subscriptions"] if not one["removed"]]

    def channel_named(self, known: dict[str, Any]) -> tuple[str, str]:
        """Our id of a channel, and its secret."""
        if self.key == "google":
            return known["id"], known["token"]
        own, _, secret = known["client_state"].partition(".")
        return own, secret

    def push_request(self, *, token: str = "", channel: str = "") -> dict[str, Any]:
        """What a test client posts to our hook, as the provider would; with another secret or channel it is forged."""
        known = self.live_channels()[0]
        own, secret = self.channel_named(known)
        if self.key == "google":
            named = {"X-Goog-Channel-ID": channel or own, "X-Goog-Channel-Token": token or secret}
            return {"headers": {**named, "X-Goog-Resource-State": "exists", "X-Goog-Message-Number": "5"}}
        notice = {"clientState": f"{channel or own}.{token or secret}", "subscriptionId": known["id"]}
        body = json.dumps({"value": [{**notice, "changeType": "updated", "resource": "Users/x/Events/y"}]})
        return {"data": body, "content_type": "application/json"}

    def access_end(self, account: str = "") -> None:
        """Nothing that we know opens the account (Anna's, if no other is named) any more."""
        address = account or self.anna
        if self.key == "exchange":
            self.control.exchange.password(account=address, password="Another-2")  # noqa: S106
            return
        self.stand_in.token_expire(address)
        self.stand_in.revoke(address)


def environment() -> dict[str, str]:
    """What a process of its own needs to reach the providers that the settings point to."""
    named = {"GOOGLE": settings.GOOGLE, "MICROSOFT": settings.MICROSOFT}
    values = {f"{key}_{name.upper()}": value for key, group in named.items() for name, value in group.items()}
    return {**values, "OUTBOUND_ALLOWED": ",".join(settings.OUTBOUND_ALLOWED)}


@pytest.fixture(params=ALL)
def side(request: pytest.FixtureRequest, sandbox: Control, sandbox_server: SandboxServer) -> Iterator[Side]:
    """Each provider in turn; ``indirect`` parametrisation chooses some."""
    yield Side(request.param, sandbox, sandbox_server)
    sandbox.clear()
