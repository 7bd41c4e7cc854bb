"""Meetings made on a contact's record, and their events in the calendars of all three providers (C6), over real
sockets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.actor import Actor, system_actor
from accounts.choices import ActorKind
from accounts.models import Account, Membership, Notification
from calendars.choices import CalendarWrite
from calendars.models import Calendar, CalendarAccount, CalendarJob, LoggedEvent, MeetingEvent
from calendars.services.booking_records import MEETING_TO_CONTACT
from calendars.services.meeting_events import (
    CONSUMER,
    EVENT_BRING,
    EVENT_LOOK,
    changes_follow,
    event_bring,
    meeting_events_retry,
)
from calendars.services.meetings import meeting_schedule
from crm.choices import ObjectType
from crm.models import EventCursor, Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.events import publish_once
from crm.services.records import record_archive, record_restore, records_write
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from hubclone.lib.locks import LockSpace, session_lock_try
from sandbox.exchange.testing import ANNA as EXCHANGE_ANNA
from sandbox.exchange.testing import ExchangeControl
from sandbox.microsoft.testing import MicrosoftControl
from sandbox.testing import Control, GoogleControl, SandboxServer
from tests.calendars.booking import account_make, at_once, slot
from tests.calendars.provider_bookings import due, sync
from tests.connections import google, microsoft
from tests.connections.exchange import exchange_connected
from tests.crm.conftest import record_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C6")]
OLGA = "olga@example.com"
StandIn = GoogleControl | MicrosoftControl | ExchangeControl


@dataclass(frozen=True)
class Host:
    """A person with a contact, whose calendar is at a provider."""

    membership: Membership
    contact: Record
    at: StandIn
    calendar: str

    @property
    def account(self) -> Account:
        return self.membership.account

    def events(self) -> list[dict[str, Any]]:
        """What is in the calendar."""
        at = self.at
        found = at.items(self.calendar) if isinstance(at, ExchangeControl) else at.events(self.calendar)
        return [event for event in found if not event.get("deleted") and event.get("status") != "cancelled"]


def _google(sandbox: Control, _server: SandboxServer, membership: Membership) -> tuple[StandIn, str]:
    google.connected(membership, google.ANNA)
    return sandbox.google, google.ANNA


def _microsoft(sandbox: Control, _server: SandboxServer, membership: Membership) -> tuple[StandIn, str]:
    microsoft.connected(membership)
    return sandbox.microsoft, microsoft.ANNA


def _exchange(sandbox: Control, server: SandboxServer, membership: Membership) -> tuple[StandIn, str]:
    sandbox.exchange.auth("basic")
    exchange_connected(membership, server)
    return sandbox.exchange, EXCHANGE_ANNA


CONNECT: dict[str, Callable[[Control, SandboxServer, Membership], tuple[StandIn, str]]] = {
    "google": _google,
    "microsoft": _microsoft,
    "exchange": _exchange,
}


@pytest.fixture(params=CONNECT)
def host(request: pytest.FixtureRequest, sandbox: Control, sandbox_server: SandboxServer) -> Iterator[Host]:
    """One for each provider."""
    yield _host(request.param, sandbox, sandbox_server)
    sandbox.clear()


@pytest.fixture
def anna(sandbox: Control, sandbox_server: SandboxServer) -> Iterator[Host]:
    """Google's alone, for what no provider knows of."""
    yield _host("google", sandbox, sandbox_server)
    sandbox.clear()


def _host(provider: str, sandbox: Control, server: SandboxServer) -> Host:
    membership = account_make().memberships.select_related("user", "account").get()
    change = RecordChange(ObjectType.CONTACT, {"firstname": "Olga", "email": OLGA}, match_email=OLGA)
    made = records_write(actor=system_actor(membership.account_id), changes=[change])[0]
    control, calendar = CONNECT[provider](sandbox, server, membership)
    run_jobs()
    return Host(membership, record_of(made), control, calendar)


