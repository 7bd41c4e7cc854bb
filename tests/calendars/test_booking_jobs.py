"""What follows a booking: the event, the e-mails, and what happens when they cannot be made."""

from __future__ import annotations

import datetime as dt
from email import message_from_string, policy
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import translation
from icalendar import Calendar as ICalendar

from accounts.models import AuditEntry, OutgoingEmail
from accounts.services.mail_send import message_build
from calendars.choices import BookingState, CalendarWrite, LocationKind
from calendars.exceptions import EventRefused, RequestAnswered, SlotTaken
from calendars.mail.when import moment_words, when_words
from calendars.models import Booking, CalendarJob, Reservation, SchedulingPage
from calendars.services.booking_requests import request_confirm, request_decline
from connections.exceptions import GrantRevoked
from crm.choices import ObjectType
from crm.models import Record, TimelineEntry
from hubclone.lib.errors import TransientError
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import job_retry, run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import book, calendar_make, page_make, slot
from tests.calendars.memory import MEMORY, event_id, memory_reset

pytestmark = pytest.mark.django_db
GUEST = "jan@example.com"


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def due(kind: str) -> None:
    """As if the time of the jobs of this kind had come."""
    CalendarJob.objects.filter(kind=kind, state=JobState.QUEUED).update(not_before=Now())


def mails(to: str = "") -> list[OutgoingEmail]:
    found = OutgoingEmail.objects.order_by("id")
    return list(found.filter(to=to) if to else found)


def meeting_file(mail: OutgoingEmail) -> Any:
    calendar = ICalendar.from_ical(mail.calendar)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == mail.calendar_method
    return event


@pytest.mark.spec("C21")
def test_the_guest_is_told_when_the_event_is_there_with_the_address_of_the_call() -> None:
    page = page_make()
    booking = book(page)
    run_jobs()
    due("booking.tell")
    run_jobs()
    (mail,) = mails(GUEST)
    booking.refresh_from_db()
    assert booking.conference_url in mail.text
    assert booking.conference_url in mail.html
    assert mail.reply_to == page.owner.email
    assert len(mails(page.owner.email)) == 1


@pytest.mark.spec("C21")
def test_the_file_of_the_guest_names_the_same_meeting_as_the_providers_invitation() -> None:
    booking = book(page_make())
    run_jobs()
    event = meeting_file(mails(GUEST)[0])
    assert event["UID"] == booking.ical_uid == f"{event_id(booking.uid)}@memory.test"
    assert mails(GUEST)[0].calendar_method == "PUBLISH"
    assert "ATTENDEE" not in event
    assert event["SEQUENCE"] == 0
    assert event.decoded("DTSTART") == booking.starts_at
    assert event.decoded("DTEND") == booking.ends_at
    assert "DTSTAMP" in event
    assert not mails(booking.page.owner.email)[0].calendar


