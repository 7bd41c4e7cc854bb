"""Events with contacts that are made in Outlook are logged as meetings, and follow what becomes of them (C5)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from calendars.models import Calendar, LoggedEvent
from crm.models import TimelineEntry
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import account_make
from tests.calendars.provider_contract import HOUR, soon
from tests.calendars.test_events_log import OLGA, contact, linked, meetings, sync
from tests.connections.microsoft import ANNA, JAN, connected

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C5")]


@pytest.fixture
def member(sandbox: Control) -> Membership:
    return account_make().memberships.select_related("user", "account").get()


@pytest.fixture
def olga(member: Membership) -> int:
    return contact(member, OLGA)


@pytest.fixture
def calendar(member: Membership, olga: int) -> Calendar:
    connected(member)
    run_jobs()
    return Calendar.objects.get(is_primary=True)


def make(sandbox: Control, *emails: str, calendar: str = ANNA, **more: Any) -> str:
    given = {"subject": "Quarterly review", "attendees": [{"emailAddress": {"address": one}} for one in emails]}
    start, end = soon(3).isoformat(), (soon(3) + HOUR).isoformat()
    return str(sandbox.microsoft.event_create(calendar=calendar, start=start, end=end, **{**given, **more})["id"])


def test_an_event_with_a_contact_is_logged_changed_and_ended(calendar: Calendar, olga: int, sandbox: Control) -> None:
    event = make(sandbox, OLGA.upper(), "nobody@example.com", location={"displayName": "Rynek 1"})
    sync(calendar)
    (meeting,) = meetings()
    assert meeting.properties["hs_meeting_title"] == "Quarterly review"
    assert meeting.properties["hs_meeting_location"] == "Rynek 1"
    assert linked(meeting) == {olga}
    sandbox.microsoft.event_move(calendar=ANNA, id=event, start=soon(9).isoformat())
    sandbox.microsoft.event_update(calendar=ANNA, id=event, subject="Half-year review")
    sync(calendar)
    (meeting,) = meetings()
    assert meeting.properties["hs_meeting_title"] == "Half-year review"
    assert meeting.properties["hs_meeting_start_time"].startswith(soon(9).isoformat()[:16])
    sandbox.microsoft.event_delete(calendar=ANNA, id=event)
    sync(calendar)
    assert meetings() == []


def test_a_contact_who_invites_is_an_attendee(calendar: Calendar, member: Membership, sandbox: Control) -> None:
    jan = contact(member, JAN)
    make(sandbox, ANNA, calendar=JAN)
    sync(calendar)
    assert linked(meetings()[0]) == {jan}


def test_of_a_private_event_nothing_is_logged_but_its_time(calendar: Calendar, sandbox: Control) -> None:
    make(sandbox, OLGA, sensitivity="private", subject="Diagnosis")
    sync(calendar)
    assert "Diagnosis" not in str(meetings()[0].properties)


def test_each_occurrence_of_a_series_is_a_meeting_and_goes_when_it_goes(calendar: Calendar, sandbox: Control) -> None:
    sandbox.microsoft.occurrences_silent()
    rule = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": soon(3).date().isoformat(), "numberOfOccurrences": 3},
    }
    series = make(sandbox, OLGA, recurrence=rule)
    sync(calendar)
    assert len(meetings()) == 3
    second = sorted(meetings(), key=lambda one: one.properties["hs_meeting_start_time"])[1]
    sandbox.microsoft.event_delete(calendar=ANNA, id=_occurrence(sandbox, calendar, second))
    sync(calendar)
    assert len(meetings()) == 2
    assert second.pk not in {one.pk for one in meetings()}
    sandbox.microsoft.event_delete(calendar=ANNA, id=series)
    sync(calendar)
    assert meetings() == []


def _occurrence(sandbox: Control, calendar: Calendar, meeting: Any) -> str:
    return str(calendar.logged_events.get(meeting=meeting).remote_id)


@pytest.mark.parametrize("recurring", [False, True], ids=["once", "series"])
def test_colleagues_who_share_an_event_share_its_meeting(
    calendar: Calendar, olga: int, sandbox: Control, recurring: bool
) -> None:
    """Each mailbox has an id of its own for it."""
    connected(MembershipFactory(account=calendar.account), JAN)
    run_jobs()
    theirs = Calendar.objects.exclude(pk=calendar.pk).get(is_primary=True)
    rule = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": soon(3).date().isoformat(), "numberOfOccurrences": 2},
    }
    more: dict[str, Any] = {"recurrence": rule} if recurring else {}
    event = make(sandbox, OLGA, JAN, **more)
    sync(calendar)
    sync(theirs)
    count = 2 if recurring else 1
    assert len(meetings()) == count
    assert LoggedEvent.objects.count() == 2 * count
    entries = TimelineEntry.objects.filter(record_id=olga, kind="meeting")
    assert entries.count() == count
    sandbox.microsoft.event_update(calendar=ANNA, id=event, subject="Renamed")
    sync(theirs)
    sync(calendar)
    assert {one.properties["hs_meeting_title"] for one in meetings()} == {"Renamed"}
    sandbox.microsoft.event_delete(calendar=ANNA, id=event)
    sync(calendar)
    assert len(meetings()) == count, "the colleague's copy keeps it until it goes, too"
    sync(theirs)
    assert meetings() == []
    assert entries.count() == count
    assert {entry.data["state"] for entry in entries} == {"cancelled"}


def test_an_occurrence_that_is_moved_keeps_its_meeting_and_its_entry(
    calendar: Calendar, olga: int, sandbox: Control
) -> None:
    rule = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": soon(3).date().isoformat(), "numberOfOccurrences": 2},
    }
    make(sandbox, OLGA, recurrence=rule)
    sync(calendar)
    second = sorted(meetings(), key=lambda one: one.properties["hs_meeting_start_time"])[1]
    moved = {"start": soon(12).isoformat(), "end": (soon(12) + HOUR).isoformat()}
    sandbox.microsoft.event_move(calendar=ANNA, id=_occurrence(sandbox, calendar, second), **moved)
    sync(calendar)
    assert len(meetings()) == 2
    second.refresh_from_db()
    assert second.properties["hs_meeting_start_time"].startswith(soon(12).isoformat()[:16])
    assert TimelineEntry.objects.filter(record_id=olga, kind="meeting").count() == 2
