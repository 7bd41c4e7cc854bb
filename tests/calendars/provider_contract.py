"""What every calendar provider must do, whatever stands behind it. A provider's tests give a ``World`` and inherit.

Times are in 2027 or relative to now, because providers answer only windows around the present.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import pytest

from calendars.exceptions import CalendarGone, SyncTokenExpired
from calendars.providers.protocol import (
    Attendee,
    CalendarClient,
    CalendarProvider,
    EventDraft,
    Interval,
    RemoteEvent,
    Unreadable,
)

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


class World(Protocol):
    """The provider's outside: what its people do there."""

    provider: CalendarProvider
    client: CalendarClient
    primary: str
    shared: str
    """A calendar of somebody else that the account can read."""

    def event_make(self, calendar: str, interval: Interval, **kind: object) -> str:
        """An event; ``kind``: free, tentative, declined, out_of_office, working_location; its remote id."""

    def all_day_make(self, calendar: str, day: dt.date) -> str:
        """An all-day event of one day."""

    def series_make(self, calendar: str, first: Interval, count: int) -> str:
        """A daily series."""

    def event_delete(self, calendar: str, remote_id: str) -> None:
        """Somebody deletes it."""

    def event_move(self, calendar: str, remote_id: str, interval: Interval) -> None:
        """Somebody moves it."""

    def sync_token_expire(self, calendar: str) -> None:
        """The provider forgets its tokens."""

    def unshare(self, calendar: str) -> None:
        """The account may not read it any more."""

    def events_at(self, calendar: str) -> list[dict[str, object]]:
        """What is in the calendar, as {"remote_id", "summary", "guests", "private", "conference_url"}."""


