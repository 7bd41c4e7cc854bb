"""Reading a folder of Exchange: series and their exceptions, slices of a window, tokens, who is shown what."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import Membership
from calendars.exceptions import SyncTokenExpired
from calendars.models import BusyInterval, Calendar, CalendarAccount
from calendars.providers.exchange import sync
from calendars.providers.exchange.cursor import Cursor, Series, cursor_read
from calendars.providers.protocol import CalendarClient, Interval, RemoteEvent
from calendars.services.calendars import calendars_list
from calendars.services.clients import calendar_client
from calendars.services.sync import calendar_sync
from hubclone.lib.errors import PermanentError
from sandbox.exchange.testing import ANNA, BEN
from sandbox.testing import Control, SandboxServer
from tests.calendars.provider_contract import DAY, HOUR, soon
from tests.connections.exchange import exchange_connected

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C3", "C7")]
WINDOW = Interval(soon(-1, 0), soon(400, 0))


@pytest.fixture
def mailbox(member: Membership, sandbox: Control, sandbox_server: SandboxServer) -> CalendarAccount:
    sandbox.exchange.auth("basic")
    return exchange_connected(member, sandbox_server)


@pytest.fixture
def client(mailbox: CalendarAccount) -> CalendarClient:
    return calendar_client(mailbox)


@pytest.fixture
def folder(sandbox: Control) -> str:
    return sandbox.exchange.calendar(ANNA)


def read(client: CalendarClient, folder: str, token: str = "") -> tuple[dict[str, RemoteEvent], str]:
    """Events by id, the last of each, and the token."""
    pages = list(client.events(folder, sync_token=token, window=WINDOW))
    assert all(len(page.events) <= 2 * sync.ITEMS_A_PAGE for page in pages)
    return {event.remote_id: event for page in pages for event in page.events}, pages[-1].sync_token or ""


def starts(events: dict[str, RemoteEvent]) -> list[str]:
    """When its owner becomes busy."""
    return sorted(
        f"{event.interval.starts_at:%m-%d %H:%M}" for event in events.values() if event.blocks and event.interval
    )


def at(text: str) -> dt.datetime:
    """A time of 2027 in UTC."""
    return dt.datetime.fromisoformat(f"2027-{text}:00+00:00")


@pytest.mark.spec("C24")
def test_a_series_keeps_its_wall_clock_over_a_transition_and_its_exceptions_are_followed(
    client: CalendarClient, sandbox: Control, folder: str
) -> None:
    """Nine o'clock in Warsaw; the clocks change on 28 March. That day's occurrence is moved, the next one deleted."""
    series = sandbox.exchange.event_create(
        calendar=ANNA, start=at("03-26T08:00").isoformat(), end=at("03-26T09:00").isoformat(),
        subject="Standup", rrule="FREQ=DAILY;COUNT=6", zone="Europe/Warsaw",
    )  # fmt: skip
    known, token = read(client, folder)
    assert starts(known) == [
        *("03-26 08:00", "03-27 08:00", "03-28 07:00", "03-29 07:00", "03-30 07:00", "03-31 07:00"),
    ]
    sandbox.exchange.event_move(
        id=series["id"], occurrence=at("03-28T07:00").isoformat(), start=at("03-28T00:30").isoformat(),
        end=at("03-28T01:30").isoformat(),
    )  # fmt: skip
    sandbox.exchange.event_delete(id=series["id"], occurrence=at("03-29T07:00").isoformat())
    changes, token = read(client, folder, token)
    known |= changes
    expected = ["03-26 08:00", "03-27 08:00", "03-28 00:30", "03-30 07:00", "03-31 07:00"]
    assert starts(known) == starts(read(client, folder)[0]) == expected
    assert read(client, folder, token)[0] == {}
    sandbox.exchange.event_delete(id=series["id"])
    known |= read(client, folder, token)[0]
    assert starts(known) == []


def test_ids_of_occurrences_stay_when_one_is_moved(client: CalendarClient, sandbox: Control, folder: str) -> None:
    series = sandbox.exchange.event_create(
        calendar=ANNA, start=soon().isoformat(), end=(soon() + HOUR).isoformat(), rrule="FREQ=DAILY;COUNT=3"
    )
    before, token = read(client, folder)
    sandbox.exchange.event_move(id=series["id"], occurrence=soon(4).isoformat(), start=soon(9).isoformat())
    changes, _ = read(client, folder, token)
    assert {id_ for id_, event in changes.items() if event.blocks} == {id_ for id_, e in before.items() if e.blocks}


def test_a_series_made_after_the_first_sync_is_unrolled_and_its_end_is_known(
    client: CalendarClient, sandbox: Control, folder: str
) -> None:
    known, token = read(client, folder)
    series = sandbox.exchange.event_create(
        calendar=ANNA, start=soon().isoformat(), end=(soon() + HOUR).isoformat(), rrule="FREQ=DAILY;INTERVAL=7;COUNT=4"
    )
    changes, token = read(client, folder, token)
    known |= changes
    assert len(starts(known)) == 4
    sandbox.exchange.event_delete(id=series["id"])
    known |= read(client, folder, token)[0]
    assert starts(known) == []


def test_more_than_a_view_tells_comes_in_whole_and_once(client: CalendarClient, sandbox: Control, folder: str) -> None:
    sandbox.exchange.find_limit(40)
    sandbox.exchange.events_bulk(calendar=ANNA, count=230, every_minutes=120, **{"from": soon().isoformat()})
    sandbox.exchange.event_create(
        calendar=ANNA, start=soon().isoformat(), end=soon(150).isoformat(), subject="A long absence"
    )
    pages = list(client.events(folder, sync_token="", window=WINDOW))
    ids = [event.remote_id for page in pages for event in page.events]
    assert len(ids) == len(set(ids)) == 231


def test_events_that_all_lie_on_each_other_end_in_an_error(
    client: CalendarClient, sandbox: Control, folder: str
) -> None:
    sandbox.exchange.find_limit(5)
    sandbox.exchange.events_bulk(calendar=ANNA, count=9, every_minutes=0, **{"from": soon().isoformat()})
    with pytest.raises(PermanentError) as caught:
        read(client, folder)
    assert caught.value.code == "TOO_MANY"


def test_many_changes_come_page_by_page(client: CalendarClient, sandbox: Control, folder: str) -> None:
    _, token = read(client, folder)
    sandbox.exchange.events_bulk(calendar=ANNA, count=700, every_minutes=60, **{"from": soon().isoformat()})
    pages = list(client.events(folder, sync_token=token, window=WINDOW))
    assert sum(len(page.events) for page in pages) == 700
    assert [bool(page.sync_token) for page in pages] == [False] * (len(pages) - 1) + [True]


@pytest.mark.parametrize("token", ["x", "AAAA", "eJwDAAAAAAE=", "not base64!", Cursor("s", WINDOW).text()[:-8]])
def test_a_token_that_is_none_starts_over(client: CalendarClient, folder: str, token: str) -> None:
    with pytest.raises(SyncTokenExpired):
        list(client.events(folder, sync_token=token, window=WINDOW))


def test_a_token_holds_the_window_and_the_series_and_stays_small() -> None:
    ids = {f"AAMkADAwATM3ZmYBLTk5{'x' * 120}{number:08d}" for number in range(300)}
    text = Cursor("state", WINDOW, {"uid": Series("master", ids)}).text()
    found = cursor_read(text)
    assert (found.state, found.window, found.series["uid"]) == ("state", WINDOW, Series("master", ids))
    assert len(text) < 300 * 20


def test_private_cancelled_and_declined_events_are_told_as_such(
    client: CalendarClient, sandbox: Control, folder: str
) -> None:
    span = {"start": soon().isoformat(), "end": (soon() + HOUR).isoformat()}
    private = sandbox.exchange.event_create(calendar=ANNA, sensitivity="Private", subject="Doctor", **span)
    meeting = sandbox.exchange.event_create(
        calendar=BEN, subject="Plan", required=[ANNA, {"email": "cy@example.test", "response": "Decline"}], **span
    )
    known, token = read(client, folder)
    assert known[private["id"]].is_private
    (copy,) = [event for event in known.values() if event.summary == "Plan"]
    assert copy.blocks
    assert ("cy@example.test", True) in [(one.email, one.has_declined) for one in copy.attendees]
    assert BEN in [one.email for one in copy.attendees]
    sandbox.exchange.event_delete(id=meeting["id"])
    changes, _ = read(client, folder, token)
    assert not changes[copy.remote_id].blocks
    assert changes[copy.remote_id].is_cancelled


def test_a_private_event_of_a_shared_calendar_blocks_and_says_nothing(client: CalendarClient, sandbox: Control) -> None:
    sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="reviewer")
    made = sandbox.exchange.event_create(
        calendar=BEN, start=soon().isoformat(), end=(soon() + HOUR).isoformat(), sensitivity="Private",
        subject="Doctor", required=["cy@example.test"], notify=False,
    )  # fmt: skip
    known, _ = read(client, sandbox.exchange.calendar(BEN))
    event = known[made["id"]]
    assert (event.blocks, event.is_private) == (True, True)
    assert "Doctor" not in event.summary
    assert "cy@example.test" not in [one.email for one in event.attendees]


@pytest.mark.spec("C9")
def test_own_calendars_and_those_that_colleagues_share_are_listed(
    client: CalendarClient, sandbox: Control, editor: Membership, admin: Membership
) -> None:
    for colleague, email in ((editor, BEN), (admin, "nobody@corp.example")):
        colleague.user.email = email
        colleague.user.save(update_fields=["email"])
    assert {calendar.name for calendar in client.calendars()} == {"Calendar", "Travel"}
    sandbox.exchange.calendar_share(calendar=BEN, account=ANNA, role="editor")
    found = {calendar.name: calendar for calendar in client.calendars()}
    assert set(found) == {"Calendar", "Travel", f"{BEN} · Calendar"}
    assert found[f"{BEN} · Calendar"].is_writable
    assert [name for name, calendar in found.items() if calendar.is_primary] == ["Calendar"]


def test_a_sync_keeps_busy_time_as_exchange_has_it(mailbox: CalendarAccount, sandbox: Control) -> None:
    calendars_list(calendar_account=mailbox)
    calendar = Calendar.objects.get(is_primary=True)
    series: Any = sandbox.exchange.event_create(
        calendar=ANNA, start=soon().isoformat(), end=(soon() + HOUR).isoformat(), rrule="FREQ=DAILY;COUNT=3"
    )
    calendar_sync(calendar_id=calendar.pk)
    assert list(BusyInterval.objects.order_by("starts_at").values_list("starts_at", flat=True)) == [
        soon() + n * DAY for n in range(3)
    ]
    sandbox.exchange.event_delete(id=series["id"], occurrence=soon(4).isoformat())
    sandbox.requests_clear()
    calendar_sync(calendar_id=calendar.pk)
    assert BusyInterval.objects.count() == 2
    sandbox.exchange.expire_sync_state(calendar.remote_id)
    calendar_sync(calendar_id=calendar.pk)
    assert BusyInterval.objects.count() == 2
    sandbox.exchange.event_delete(id=series["id"])
    calendar_sync(calendar_id=calendar.pk)
    assert not BusyInterval.objects.exists()
