"""Scheduling a meeting from a contact's page (C6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actor import system_actor
from accounts.models import Account, User
from calendars.models import CalendarAccount, MeetingEvent
from calendars.services.meeting_events import changes_follow
from connections.choices import ConnectionState
from connections.models import Connection
from crm.choices import ObjectType
from crm.models import Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.events import publish_once
from crm.services.records import records_write
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make, calendar_make, slot
from tests.calendars.memory import MEMORY, memory_reset
from tests.crm.conftest import record_of
from tests.state import database_fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C6", "A21")]


@pytest.fixture
def user() -> User:
    """A member of one account, whose calendar is in memory."""
    memory_reset()
    account = account_make()
    user = account.memberships.select_related("user").get().user
    calendar_make(account, user)
    return user


@pytest.fixture
def account(user: User) -> Account:
    return user.memberships.select_related("account").get().account


@pytest.fixture
def client(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def olga(account: Account) -> Record:
    return record_make(account, ObjectType.CONTACT, firstname="Olga", email="olga@example.com")


def record_make(account: Account, object_type: ObjectType, **properties: Any) -> Record:
    change = RecordChange(object_type, properties)
    made = records_write(actor=system_actor(account.pk), changes=[change])[0]
    return record_of(made)


def page_of(record: Record, objects: str = "contacts") -> str:
    return reverse("crm:record", args=[record.account_id, objects, record.pk])


def composer(client: Client, record: Record) -> str:
    return client.get(page_of(record), {"compose": "schedule"}).content.decode()


def send(client: Client, record: Record, number: int = 0, **more: str) -> Any:
    begins = f"{slot(number):%Y-%m-%dT%H:%M}"
    posted = {"hs_meeting_title": "Kick-off", "hs_timestamp": begins, "minutes": "30", **more}
    answer = client.post(f"{page_of(record)}log/schedule/", posted, follow=True)
    run_jobs()
    return answer


def test_a_connection_that_has_ended_is_said_before_a_meeting_is_scheduled(client: Client, olga: Record) -> None:
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION)
    told = composer(client, olga)
    assert "The meeting goes into it once you connect it again." in told
    assert "The invitation goes to" not in told


def test_a_scheduled_meeting_is_on_the_timeline_and_its_guest_is_invited(client: Client, olga: Record) -> None:
    told = send(client, olga, hs_meeting_body="Bring the plan", wants_call="on").content.decode()
    assert "The meeting is scheduled." in told
    (draft,) = MEMORY.events.values()
    assert (draft.summary, draft.description, draft.interval.starts_at) == ("Kick-off", "Bring the plan", slot(0))
    assert [guest.email for guest in draft.attendees] == ["olga@example.com"]
    page = client.get(page_of(olga)).content.decode()
    assert "Invitation sent" in page
    assert f"https://meet.example.com/{draft.uid.hex[:10]}" in page


def test_where_nobody_has_an_address_no_invitation_is_said_to_be_sent(client: Client, account: Account) -> None:
    nobody = record_make(account, ObjectType.CONTACT, firstname="Nobody")
    send(client, nobody)
    (draft,) = MEMORY.events.values()
    assert draft.attendees == ()
    page = client.get(page_of(nobody)).content.decode()
    assert "In the calendar" in page
    assert "Invitation sent" not in page


def test_the_form_says_who_is_invited_from_where(client: Client, olga: Record, account: Account) -> None:
    identity = CalendarAccount.objects.get().connection.identity
    assert f"The invitation goes to olga@example.com from {identity}." in composer(client, olga)
    nobody = record_make(account, ObjectType.CONTACT, firstname="Nobody")
    assert "Without an email address the contact is not invited." in composer(client, nobody)
    CalendarAccount.objects.update(is_sync_on=False)
    page = composer(client, olga)
    assert "nobody is invited" in page
    assert reverse("calendars:settings", args=[account.pk]) in page
    assert "Add a video call" not in page


def test_without_a_calendar_the_meeting_is_only_logged(client: Client, olga: Record) -> None:
    CalendarAccount.objects.all().delete()
    send(client, olga)
    assert TimelineEntry.objects.filter(record=olga, kind="meeting").count() == 1
    assert not MeetingEvent.objects.exists()
    assert not MEMORY.events


@pytest.mark.parametrize(
    ("number", "more", "words"),
    [
        (-200, {}, "This time has passed."),
        (0, {"minutes": ""}, "This field is required."),
        (0, {"minutes": "0"}, "greater than or equal to 5"),
        (0, {"hs_meeting_title": ""}, "This field is required."),
        (0, {"hs_timestamp": "soon"}, "Enter a valid date/time."),
    ],
)
def test_what_cannot_be_a_meeting_is_refused_at_its_field_and_keeps_the_rest(
    client: Client, olga: Record, number: int, more: dict[str, str], words: str
) -> None:
    before = database_fingerprint()
    answer = send(client, olga, number, **{"hs_meeting_body": "Bring the plan", **more})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Bring the plan" in answer.content.decode()
    assert database_fingerprint() == before


def test_it_is_offered_on_contacts_alone(client: Client, account: Account) -> None:
    company = record_make(account, ObjectType.COMPANY, name="Acme")
    assert "Schedule meeting" not in client.get(page_of(company, "companies")).content.decode()
    assert client.post(f"{page_of(company, 'companies')}log/schedule/", {}).status_code == 404


def test_who_moves_or_deletes_it_is_told_that_its_guests_hear_of_it(client: Client, olga: Record) -> None:
    send(client, olga)
    meeting = Record.objects.get(object_type=ObjectType.MEETING)
    identity = CalendarAccount.objects.get().connection.identity
    words = f"It is in the calendar of {identity}: when you change or delete it, its guests are told."
    assert words in client.get(page_of(olga), {"activity": meeting.pk}).content.decode()
    ahead = MeetingEvent.objects.filter(meeting=meeting)
    ahead.update(starts_at=slot(-100), ends_at=slot(-99))
    assert words not in client.get(page_of(olga), {"activity": meeting.pk}).content.decode(), "what is over stays"
    ahead.update(starts_at=slot(0), ends_at=slot(1))
    delete = f"{page_of(olga)}activities/{meeting.pk}/delete/"
    assert words in client.get(delete).content.decode()
    client.post(delete)
    publish_once()
    changes_follow()
    run_jobs()
    assert not MEMORY.events
    logged = record_make(olga.account, ObjectType.MEETING, hs_meeting_title="Past")
    assert not MeetingEvent.objects.filter(meeting=logged).exists()


def test_an_edit_on_the_timeline_moves_the_event(client: Client, olga: Record) -> None:
    send(client, olga)
    meeting = Record.objects.get(object_type=ObjectType.MEETING)
    posted = {"hs_meeting_title": "Kick-off", "hs_timestamp": f"{slot(6):%Y-%m-%dT%H:%M}", "minutes": "30"}
    client.post(f"{page_of(olga)}activities/{meeting.pk}/edit/", {**posted, "version": str(meeting.version)})
    publish_once()
    changes_follow()
    run_jobs()
    (draft,) = MEMORY.events.values()
    assert draft.interval.starts_at == slot(6)