def soon(days: int = 3, hour: int = 10) -> dt.datetime:
    """A full hour some days ahead, in UTC."""
    today = dt.datetime.now(dt.UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + days * DAY


def _blocking(events: Mapping[str, RemoteEvent]) -> list[dt.datetime]:
    """When its owner becomes busy."""
    return sorted(event.interval.starts_at for event in events.values() if event.blocks and event.interval)


class ProviderContract:
    """Inherit as ``TestX`` and give a fixture ``world``."""

    window = Interval(soon(-1, 0), soon(400, 0))

    def test_the_list_has_one_primary_and_says_what_can_be_written(self, world: World) -> None:
        found = {c.remote_id: c for c in world.client.calendars()}
        assert [c.remote_id for c in found.values() if c.is_primary] == [world.primary]
        assert found[world.primary].is_writable
        assert not found[world.shared].is_writable

    def test_a_full_sync_brings_blocking_events_with_their_times(self, world: World) -> None:
        interval = Interval(soon(), soon() + HOUR)
        remote_id = world.event_make(world.primary, interval)
        events, token = self._all(world)
        assert events[remote_id].interval == interval
        assert events[remote_id].blocks
        assert token

    @pytest.mark.spec("C3")
    @pytest.mark.parametrize("kind", ["free", "declined", "working_location"])
    def test_free_declined_and_working_location_events_do_not_block(self, world: World, kind: str) -> None:
        remote_id = world.event_make(world.primary, Interval(soon(), soon() + HOUR), **{kind: True})
        assert not self._all(world)[0][remote_id].blocks

    @pytest.mark.spec("C3")
    @pytest.mark.parametrize("kind", ["tentative", "out_of_office"])
    def test_tentative_and_out_of_office_events_block(self, world: World, kind: str) -> None:
        remote_id = world.event_make(world.primary, Interval(soon(), soon() + HOUR), **{kind: True})
        assert self._all(world)[0][remote_id].blocks

    @pytest.mark.spec("C3", "C24")
    def test_an_all_day_event_blocks_its_day_in_the_calendars_zone(self, world: World) -> None:
        """The primary calendar is in Warsaw."""
        remote_id = world.all_day_make(world.primary, dt.date(2027, 7, 5))
        found = self._all(world, Interval(soon(-1), dt.datetime(2027, 8, 1, tzinfo=dt.UTC)))[0][remote_id]
        starts_at = dt.datetime(2027, 7, 4, 22, tzinfo=dt.UTC)
        assert (found.blocks, found.interval) == (True, Interval(starts_at, starts_at + DAY))

    @pytest.mark.spec("C3")
    def test_a_series_comes_as_single_occurrences(self, world: World) -> None:
        first = Interval(soon(), soon() + HOUR)
        world.series_make(world.primary, first, 5)
        events, _ = self._all(world)
        starts = sorted(e.interval.starts_at for e in events.values() if e.blocks and e.interval)
        assert starts == [first.starts_at + n * DAY for n in range(5)]

    @pytest.mark.spec("C3")
    def test_a_series_follows_its_exceptions_and_its_end(self, world: World) -> None:
        """One occurrence is cancelled, one moved; later the whole series is deleted."""
        first = Interval(soon(), soon() + HOUR)
        master = world.series_make(world.primary, first, 5)
        known, token = self._all(world)
        ids = sorted(known, key=lambda id_: str(known[id_].interval))
        target = Interval(soon(20), soon(20) + HOUR)
        world.event_delete(world.primary, ids[1])
        world.event_move(world.primary, ids[2], target)
        known, token = self._followed(world, known, token)
        expected = [first.starts_at, first.starts_at + 3 * DAY, first.starts_at + 4 * DAY, target.starts_at]
        assert _blocking(known) == _blocking(self._all(world)[0]) == expected
        world.event_delete(world.primary, master)
        assert _blocking(self._followed(world, known, token)[0]) == []

    def test_an_incremental_sync_brings_what_changed_and_what_is_gone(self, world: World) -> None:
        kept, moved, gone = (
            world.event_make(world.primary, Interval(soon(day), soon(day) + HOUR)) for day in (3, 4, 5)
        )
        _, token = self._all(world)
        target = Interval(soon(9), soon(9) + HOUR)
        world.event_move(world.primary, moved, target)
        world.event_delete(world.primary, gone)
        changes, newer = self._all(world, token=token)
        assert kept not in changes
        assert changes[moved].interval == target
        assert changes[gone].is_cancelled
        assert not changes[gone].blocks
        assert self._all(world, token=newer)[0] == {}

    def test_a_forgotten_token_is_said_so(self, world: World) -> None:
        _, token = self._all(world)
        world.sync_token_expire(world.primary)
        with pytest.raises(SyncTokenExpired):
            self._all(world, token=token)

    def test_a_calendar_that_may_not_be_read_is_gone(self, world: World) -> None:
        world.unshare(world.shared)
        with pytest.raises(CalendarGone):
            list(world.client.events(world.shared, sync_token="", window=self.window))

    def test_free_busy_answers_every_calendar_that_was_asked_for(self, world: World) -> None:
        interval = Interval(soon(), soon() + HOUR)
        world.event_make(world.primary, interval)
        world.unshare(world.shared)
        found = world.client.busy([world.primary, world.shared], window=Interval(soon() - HOUR, soon() + 3 * HOUR))
        assert found[world.primary] == [interval]
        assert isinstance(found[world.shared], Unreadable)

    @pytest.mark.spec("C21")
    def test_a_created_event_has_what_the_draft_says(self, world: World) -> None:
        draft = self._draft(world)
        made = world.client.event_create(draft)
        (found,) = world.events_at(world.primary)
        assert found["summary"] == draft.summary
        assert found["guests"] == ["guest@example.test"]
        assert found["private"] == {"booking": "17"}
        assert made.interval == draft.interval
        assert made.conference_url == found["conference_url"]
        assert bool(made.conference_url) == world.provider.capabilities.conference
        expected = world.provider.event_id(draft.uid)
        assert expected in {"", made.remote_id}

    @pytest.mark.spec("C21")
    def test_creating_it_again_answers_the_same_event(self, world: World) -> None:
        draft = self._draft(world)
        first, second = world.client.event_create(draft), world.client.event_create(draft)
        assert first == second
        assert len(world.events_at(world.primary)) == 1

    @pytest.mark.spec("C23")
    def test_an_updated_event_has_the_new_times_and_keeps_the_rest(self, world: World) -> None:
        draft = self._draft(world)
        made = world.client.event_create(draft)
        target = Interval(soon(8), soon(8) + HOUR)
        moved = world.client.event_update(replace(draft, interval=target), event_id=made.remote_id)
        assert moved is not None
        assert (moved.interval, moved.conference_url) == (target, made.conference_url)
        assert moved.modified > made.modified
        (found,) = world.events_at(world.primary)
        assert (found["summary"], found["guests"]) == (draft.summary, ["guest@example.test"])
        again = world.client.event_update(replace(draft, interval=target), event_id=made.remote_id)
        assert again is not None
        assert again.interval == target

    @pytest.mark.spec("C23")
    def test_an_event_that_was_all_day_can_be_given_times(self, world: World) -> None:
        remote_id = world.all_day_make(world.primary, soon(4).date())
        moved = world.client.event_update(self._draft(world), event_id=remote_id)
        assert moved is not None
        assert moved.interval == self._draft(world).interval

    @pytest.mark.spec("C23")
    def test_a_deleted_event_is_gone_for_every_call_and_deleting_it_again_is_no_error(self, world: World) -> None:
        draft = self._draft(world)
        made = world.client.event_create(draft)
        for _ in range(2):
            world.client.event_delete(world.primary, event_id=made.remote_id)
            assert world.events_at(world.primary) == []
            assert world.client.event_get(world.primary, event_id=made.remote_id) is None
            assert world.client.event_update(draft, event_id=made.remote_id) is None
        world.client.event_delete(world.primary, event_id=world.provider.event_id(uuid.uuid4()))

    @pytest.mark.spec("C8")
    def test_an_event_is_answered_as_people_have_left_it(self, world: World) -> None:
        made = world.client.event_create(self._draft(world))
        target = Interval(soon(6), soon(6) + HOUR)
        world.event_move(world.primary, made.remote_id, target)
        found = world.client.event_get(world.primary, event_id=made.remote_id)
        assert found is not None
        assert found.interval == target
        assert found.modified > made.modified
        assert self._all(world)[0][made.remote_id].modified == found.modified

    @pytest.mark.spec("C8")
    def test_an_event_of_a_calendar_that_is_gone_is_not_taken_for_a_deleted_one(self, world: World) -> None:
        world.unshare(world.shared)
        with pytest.raises(CalendarGone):
            world.client.event_get(world.shared, event_id=world.provider.event_id(uuid.uuid4()))

    def _all(
        self, world: World, window: Interval | None = None, *, token: str = ""
    ) -> tuple[dict[str, RemoteEvent], str]:
        pages = list(world.client.events(world.primary, sync_token=token, window=window or self.window))
        assert all(page.sync_token is None for page in pages[:-1])
        return {e.remote_id: e for page in pages for e in page.events}, pages[-1].sync_token or ""

    def _followed(self, world: World, known: dict[str, RemoteEvent], token: str) -> tuple[dict[str, RemoteEvent], str]:
        """What is known after a sync: everything anew where the provider says that it does not tell all."""
        pages = list(world.client.events(world.primary, sync_token=token, window=self.window))
        if any(page.is_incomplete for page in pages):
            return self._all(world)
        return known | {e.remote_id: e for page in pages for e in page.events}, pages[-1].sync_token or ""

    def _draft(self, world: World) -> EventDraft:
        return EventDraft(
            calendar_remote_id=world.primary,
            uid=uuid.uuid4(),
            summary="Intro with Zoë",
            interval=Interval(soon(), soon() + HOUR),
            time_zone="Europe/Warsaw",
            description="About <b>things</b>",
            attendees=(Attendee("guest@example.test", "Zoë Guest"),),
            wants_conference=True,
            private={"booking": "17"},
        )
