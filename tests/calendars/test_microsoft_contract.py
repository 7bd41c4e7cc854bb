"""Microsoft 365 keeps the contract of providers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.models import Membership
from calendars.exceptions import SyncTokenExpired
from calendars.providers.microsoft import mapping
from calendars.providers.protocol import Attendee, CalendarClient, CalendarProvider, EventDraft, Interval
from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.calendars import calendars_list
from calendars.services.clients import calendar_client
from sandbox.testing import Control
from tests.calendars.provider_contract import HOUR, ProviderContract, World, soon
from tests.connections.microsoft import ANNA, HOLIDAYS, JAN, MARTA, connected

KINDS: dict[str, dict[str, Any]] = {
    "free": {"showAs": "free"},
    "tentative": {"showAs": "tentative"},
    "out_of_office": {"showAs": "oof"},
    "working_location": {"showAs": "workingElsewhere"},
}


class MicrosoftWorld:
    """What people do in Outlook."""

    def __init__(self, control: Control, client: CalendarClient, primary: str = ANNA) -> None:
        self.microsoft, self.client = control.microsoft, client
        self.provider: CalendarProvider = CALENDAR_PROVIDERS["microsoft"]
        self.primary, self.shared = (control.microsoft.calendar_id(alias) for alias in (primary, HOLIDAYS))

    def event_make(self, calendar: str, interval: Interval, **kind: object) -> str:
        start, end = interval.starts_at.isoformat(), interval.ends_at.isoformat()
        more = {key: value for name in kind for key, value in KINDS[name].items()}
        return self._make(calendar, start, end, **more)

    def all_day_make(self, calendar: str, day: dt.date) -> str:
        return self._make(calendar, day.isoformat(), (day + dt.timedelta(days=1)).isoformat(), showAs="busy")

    def series_make(self, calendar: str, first: Interval, count: int) -> str:
        rule = {
            "pattern": {"type": "daily", "interval": 1},
            "range": {
                "type": "numbered",
                "startDate": first.starts_at.date().isoformat(),
                "numberOfOccurrences": count,
            },
        }
        edges = [{"dateTime": t.isoformat()[:19], "timeZone": "UTC"} for t in (first.starts_at, first.ends_at)]
        return self._make(calendar, *edges, recurrence=rule)

    def event_delete(self, calendar: str, remote_id: str) -> None:
        self.microsoft.event_delete(calendar=calendar, id=remote_id)

    def event_move(self, calendar: str, remote_id: str, interval: Interval) -> None:
        start, end = interval.starts_at.isoformat(), interval.ends_at.isoformat()
        self.microsoft.event_move(calendar=calendar, id=remote_id, start=start, end=end)

    def sync_token_expire(self, calendar: str) -> None:
        self.microsoft.expire_sync_token(calendar)

    def unshare(self, calendar: str) -> None:
        self.microsoft.calendar_unshare(calendar=calendar, account=ANNA)

    def events_at(self, calendar: str) -> list[dict[str, object]]:
        return [_shown(event) for event in self.microsoft.events(calendar) if not event["deleted"]]

    def _make(self, calendar: str, start: Any, end: Any, **more: Any) -> str:
        return str(self.microsoft.event_create(calendar=calendar, start=start, end=end, subject="Busy", **more)["id"])

    def invited(self, interval: Interval) -> str:
        """Jan invites Anna; the id of her copy."""
        start, end = interval.starts_at.isoformat(), interval.ends_at.isoformat()
        guests = [{"emailAddress": {"address": ANNA}}]
        self.microsoft.event_create(calendar=JAN, start=start, end=end, subject="Busy", attendees=guests)
        (mine,) = [event for event in self.microsoft.events(ANNA) if not event["deleted"]]
        return str(mine["id"])


def _shown(event: dict[str, Any]) -> dict[str, object]:
    prefix = mapping.property_id("")
    kept = {p["id"].removeprefix(prefix): p["value"] for p in event.get("singleValueExtendedProperties", ())}
    return {
        "remote_id": event["id"],
        "summary": event["subject"],
        "guests": [guest["emailAddress"]["address"] for guest in event["attendees"]],
        "private": {key: value for key, value in kept.items() if key != mapping.UID_PROPERTY},
        "conference_url": (event.get("onlineMeeting") or {}).get("joinUrl", ""),
    }


def draft_of(world: MicrosoftWorld, uid: uuid.UUID | None = None) -> EventDraft:
    """A meeting with a guest and a video call."""
    return EventDraft(
        calendar_remote_id=world.primary,
        uid=uid or uuid.uuid4(),
        summary="Intro",
        interval=Interval(soon(), soon() + HOUR),
        time_zone="Europe/London",
        attendees=(Attendee("guest@example.test", "Zoë Guest"),),
        wants_conference=True,
    )


@pytest.mark.django_db
class TestMicrosoft(ProviderContract):
    """The contract, against the sandbox over real sockets."""

    @pytest.fixture
    def world(self, member: Membership, sandbox: Control) -> MicrosoftWorld:
        calendar_account = connected(member)
        calendars_list(calendar_account=calendar_account)
        return MicrosoftWorld(sandbox, calendar_client(calendar_account))

    @pytest.mark.spec("C3")
    @pytest.mark.parametrize("kind", ["free", "working_location"])
    def test_free_declined_and_working_location_events_do_not_block(self, world: World, kind: str) -> None:
        """Outlook takes a declined event away: see the next test."""
        super().test_free_declined_and_working_location_events_do_not_block(world, kind)

    @pytest.mark.spec("C3")
    def test_an_invitation_blocks_until_it_is_declined(self, world: MicrosoftWorld) -> None:
        mine = world.invited(Interval(soon(), soon() + HOUR))
        known, token = self._all(world)
        assert known[mine].blocks, "tentative until it is answered"
        assert [attendee.email for attendee in known[mine].attendees] == [ANNA, JAN], "who invites, too"
        world.microsoft.event_respond(calendar=ANNA, id=mine, response="declined")
        assert not self._all(world, token=token)[0][mine].blocks

    @pytest.mark.spec("C3")
    def test_a_deleted_occurrence_that_microsoft_is_silent_about_asks_for_everything(
        self, world: MicrosoftWorld
    ) -> None:
        world.microsoft.occurrences_silent()
        master = world.series_make(world.primary, Interval(soon(), soon() + HOUR), 3)
        known, token = self._all(world)
        world.event_delete(world.primary, sorted(known, key=lambda id_: str(known[id_].interval))[1])
        pages = list(world.client.events(world.primary, sync_token=token, window=self.window))
        assert any(page.is_incomplete for page in pages)
        assert master not in known, "a series is no event of its own"

    @pytest.mark.parametrize("status", [400, 404, 410])
    def test_every_way_of_forgetting_a_token_is_understood(self, world: MicrosoftWorld, status: int) -> None:
        _, token = self._all(world)
        world.microsoft.expire_sync_token(world.primary, status=status)
        with pytest.raises(SyncTokenExpired):
            self._all(world, token=token)

    @pytest.mark.spec("C21")
    def test_an_event_is_found_by_the_uid_of_its_draft(self, world: MicrosoftWorld) -> None:
        draft = self._draft(world)
        assert world.client.event_find(world.primary, uid=draft.uid) is None
        made = world.client.event_create(draft)
        found = world.client.event_find(world.primary, uid=draft.uid)
        assert found is not None
        assert (found.remote_id, found.draft_uid) == (made.remote_id, str(draft.uid))
        assert self._all(world)[0][made.remote_id].draft_uid == str(draft.uid), "so that a sync knows it as ours"

    def test_many_events_come_in_pages(self, world: MicrosoftWorld) -> None:
        world.microsoft.events_bulk(calendar=ANNA, count=1200, every_minutes=30, minutes=5)
        pages = list(world.client.events(world.primary, sync_token="", window=self.window))
        assert len(pages) > 2
        assert len({event.remote_id for page in pages for event in page.events}) >= 1150


@pytest.mark.django_db
class TestPersonal:
    """An account at outlook.com: no free/busy service, no Teams."""

    @pytest.fixture
    def world(self, member: Membership, sandbox: Control) -> MicrosoftWorld:
        calendar_account = connected(member, MARTA)
        calendars_list(calendar_account=calendar_account)
        return MicrosoftWorld(sandbox, calendar_client(calendar_account), primary=MARTA)

    @pytest.mark.spec("C22")
    def test_its_busy_time_is_read_from_the_calendar(self, world: MicrosoftWorld, sandbox: Control) -> None:
        interval = Interval(soon(), soon() + HOUR)
        world.event_make(world.primary, interval)
        world.event_make(world.primary, interval, free=True)
        sandbox.requests_clear()
        found = world.client.busy([world.primary], window=Interval(soon() - HOUR, soon() + 3 * HOUR))
        assert found == {world.primary: [interval]}
        assert not [path for path in sandbox.requests() if path.endswith("getSchedule")]

    @pytest.mark.spec("C21")
    def test_an_event_without_a_video_call_is_made_all_the_same(self, world: MicrosoftWorld) -> None:
        made = world.client.event_create(draft_of(world))
        assert made.conference_url == ""
        assert world.events_at(MARTA)[0]["guests"] == ["guest@example.test"]