def schedule(host: Host, number: int = 0, **fields: Any) -> Record:
    user = host.membership.user
    meeting = meeting_schedule(
        actor=Actor(host.account.pk, ActorKind.USER, str(user.pk)),
        organiser=user,
        properties={"hs_meeting_title": "Kick-off", "hs_meeting_outcome": "SCHEDULED", **times(number)},
        links=[(host.contact.pk, MEETING_TO_CONTACT)],
        time_zone="Europe/Warsaw",
        **fields,
    )
    run_jobs()
    return meeting


def times(number: int) -> dict[str, str]:
    edges = {"hs_timestamp": slot(number), "hs_meeting_start_time": slot(number)}
    return {name: value.isoformat() for name, value in {**edges, "hs_meeting_end_time": slot(number + 1)}.items()}


def change(meeting: Record, **properties: Any) -> None:
    """As any client of the write path."""
    actor = system_actor(meeting.account_id)
    records_write(actor=actor, changes=[RecordChange(ObjectType.MEETING, properties, record_id=meeting.pk)])
    follow()


def follow() -> None:
    """What the publisher, the task and the workers do within seconds."""
    publish_once()
    changes_follow()
    run_jobs()


def begins(event: dict[str, Any]) -> str:
    """In UTC; Graph names no offset then, and more digits than Python reads."""
    start = event["start"]
    text = str(start if isinstance(start, str) else start["dateTime"])
    moment = dt.datetime.fromisoformat(text.split(".")[0])
    return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).isoformat()[:16]


def minute(number: int) -> str:
    return slot(number).isoformat()[:16]


def row_of(meeting: Record) -> MeetingEvent:
    return MeetingEvent.objects.select_related("meeting").get(meeting=meeting)


def now_of(meeting: Record) -> dict[str, Any]:
    return dict(Record.objects.get(pk=meeting.pk).properties)


def invitations(host: Host) -> list[str]:
    """What the guest was sent; Exchange calls an invitation a request."""
    words = {"request": "invitation", "cancel": "cancellation"}
    return [words.get(one["kind"], one["kind"]) for one in host.at.state()["invitations"]]


def there(host: Host) -> dict[str, str]:
    """How the stand-in is told which event is meant."""
    (event,) = host.events()
    ids = {"calendar": host.calendar, "id": event["id"]}
    return {"id": event["id"]} if isinstance(host.at, ExchangeControl) else ids


def move_there(host: Host, number: int) -> None:
    host.at.event_move(**there(host), start=slot(number).isoformat(), end=slot(number + 1).isoformat())


def delete_there(host: Host) -> None:
    host.at.event_delete(**there(host))


def test_a_meeting_on_a_contact_sends_one_real_invitation_and_is_logged_once(host: Host) -> None:
    meeting = schedule(host, wants_call=True)
    (event,) = host.events()
    assert OLGA in str(event)
    assert begins(event) == minute(0)
    assert invitations(host) == ["invitation"]
    row = row_of(meeting)
    assert (row.state, row.starts_at, row.ends_at) == (CalendarWrite.WRITTEN, slot(0), slot(1))
    sync()
    follow()
    assert not LoggedEvent.objects.exists()
    assert Record.objects.filter(object_type=ObjectType.MEETING).count() == 1
    assert TimelineEntry.objects.filter(record=host.contact).count() == 1
    assert invitations(host) == ["invitation"], "what comes back ends here"


def test_a_record_that_moves_moves_its_event_and_tells_the_guest(host: Host) -> None:
    meeting = schedule(host)
    for number in (4, 8):
        change(meeting, **times(number))
        sync()
        follow()
    (event,) = host.events()
    assert begins(event) == minute(8)
    assert invitations(host) == ["invitation", "update", "update"]
    assert row_of(meeting).starts_at == slot(8)


