"""Meetings made by the API: logged, written to the calendar, and their guests reminded (C28)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet

from accounts.actor import system_actor
from accounts.models import OutgoingEmail
from calendars.models import CalendarJob, SchedulingPage
from calendars.services.meeting_events import changes_follow
from calendars.services.meeting_reminders import meeting_remind
from crm.choices import ObjectType
from crm.models import Association, Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.events import publish_once
from crm.services.records import records_write
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import page_make, slot
from tests.calendars.memory import MEMORY, memory_reset
from tests.calendars.scheduler_api import Api


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def meeting_body(contact_id: int | str, **properties: Any) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 200}]
    return {
        "associations": [{"to": {"id": str(contact_id)}, "types": types}],
        "properties": {
            "hs_meeting_title": "Kick-off",
            "hs_timestamp": slot().isoformat(),
            "hs_meeting_start_time": slot(0).isoformat(),
            "hs_meeting_end_time": slot(1).isoformat(),
            "hs_meeting_outcome": "SCHEDULED",
            **properties,
        },
        "emailReminderSchedule": {"reminders": [], "shouldIncludeInviteDescription": False},
        "timezone": "Europe/Warsaw",
    }


@pytest.fixture
def page_and_contact(db: None) -> tuple[SchedulingPage, Record]:
    page = page_make()
    api = Api(page.account)
    assert api.book(page, start=slot(9)).status_code == 200
    return page, Record.objects.get(object_type=ObjectType.CONTACT)


@pytest.mark.spec("C28")
def test_a_meeting_made_by_the_api_is_logged_and_written_to_the_calendar(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    page, contact = page_and_contact
    answer = Api(page.account).post(f"calendar?organizerUserId={page.owner_id}", meeting_body(contact.pk))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert set(body) == {"id", "properties", "createdAt", "lastUpdatedAt"}
    assert body["properties"]["hs_meeting_title"] == "Kick-off"
    assert body["properties"]["hubspot_owner_id"] == str(page.owner_id)
    assert Association.objects.filter(from_record_id=int(body["id"]), to_record=contact).exists()
    assert TimelineEntry.objects.filter(record=contact, about_id=int(body["id"])).count() == 1
    run_jobs()
    CalendarJob.objects.filter(kind="meeting.event_create").update(state="queued")
    run_jobs()
    drafts = [draft for draft in MEMORY.events.values() if draft.summary == "Kick-off"]
    assert [[guest.email for guest in draft.attendees] for draft in drafts] == [["jan@example.com"]]


def reminded(page: SchedulingPage, contact: Record, **properties: Any) -> Record:
    """A meeting made by the API with reminders a week, an hour and 30 minutes before, one of them twice."""
    given = [(1, "WEEKS"), (1, "HOURS"), (60, "MINUTES"), (30, "MINUTES")]
    units = [{"numberOfTimeUnits": number, "timeUnit": unit} for number, unit in given]
    body = meeting_body(contact.pk, hs_meeting_body="Bring the plan.", **properties)
    body["emailReminderSchedule"] = {"reminders": units, "shouldIncludeInviteDescription": True}
    answer = Api(page.account).post(f"calendar?organizerUserId={page.owner_id}", body)
    assert answer.status_code == 200, answer.content
    return Record.objects.get(pk=int(answer.json()["id"]))


def remind_jobs() -> QuerySet[CalendarJob]:
    return CalendarJob.objects.filter(kind="meeting.remind", state="queued").order_by("not_before")


def close(moment: dt.datetime, expected: dt.datetime) -> bool:
    return abs(moment - expected) < dt.timedelta(seconds=5)


def reminders() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(key__contains=":reminder:").order_by("id"))


@pytest.mark.spec("C28")
def test_reminders_go_to_the_guests_of_a_meeting_made_by_the_api_once(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    page, contact = page_and_contact
    meeting = reminded(page, contact, hs_meeting_location="Room 4")
    hour, half, week = remind_jobs()
    assert close(hour.not_before, slot(0) - dt.timedelta(hours=1))
    assert close(half.not_before, slot(0) - dt.timedelta(minutes=30))
    assert close(week.not_before, slot(1)), "a week before is past: it waits for a move"
    with time_machine.travel(slot(0) - dt.timedelta(minutes=59), tick=False):
        for _ in range(2):  # A worker that was killed before it said so runs it again.
            meeting_remind(hour)
    (mail,) = reminders()
    assert (mail.to, mail.subject, mail.reply_to) == ("jan@example.com", "Reminder: Kick-off", page.owner.email)
    for words in ("Europe/Warsaw", "Room 4", "Bring the plan."):
        assert words in mail.text
    assert str(meeting.pk) in mail.key


def meeting_change(meeting: Record, **properties: Any) -> None:
    """Somebody changes the record, and what follows its changes has run."""
    change = RecordChange(ObjectType.MEETING, record_id=meeting.pk, properties=properties)
    records_write(actor=system_actor(meeting.account_id), changes=[change])
    publish_once()
    changes_follow()


def moved(meeting: Record, number: int) -> None:
    meeting_change(meeting, hs_meeting_start_time=slot(number), hs_meeting_end_time=slot(number + 1))


def taken(job: CalendarJob) -> CalendarJob:
    """As by a worker: another one of its key may be queued from now on."""
    CalendarJob.objects.filter(pk=job.pk).update(state="running")
    return job


@pytest.mark.spec("C28")
@pytest.mark.parametrize("number", [-2, 5], ids=["earlier", "later"])
def test_reminders_follow_a_meeting_that_moves(page_and_contact: tuple[SchedulingPage, Record], number: int) -> None:
    meeting = reminded(*page_and_contact)
    moved(meeting, number)
    hour, half, week = remind_jobs()
    assert close(hour.not_before, slot(number) - dt.timedelta(hours=1))
    assert close(half.not_before, slot(number) - dt.timedelta(minutes=30))
    assert close(week.not_before, slot(number + 1)), "still past"
    with time_machine.travel(slot(number) - dt.timedelta(minutes=59), tick=False):
        meeting_remind(taken(hour))
    assert [mail.key.split(":")[2:4] for mail in reminders()] == [["reminder", f"{slot(number).timestamp():.0f}"]]


@pytest.mark.spec("C28")
def test_one_that_has_gone_out_or_was_past_is_due_again_when_the_meeting_moves_away(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    meeting = reminded(*page_and_contact)
    hour, *_others = remind_jobs()
    with time_machine.travel(slot(0) - dt.timedelta(minutes=59), tick=False):
        meeting_remind(taken(hour))
    far = 48 * 30
    moved(meeting, far)
    week, hour, half = remind_jobs()
    assert close(week.not_before, slot(far) - dt.timedelta(weeks=1))
    assert close(hour.not_before, slot(far) - dt.timedelta(hours=1))
    assert close(half.not_before, slot(far) - dt.timedelta(minutes=30))
    with time_machine.travel(slot(far) - dt.timedelta(minutes=59), tick=False):
        meeting_remind(taken(hour))
    assert len(reminders()) == 2


@pytest.mark.spec("C28")
def test_a_change_that_does_not_move_the_meeting_leaves_a_reminder_that_is_due(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    meeting = reminded(*page_and_contact)
    before = [job.not_before for job in remind_jobs()]
    with time_machine.travel(slot(0) - dt.timedelta(minutes=59), tick=False):
        meeting_change(meeting, hs_meeting_body="Bring the plan, too.")
    assert [job.not_before for job in remind_jobs()] == before


@pytest.mark.spec("C28")
def test_nobody_is_reminded_of_a_meeting_that_is_off_or_over(page_and_contact: tuple[SchedulingPage, Record]) -> None:
    meeting = reminded(*page_and_contact)
    meeting_change(meeting, hs_meeting_outcome="CANCELED")
    hour, half, _week = remind_jobs()
    with time_machine.travel(slot(0) - dt.timedelta(minutes=20), tick=False):
        meeting_remind(taken(hour))
    meeting_change(meeting, hs_meeting_outcome="SCHEDULED")
    with time_machine.travel(slot(1), tick=False):
        meeting_remind(taken(half))
    assert reminders() == []
    assert not remind_jobs().filter(unique_key=half.unique_key).exists(), "it is over"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hs_meeting_start_time": "soon"}, 400),
        ({"hs_meeting_start_time": None}, 400),
        ({"hs_meeting_end_time": "2020-01-01T00:00:00Z"}, 400),
        ({"hs_meeting_outcome": "NO_SUCH_OUTCOME"}, 400),
        ({"no_such_property": "x"}, 400),
    ],
)
def test_a_meeting_that_does_not_hold_is_refused(
    page_and_contact: tuple[SchedulingPage, Record], change: dict[str, Any], status: int
) -> None:
    page, contact = page_and_contact
    before = Record.objects.count()
    body = meeting_body(contact.pk, **change)
    assert Api(page.account).post(f"calendar?organizerUserId={page.owner_id}", body).status_code == status
    assert Record.objects.count() == before


def test_a_meeting_of_a_stranger_or_with_a_strangers_record_is_not_found(
    page_and_contact: tuple[SchedulingPage, Record],
) -> None:
    page, contact = page_and_contact
    other = page_make()
    api = Api(other.account)
    assert api.post(f"calendar?organizerUserId={page.owner_id}", meeting_body(contact.pk)).status_code == 404
    assert api.post(f"calendar?organizerUserId={other.owner_id}", meeting_body(contact.pk)).status_code == 404