@pytest.mark.spec("C21")
def test_the_e_mail_is_text_html_and_calendar_and_its_times_are_the_guests() -> None:
    booking = book(page_make(), time_zone="America/New_York", language="en")
    run_jobs()
    message = message_from_string(message_build(mails(GUEST)[0]).as_string(), policy=policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    assert {"text/plain", "text/html", "text/calendar", "application/ics"} <= set(kinds)
    text = mails(GUEST)[0].text
    local = booking.starts_at.astimezone(ZoneInfo("America/New_York"))
    assert f"{local:%A}" in text
    assert f"{local:%-I:%M}" in text.replace("\u202f", " ")
    assert "America/New York, UTC-" in text


@pytest.mark.spec("C21")
def test_an_event_that_is_late_does_not_hold_the_confirmation_back() -> None:
    page = page_make()
    booking = book(page)
    MEMORY.create_errors = [TransientError("down")] * 2
    run_jobs()
    assert not mails()
    due("booking.tell")
    run_jobs()
    assert len(mails(GUEST)) == 1
    due("booking.event_create")
    MEMORY.create_errors = []
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert len(mails(GUEST)) == 1
    assert len(mails(page.owner.email)) == 1


@pytest.mark.spec("C21")
@pytest.mark.parametrize("error", [EventRefused("no"), GrantRevoked()])
def test_an_event_that_cannot_be_made_is_told_to_the_owner_once_and_the_booking_stays(error: Exception) -> None:
    page = page_make()
    booking = book(page)
    MEMORY.create_errors = [error]
    run_jobs()
    due("booking.tell")
    run_jobs()
    booking.refresh_from_db()
    assert (booking.state, booking.calendar_write) == (BookingState.CONFIRMED, CalendarWrite.FAILED)
    job = CalendarJob.objects.get(kind="booking.event_create")
    assert job.state == JobState.DEAD
    told = [mail for mail in mails(page.owner.email) if "event_failed" in mail.key]
    assert len(told) == 1
    assert meeting_file(told[0])["UID"] == booking.ical_uid
    assert "1. " in told[0].text
    assert len(mails(GUEST)) == 1

    assert job_retry(job)
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert len(MEMORY.events) == 1
    assert len(mails(GUEST)) == 1


@pytest.mark.spec("C21")
def test_the_last_failed_attempt_is_told_too() -> None:
    page = page_make()
    booking = book(page)
    CalendarJob.objects.filter(kind="booking.event_create").update(max_attempts=1)
    MEMORY.create_errors = [TransientError("down")]
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.FAILED
    assert any("event_failed" in mail.key for mail in mails(page.owner.email))


def test_a_calendar_disconnected_before_the_event_is_told_and_not_a_crash() -> None:
    page = page_make()
    booking = book(page)
    page.owner.calendar_accounts.all().delete()
    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.FAILED
    assert CalendarJob.objects.get(kind="booking.event_create").last_error_code == "CALENDAR_GONE"


def test_a_job_that_runs_again_after_a_crash_changes_nothing() -> None:
    page = page_make()
    book(page)
    run_jobs()
    MEMORY.creations.clear()
    CalendarJob.objects.filter(kind="booking.event_create").update(state=JobState.QUEUED)
    run_jobs()
    assert not MEMORY.creations
    assert len(mails()) == 2


def test_the_event_carries_the_guest_the_place_and_the_answers() -> None:
    fields = [{"name": "company", "label": "Company"}]
    page = page_make(
        form_fields=fields,
        description="Bring a cup.",
        invitation_subject="Coffee",
        location_kind=LocationKind.ADDRESS,
        location_detail="Rynek 1, Kraków",
    )
    booking = book(page, answers={"company": "ACME"})
    run_jobs()
    draft = MEMORY.events[booking.uid]
    assert (draft.summary, draft.location) == ("Coffee: Jan Kowalski and Anna Nowak", "Rynek 1, Kraków")
    assert draft.description.startswith("Bring a cup.\n\nCompany: ACME\n\nMove or cancel this meeting: http")
    assert [(a.email, a.name) for a in draft.attendees] == [(GUEST, "Jan Kowalski")]
    assert not draft.wants_conference
    assert draft.private == {"hubclone_booking": str(booking.uid)}


# -- requests (C4) -----------------------------------------------------------------------------------------------------


def requested(**fields: Any) -> tuple[SchedulingPage, Booking]:
    page = page_make(connected=False, **fields)
    booking = book(page)
    run_jobs()
    return page, booking


@pytest.mark.spec("C4")
def test_without_a_calendar_the_meeting_is_requested_and_its_time_is_held() -> None:
    page, booking = requested()
    assert (booking.state, booking.calendar_write) == (BookingState.REQUESTED, CalendarWrite.NONE)
    with pytest.raises(SlotTaken):
        book(page, email="other@example.com")
    assert not Record.objects.filter(object_type=ObjectType.MEETING).exists()
    assert TimelineEntry.objects.filter(record=booking.contact, kind="meeting").count() == 1
    (to_guest,), (to_owner,) = mails(GUEST), mails(page.owner.email)
    assert not to_guest.calendar
    assert f"/meetings/bookings/{booking.pk}/" in to_owner.text
    assert not MEMORY.events


@pytest.mark.spec("C4")
def test_a_confirmed_request_is_a_booking_and_the_guest_is_invited_by_us() -> None:
    page, booking = requested()
    request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    run_jobs()
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED
    assert booking.meeting
    assert booking.meeting.properties["hs_meeting_outcome"] == "SCHEDULED"
    mail = mails(GUEST)[-1]
    event = meeting_file(mail)
    assert mail.calendar_method == "REQUEST"
    assert event["ATTENDEE"] == f"mailto:{GUEST}"
    assert event["ORGANIZER"] == f"mailto:{page.owner.email}"
    assert mails(page.owner.email)[-1].calendar_method == "PUBLISH"
    assert "Send the guest the details of the video call" in mails(page.owner.email)[-1].text
    assert AuditEntry.objects.filter(action="booking.confirmed").count() == 1


@pytest.mark.spec("C4")
def test_a_calendar_connected_meanwhile_gets_the_event_of_a_confirmed_request() -> None:
    page, booking = requested()
    calendar_make(page.account, page.owner)
    request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    run_jobs()
    assert list(MEMORY.events) == [booking.uid]


@pytest.mark.spec("C4")
def test_a_declined_request_frees_its_time_and_the_guest_is_told() -> None:
    page, booking = requested()
    request_decline(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    run_jobs()
    booking.refresh_from_db()
    assert booking.state == BookingState.DECLINED
    assert not Reservation.objects.get().active
    assert len(mails(GUEST)) == 2
    assert book(page, email="other@example.com").state == BookingState.REQUESTED


@pytest.mark.spec("C4")
def test_a_request_that_nobody_answers_is_let_go_after_48_hours() -> None:
    page = page_make(connected=False)
    booking = book(page, slot(200))
    run_jobs()
    assert booking.held_until is not None
    left = booking.held_until - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=47) < left <= dt.timedelta(hours=48)
    due("booking.request_expire")
    run_jobs()
    booking.refresh_from_db()
    assert booking.state == BookingState.EXPIRED
    assert not Reservation.objects.get().active
    assert len(mails(GUEST)) == 2
    owner = mails(page.owner.email)
    assert [mail.subject.split(":")[0] for mail in owner] == ["Please answer", "Not answered"]
    with pytest.raises(RequestAnswered):
        request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)