def test_a_record_that_is_deleted_takes_its_event_along_and_brings_another_when_it_comes_back(host: Host) -> None:
    meeting = schedule(host)
    record_archive(actor=system_actor(host.account.pk), record_id=meeting.pk, object_type=ObjectType.MEETING)
    follow()
    assert host.events() == []
    assert row_of(meeting).state == CalendarWrite.REMOVED
    record_restore(actor=system_actor(host.account.pk), record_id=meeting.pk, object_type=ObjectType.MEETING)
    follow()
    assert [begins(event) for event in host.events()] == [minute(0)]
    assert invitations(host) == ["invitation", "cancellation", "invitation"]


def test_an_event_that_moves_in_the_calendar_moves_its_record_and_its_place_on_the_timeline(host: Host) -> None:
    meeting = schedule(host)
    move_there(host, 6)
    sync()
    assert now_of(meeting)["hs_meeting_start_time"].startswith(minute(6))
    assert now_of(meeting)["hs_meeting_end_time"].startswith(minute(7))
    assert TimelineEntry.objects.get(record=host.contact).occurred_at == slot(6)
    told = invitations(host)
    follow()
    sync()
    assert invitations(host) == told, "no loop"
    assert not LoggedEvent.objects.exists()


def test_an_event_deleted_in_the_calendar_cancels_its_meeting(host: Host) -> None:
    meeting = schedule(host)
    sync()
    delete_there(host)
    sync()
    follow()
    assert now_of(meeting)["hs_meeting_outcome"] == "CANCELED"
    assert row_of(meeting).state == CalendarWrite.REMOVED
    assert host.events() == []


def test_an_event_deleted_before_any_sync_saw_it_is_found_out(host: Host) -> None:
    meeting = schedule(host)
    delete_there(host)
    sync()
    due(EVENT_LOOK)
    run_jobs()
    assert now_of(meeting)["hs_meeting_outcome"] == "CANCELED"


def test_a_meeting_that_is_cancelled_on_its_record_and_planned_again_gets_another_invitation(host: Host) -> None:
    meeting = schedule(host)
    change(meeting, hs_meeting_outcome="CANCELED")
    assert host.events() == []
    change(meeting, hs_meeting_outcome="SCHEDULED")
    assert len(host.events()) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_creation_whose_answer_is_lost_ends_in_one_event(host: Host, sandbox: Control, after: bool) -> None:
    method = {"exchange": "CreateItem"}.get(host.at.key, "POST")
    path = {"google": "/events$", "microsoft": "/events$"}.get(host.at.key, "")
    sandbox.fault(provider=host.at.key, method=method, path=path, times=2, disconnect=True, after=after)
    meeting = schedule(host)
    for _ in range(4):
        due(EVENT_BRING)
        run_jobs()
    assert len(host.events()) == 1
    assert invitations(host) == ["invitation"]
    assert row_of(meeting).state == CalendarWrite.WRITTEN


def test_a_token_that_expired_finds_out_what_was_deleted_meanwhile(anna: Host, sandbox: Control) -> None:
    meeting = schedule(anna)
    delete_there(anna)
    sandbox.google.expire_sync_token(anna.calendar)
    sync()
    assert now_of(meeting)["hs_meeting_outcome"] == "CANCELED"


def test_a_record_that_was_moved_while_the_calendar_moved_it_too_ends_the_same_on_both_sides(anna: Host) -> None:
    meeting = schedule(anna)
    move_there(anna, 6)
    records_write(
        actor=system_actor(anna.account.pk),
        changes=[RecordChange(ObjectType.MEETING, times(2), record_id=meeting.pk)],
    )
    sync()
    follow()
    due(EVENT_LOOK)
    run_jobs()
    sync()
    (event,) = anna.events()
    assert now_of(meeting)["hs_meeting_start_time"].startswith(begins(event))
    assert row_of(meeting).starts_at == slot(2)


