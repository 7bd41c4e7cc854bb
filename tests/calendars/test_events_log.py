"""Events with contacts, made in the calendar itself, are logged as meetings and follow what becomes of them (C5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import system_actor
from accounts.models import AuditEntry, Membership
from calendars.models import Calendar, CalendarAccount, LoggedEvent
from calendars.providers.protocol import Attendee, Interval, RemoteEvent
from calendars.services.events_follow import EventsFollow
from calendars.services.sync import calendar_sync
from crm.choices import ObjectType
from crm.models import Association, Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.records import record_archive, records_write
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.calendars.booking import account_make, book, page_make
from tests.calendars.provider_contract import DAY, HOUR, soon
from tests.connections.google import ANNA, FAMILY, HOLIDAYS, JAN, connected

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C5")]
OLGA, PIOTR = "olga@example.com", "piotr@example.com"


@pytest.fixture
def member(sandbox: Control) -> Membership:
    return account_make().memberships.select_related("user", "account").get()


@pytest.fixture
def olga(member: Membership) -> int:
    return contact(member, OLGA)


@pytest.fixture
def calendar(member: Membership, olga: int, sandbox: Control) -> Calendar:
    connected(member)
    run_jobs()
    return Calendar.objects.get(is_primary=True)


def contact(member: Membership, email: str) -> int:
    change = RecordChange(ObjectType.CONTACT, match_email=email)
    return records_write(actor=system_actor(member.account_id), changes=[change])[0].record_id or 0


def make(sandbox: Control, *emails: str, calendar: str = ANNA, day: int = 3, **more: Any) -> str:
    start, end = soon(day), soon(day) + HOUR
    guests = [{"email": email} for email in emails]
    given = {"summary": "Quarterly review", "attendees": guests, **more}
    made = sandbox.google.event_create(calendar=calendar, start=start.isoformat(), end=end.isoformat(), **given)
    return str(made["id"])


def sync(calendar: Calendar) -> None:
    calendar_sync(calendar_id=calendar.pk)


def meetings() -> list[Record]:
    return list(Record.objects.filter(object_type=ObjectType.MEETING, archived_at=None).order_by("id"))


def linked(meeting: Record) -> set[int]:
    links = Association.objects.filter(from_record=meeting, to_type=ObjectType.CONTACT)
    return set(links.values_list("to_record_id", flat=True))


def test_an_event_with_a_contact_is_logged_and_no_contact_is_made(
    calendar: Calendar, olga: int, sandbox: Control
) -> None:
    make(sandbox, OLGA.upper(), "nobody@example.com", location="Rynek 1")
    sync(calendar)
    (meeting,) = meetings()
    assert meeting.properties["hs_meeting_title"] == "Quarterly review"
    assert meeting.properties["hs_meeting_location"] == "Rynek 1"
    assert meeting.properties["hs_meeting_source"] == "BIDIRECTIONAL_SYNC"
    assert meeting.properties["hs_meeting_start_time"].startswith(soon(3).isoformat()[:16])
    assert meeting.owner == calendar.calendar_account.user
    assert linked(meeting) == {olga}
    entry = TimelineEntry.objects.get(record_id=olga, kind="meeting")
    assert (entry.about_id, entry.data["state"], entry.source_kind) == (meeting.pk, "logged", "sync")
    assert Record.objects.filter(object_type=ObjectType.CONTACT).count() == 1


def test_it_is_logged_once_however_often_it_comes(calendar: Calendar, sandbox: Control) -> None:
    make(sandbox, OLGA)
    sync(calendar)
    before = Record.objects.get(pk=meetings()[0].pk).version
    sandbox.google.expire_sync_token(ANNA)
    sync(calendar)
    assert [meeting.version for meeting in meetings()] == [before]
    assert TimelineEntry.objects.filter(kind="meeting").count() == 1


def test_a_change_follows(calendar: Calendar, olga: int, member: Membership, sandbox: Control) -> None:
    piotr = contact(member, PIOTR)
    event = make(sandbox, OLGA)
    sync(calendar)
    sandbox.google.event_move(calendar=ANNA, id=event, start=soon(9).isoformat())
    changes = {"summary": "Half-year review", "attendees": [{"email": PIOTR}]}
    sandbox.google.event_update(calendar=ANNA, id=event, **changes)
    sync(calendar)
    (meeting,) = meetings()
    assert meeting.properties["hs_meeting_title"] == "Half-year review"
    assert meeting.properties["hs_meeting_start_time"].startswith(soon(9).isoformat()[:16])
    assert linked(meeting) == {piotr}
    states = dict(TimelineEntry.objects.filter(kind="meeting").values_list("record_id", "data__state"))
    assert states == {olga: "cancelled", piotr: "logged"}


@pytest.mark.parametrize("how", ["deleted", "deleted unseen", "declined", "nobody left"])
def test_a_deletion_follows(calendar: Calendar, olga: int, sandbox: Control, how: str) -> None:
    event = make(sandbox, OLGA)
    sync(calendar)
    meeting = meetings()[0]
    if how == "declined":
        guests = [{"email": OLGA}, {"email": ANNA, "responseStatus": "declined"}]
        sandbox.google.event_update(calendar=ANNA, id=event, attendees=guests)
    elif how == "nobody left":
        sandbox.google.event_update(calendar=ANNA, id=event, attendees=[{"email": "x@example.com"}])
    else:
        sandbox.google.event_delete(calendar=ANNA, id=event)
        if how == "deleted unseen":
            sandbox.google.expire_sync_token(ANNA)
    sync(calendar)
    assert meetings() == []
    meeting.refresh_from_db()
    assert meeting.archived_at is not None
    assert meeting.properties["hs_meeting_outcome"] == "CANCELED"
    entry = TimelineEntry.objects.get(record_id=olga, kind="meeting")
    assert (entry.data["state"], entry.data["subject"]) == ("cancelled", "Quarterly review")
    assert not LoggedEvent.objects.exists()


def test_each_occurrence_of_a_series_is_a_meeting_of_its_own(calendar: Calendar, sandbox: Control) -> None:
    times = (
        {"dateTime": soon(3).isoformat(), "timeZone": "UTC"},
        {
            "dateTime": (soon(3) + HOUR).isoformat(),
            "timeZone": "UTC",
        },
    )
    guests = [{"email": OLGA}]
    made = sandbox.google.event_create(
        calendar=ANNA, start=times[0], end=times[1], recurrence=["RRULE:FREQ=DAILY;COUNT=4"], attendees=guests
    )
    sync(calendar)
    assert len(meetings()) == 4
    occurrence = LoggedEvent.objects.order_by("starts_at")[1].remote_id
    sandbox.google.event_delete(calendar=ANNA, id=occurrence)
    sync(calendar)
    assert len(meetings()) == 3
    sandbox.google.event_delete(calendar=ANNA, id=str(made["id"]))
    sync(calendar)
    assert meetings() == []


def test_of_a_private_event_only_the_time_is_logged(calendar: Calendar, sandbox: Control) -> None:
    make(sandbox, OLGA, visibility="private", summary="Salary talk", location="Secret room")
    sync(calendar)
    (meeting,) = meetings()
    said = f"{meeting.properties} {TimelineEntry.objects.get(kind='meeting').data}"
    assert "Salary" not in said
    assert "Secret" not in said
    assert meeting.display_name == "Private meeting"


def test_a_contact_that_comes_into_being_later_gets_what_changes_from_then_on(
    calendar: Calendar, member: Membership, sandbox: Control
) -> None:
    event = make(sandbox, PIOTR)
    sync(calendar)
    contact(member, PIOTR)
    sync(calendar)
    assert meetings() == []
    sandbox.google.event_update(calendar=ANNA, id=event, summary="Moved on")
    sync(calendar)
    assert len(meetings()) == 1


def test_our_own_bookings_are_not_logged_a_second_time(calendar: Calendar, sandbox: Control) -> None:
    page = page_make(calendar.account, connected=False)
    book(page, email=OLGA)
    run_jobs()
    sync(calendar)
    assert len(meetings()) == 1
    assert not LoggedEvent.objects.exists()


def test_own_calendars_are_logged_and_those_that_are_only_read_are_not(calendar: Calendar, sandbox: Control) -> None:
    for name in (FAMILY, HOLIDAYS):
        Calendar.objects.filter(remote_id=name).update(is_selected=True)
        make(sandbox, OLGA, calendar=name)
        sync(Calendar.objects.get(remote_id=name))
    assert [row.calendar.remote_id for row in LoggedEvent.objects.select_related("calendar")] == [FAMILY]


def test_colleagues_who_share_an_event_share_its_meeting(calendar: Calendar, olga: int, sandbox: Control) -> None:
    from tests.accounts.factories import MembershipFactory

    colleague = MembershipFactory(account=calendar.account)
    connected(colleague, JAN)
    run_jobs()
    theirs = Calendar.objects.get(is_primary=True, remote_id=JAN)
    event = make(sandbox, OLGA, JAN)
    sync(calendar)
    sync(theirs)
    (meeting,) = meetings()
    assert LoggedEvent.objects.filter(meeting=meeting).count() == 2
    guests = [{"email": OLGA}]
    sandbox.google.event_update(calendar=ANNA, id=event, attendees=guests)
    sync(theirs)
    assert meetings() == [meeting], "the colleague's copy went, the meeting did not"
    sandbox.google.event_delete(calendar=ANNA, id=event)
    sync(calendar)
    assert meetings() == []


def test_a_calendar_connected_anew_finds_its_meetings_again(
    calendar: Calendar, member: Membership, sandbox: Control
) -> None:
    make(sandbox, OLGA)
    sync(calendar)
    (meeting,) = meetings()
    CalendarAccount.objects.all().delete()
    from connections.models import Connection

    Connection.objects.all().delete()
    connected(member)
    run_jobs()
    assert meetings() == [meeting]
    assert LoggedEvent.objects.get().meeting == meeting


def test_a_meeting_and_a_contact_that_were_deleted_here_stay_so(
    calendar: Calendar, olga: int, member: Membership, sandbox: Control
) -> None:
    actor, event = system_actor(member.account_id), make(sandbox, OLGA)
    sync(calendar)
    record_archive(actor=actor, record_id=meetings()[0].pk, object_type=ObjectType.MEETING)
    sandbox.google.event_update(calendar=ANNA, id=event, summary="Once more")
    sync(calendar)
    assert meetings() == []
    record_archive(actor=actor, record_id=olga, object_type=ObjectType.CONTACT)
    make(sandbox, OLGA, day=5)
    sync(calendar)
    assert meetings() == []


def test_turned_off_nothing_is_logged_and_the_settings_say_so(
    calendar: Calendar, member: Membership, sandbox: Control
) -> None:
    client = Client()
    client.force_login(member.user)
    url = reverse("calendars:settings", args=[member.account_id])
    page = client.get(url).content.decode()
    assert 'name="calendar_sync" value="1" checked' in page
    assert client.post(url, {"calendars": [calendar.pk]}).status_code == 302
    assert not CalendarAccount.objects.get().is_sync_on
    make(sandbox, OLGA)
    sync(calendar)
    assert meetings() == []
    added = client.post(url, {"calendars": [calendar.pk], "calendar_sync": "1", "add_chosen": "1"})
    assert 'value="1" checked' in added.content.decode()
    assert client.post(url, {"calendars": [calendar.pk], "calendar_sync": "1"}).status_code == 302
    make(sandbox, OLGA, day=5)
    sync(calendar)
    assert len(meetings()) == 1
    said = AuditEntry.objects.filter(action__startswith="calendar_account.sync").values_list("action", flat=True)
    assert list(said.order_by("id")) == ["calendar_account.sync_turned_off", "calendar_account.sync_turned_on"]


def test_a_page_whose_guests_are_no_contacts_costs_one_query(calendar: Calendar) -> None:
    first = soon(3)
    events = [
        RemoteEvent(
            f"event{number}",
            True,
            Interval(first + number * DAY, first + number * DAY + HOUR),
            attendees=tuple(Attendee(f"guest{number}.{n}@example.com") for n in range(3)),
        )
        for number in range(2500)
    ]
    follow = EventsFollow(Calendar.objects.select_related("calendar_account").get(pk=calendar.pk))
    with CaptureQueriesContext(database) as queries:
        follow.page(events)
    assert len(queries) == 1


def test_a_page_of_many_meetings_takes_few_queries(calendar: Calendar) -> None:
    first = soon(3)
    events = [
        RemoteEvent(
            f"event{number}",
            True,
            Interval(first + number * HOUR, first + number * HOUR + HOUR),
            attendees=(Attendee(OLGA),),
        )
        for number in range(300)
    ]
    follow = EventsFollow(Calendar.objects.select_related("calendar_account__user").get(pk=calendar.pk))
    with CaptureQueriesContext(database) as queries:
        follow.page(events)
    assert len(meetings()) == 300
    assert len(queries) < 40