@pytest.mark.spec("C4")
def test_a_request_waits_no_longer_than_until_its_meeting_would_begin() -> None:
    page, booking = requested()
    assert booking.held_until == booking.starts_at
    job = CalendarJob.objects.get(kind="booking.request_expire")
    assert abs(job.not_before - booking.starts_at) < dt.timedelta(seconds=5)
    for mail in (*mails(GUEST), *mails(page.owner.email)):
        zone = "Europe/Warsaw" if mail.to == GUEST else page.owner.time_zone
        with translation.override("en"):
            assert f"until {moment_words(booking.starts_at, zone)}" in mail.text
    with time_machine.travel(booking.starts_at, tick=False), pytest.raises(RequestAnswered):
        request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    booking.refresh_from_db()
    assert booking.state == BookingState.REQUESTED


@pytest.mark.spec("C4")
def test_an_answered_request_does_not_run_out() -> None:
    page, booking = requested()
    request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    due("booking.request_expire")
    run_jobs()
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED


@pytest.mark.spec("C4", "A1")
def test_a_request_of_another_account_cannot_be_answered() -> None:
    _, booking = requested()
    other = page_make(connected=False)
    with pytest.raises(Booking.DoesNotExist):
        request_confirm(actor=actor_of(other.account.memberships.get()), booking_id=booking.pk)


def test_times_in_e_mails_cross_midnight_and_change_of_clocks_with_their_dates() -> None:
    start = dt.datetime(2026, 10, 24, 21, 45, tzinfo=dt.UTC)
    words = when_words(start, start + dt.timedelta(minutes=30), "Europe/Warsaw").replace("\u202f", " ")
    assert words == ("Saturday, October 24, 2026, 11:45 PM – Sunday, October 25, 2026, 12:15 AM (Europe/Warsaw, UTC+2)")
    assert "Asia/Kolkata, UTC+5:30" in when_words(start, start, "Asia/Kolkata")
    assert when_words(start, start, "UTC").endswith("(UTC)")