def test_an_event_whose_worker_was_killed_before_it_could_note_it_goes_with_its_meeting(host: Host) -> None:
    meeting = schedule(host)
    MeetingEvent.objects.update(starts_at=None, ends_at=None, state=CalendarWrite.PENDING)
    record_archive(actor=system_actor(host.account.pk), record_id=meeting.pk, object_type=ObjectType.MEETING)
    follow()
    assert host.events() == []
    assert row_of(meeting).state == CalendarWrite.REMOVED


def test_what_is_over_stays_as_it_is_in_the_calendar(anna: Host) -> None:
    meeting = schedule(anna)
    hours = {"starts_at": slot(-200), "ends_at": slot(-199)}
    MeetingEvent.objects.update(**hours)
    change(meeting, **times(-220))
    record_archive(actor=system_actor(anna.account.pk), record_id=meeting.pk, object_type=ObjectType.MEETING)
    follow()
    assert invitations(anna) == ["invitation"]
    assert len(anna.events()) == 1


def test_ten_workers_with_one_meeting_make_one_event(anna: Host) -> None:
    meeting = schedule(anna)
    MeetingEvent.objects.update(starts_at=None, ends_at=None, state=CalendarWrite.PENDING)
    job = CalendarJob.objects.get(kind=EVENT_BRING)
    at_once([lambda: event_bring(job)] * 10)
    assert len(anna.events()) == 1
    assert row_of(meeting).state == CalendarWrite.WRITTEN


def test_a_meeting_that_another_worker_has_is_seen_to_later(anna: Host) -> None:
    meeting = schedule(anna)
    with session_lock_try(LockSpace.MEETING_EVENT, meeting.pk) as held:
        assert held
        change_in_thread = [lambda: change(meeting, **times(4))]
        at_once(change_in_thread)
    assert row_of(meeting).starts_at == slot(0)
    due(EVENT_BRING)
    run_jobs()
    assert row_of(meeting).starts_at == slot(4)


def test_a_calendar_that_refuses_tells_the_organiser_once_and_goes_on_when_it_works_again(
    anna: Host, sandbox: Control
) -> None:
    sandbox.fault(provider="google", method="POST", path="/events$", times=1, status=400)
    meeting = schedule(anna)
    assert row_of(meeting).state == CalendarWrite.FAILED
    notice = Notification.objects.get(key__startswith="meeting:")
    assert "Kick-off" in notice.title
    meeting_events_retry(CalendarAccount.objects.get())
    run_jobs()
    assert row_of(meeting).state == CalendarWrite.WRITTEN
    assert Notification.objects.filter(key__startswith="meeting:").count() == 1


@pytest.mark.parametrize("reason", ["no calendar", "sync off"])
def test_without_a_calendar_that_is_synced_the_meeting_is_only_logged(anna: Host, reason: str) -> None:
    if reason == "no calendar":
        Calendar.objects.all().delete()
    else:
        CalendarAccount.objects.update(is_sync_on=False)
    meeting = schedule(anna)
    assert not MeetingEvent.objects.exists()
    assert anna.events() == []
    assert TimelineEntry.objects.filter(record=anna.contact, about=meeting).count() == 1


def test_a_calendar_that_is_not_selected_is_followed_for_its_meetings(anna: Host) -> None:
    Calendar.objects.update(is_selected=False)
    meeting = schedule(anna)
    move_there(anna, 6)
    sync()
    assert now_of(meeting)["hs_meeting_start_time"].startswith(minute(6))


@pytest.mark.spec("A23")
def test_the_cursor_moves_with_the_jobs_and_reads_nothing_twice(anna: Host) -> None:
    meeting = schedule(anna)
    follow()
    CalendarJob.objects.all().delete()
    change_of = RecordChange(ObjectType.MEETING, times(4), record_id=meeting.pk)
    records_write(actor=system_actor(anna.account.pk), changes=[change_of])
    publish_once()
    assert changes_follow() == 1
    assert CalendarJob.objects.filter(kind=EVENT_BRING, state=JobState.QUEUED).count() == 1
    assert changes_follow() == 0
    assert EventCursor.objects.get(consumer=CONSUMER).seq > 0
