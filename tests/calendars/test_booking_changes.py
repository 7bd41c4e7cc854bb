"""A booking is moved and cancelled: what is written, who is told, and what happens when two do it at once (C23)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models.functions import Now
from icalendar import Calendar as ICalendar

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import AuditEntry, OutgoingEmail
from calendars.choices import BookingState, CalendarWrite, ChangedBy, PageState
from calendars.exceptions import BookingChanged, BookingOver, HostUnavailable, PageClosed, SlotTaken
from calendars.models import Booking, BusyInterval, Calendar, CalendarJob, Reservation, SchedulingPage
from calendars.providers.protocol import Interval
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.booking_jobs import events_retry
from connections.exceptions import GrantRevoked
from crm.models import TimelineEntry
from hubclone.lib.errors import TransientError
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import HALF_HOUR, book, page_make, slot, visitor
from tests.calendars.memory import MEMORY, memory_reset

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C23")]
GUEST = "jan@example.com"


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(buffer_before=0, buffer_after=0)


@pytest.fixture
def booking(page: SchedulingPage) -> Booking:
    """Booked, in the calendar, and everybody told."""
    booking = book(page)
    run_jobs()
    return fresh(booking)


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("page__owner", "page__account").get(pk=booking.pk)


def due(kind: str) -> None:
    CalendarJob.objects.filter(kind=kind, state=JobState.QUEUED).update(not_before=Now())


def move(booking: Booking, start: dt.datetime, **more: Any) -> Booking:
    return booking_move(
        actor=visitor(booking.page), booking=fresh(booking), starts_at=start, by=ChangedBy.GUEST, **more
    )


def cancel(booking: Booking, **more: Any) -> Booking:
    return booking_cancel(actor=visitor(booking.page), booking=fresh(booking), by=ChangedBy.GUEST, **more)


def mails(to: str) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(to=to).order_by("id"))


def meeting_file(mail: OutgoingEmail) -> Any:
    calendar = ICalendar.from_ical(mail.calendar)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == mail.calendar_method
    return event


def test_a_move_takes_everything_along(booking: Booking) -> None:
    before = booking.starts_at
    move(booking, slot(4))
    run_jobs()
    moved = fresh(booking)
    assert (moved.starts_at, moved.ends_at, moved.sequence) == (slot(4), slot(5), 1)
    assert (moved.changed_by, moved.written_sequence) == (ChangedBy.GUEST, 1)
    reservation = Reservation.objects.get()
    assert (reservation.during.lower, reservation.during.upper, reservation.active) == (slot(4), slot(5), True)
    assert MEMORY.updates == [(booking.event_id, Interval(slot(4), slot(5)))]
    assert moved.meeting
    assert moved.meeting.properties["hs_meeting_start_time"].startswith(slot(4).isoformat()[:16])
    assert moved.meeting.properties["hs_meeting_outcome"] == "SCHEDULED"
    entry = TimelineEntry.objects.get(kind="meeting")
    assert (entry.occurred_at, entry.data["starts_at"]) == (slot(4), slot(4).isoformat())
    audit = AuditEntry.objects.get(action="booking.moved")
    assert audit.detail["from"] == before.isoformat()
    assert book(booking.page, before, email="other@example.com").state == BookingState.CONFIRMED


def test_both_sides_are_told_of_a_move_with_the_same_meeting_and_a_higher_sequence(booking: Booking) -> None:
    move(booking, slot(4))
    run_jobs()
    first, second = mails(GUEST)
    assert (first.calendar_method, second.calendar_method) == ("PUBLISH", "REQUEST")
    event = meeting_file(second)
    assert event["UID"] == meeting_file(first)["UID"] == booking.ical_uid
    assert (event["SEQUENCE"], event.decoded("DTSTART")) == (1, slot(4))
    assert "You have moved your meeting" in second.text
    assert "Before:" in second.text
    assert "/meetings/-/manage/" in second.text
    to_owner = mails(booking.page.owner.email)[-1]
    assert "Jan Kowalski has moved the meeting" in to_owner.text
    assert len(mails(booking.page.owner.email)) == 2


def test_a_cancelled_booking_is_gone_everywhere(booking: Booking) -> None:
    cancel(booking, reason="Ill, sorry")
    run_jobs()
    gone = fresh(booking)
    assert (gone.state, gone.cancelled_by, gone.cancel_reason) == (BookingState.CANCELLED, "guest", "Ill, sorry")
    assert gone.cancelled_at is not None
    assert gone.calendar_write == CalendarWrite.REMOVED
    assert not Reservation.objects.get().active
    assert not MEMORY.events
    assert gone.meeting
    assert gone.meeting.properties["hs_meeting_outcome"] == "CANCELED"
    assert TimelineEntry.objects.get(kind="meeting").data["state"] == "cancelled"
    event = meeting_file(mails(GUEST)[-1])
    assert (event["SEQUENCE"], event["STATUS"], event["UID"]) == (1, "CANCELLED", booking.ical_uid)
    assert mails(GUEST)[-1].calendar_method == "CANCEL"
    assert "Ill, sorry" in mails(booking.page.owner.email)[-1].text
    assert AuditEntry.objects.filter(action="booking.cancelled").count() == 1
    assert book(booking.page, email="other@example.com").state == BookingState.CONFIRMED


def test_without_a_calendar_both_files_say_so_and_no_event_is_asked_for() -> None:
    page = page_make(connected=False)
    booking = book(page)
    from calendars.services.booking_requests import request_confirm

    request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    run_jobs()
    move(booking, slot(2))
    run_jobs()
    assert mails(GUEST)[-1].calendar_method == "REQUEST"
    assert (mails(page.owner.email)[-1].calendar_method, meeting_file(mails(page.owner.email)[-1])["SEQUENCE"]) == (
        "PUBLISH",
        1,
    )
    cancel(booking)
    run_jobs()
    assert mails(page.owner.email)[-1].calendar_method == "CANCEL"
    assert meeting_file(mails(GUEST)[-1])["SEQUENCE"] == 2
    assert not MEMORY.updates
    assert not MEMORY.deletions


def test_a_request_can_be_taken_back_and_not_moved() -> None:
    page = page_make(connected=False)
    booking = book(page)
    run_jobs()
    with pytest.raises(BookingOver):
        move(booking, slot(2))
    cancel(booking)
    run_jobs()
    assert not Reservation.objects.get().active
    assert not mails(GUEST)[-1].calendar
    assert "taken back" in mails(page.owner.email)[-1].text


def test_the_owner_moves_and_cancels_too_and_the_guest_hears_the_reason(booking: Booking) -> None:
    actor = actor_of(booking.account.memberships.get())
    booking_move(actor=actor, booking=booking, starts_at=slot(3), by=ChangedBy.OWNER)
    run_jobs()
    assert f"{booking.page.owner} has moved your meeting" in mails(GUEST)[-1].text
    booking_cancel(actor=actor, booking=fresh(booking), by=ChangedBy.OWNER, reason="A strike")
    run_jobs()
    assert "A strike" in mails(GUEST)[-1].text
    assert AuditEntry.objects.get(action="booking.moved").actor_kind == ActorKind.USER


def test_a_move_by_less_than_its_length_is_not_in_its_own_way(booking: Booking) -> None:
    """The stored event, the reservation and the provider's free/busy all hold the booking's own time."""
    page = booking.page
    SchedulingPage.objects.update(step=15)
    calendar = Calendar.objects.get()
    BusyInterval.objects.create(
        account=page.account,
        calendar=calendar,
        remote_id=booking.event_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )
    MEMORY.busy[calendar.remote_id] = [Interval(booking.starts_at, booking.ends_at)]
    assert move(booking, booking.starts_at + HALF_HOUR / 2).sequence == 1


def test_what_lies_beside_its_own_time_stays_in_the_way(booking: Booking) -> None:
    """The provider merges neighbours into one busy interval."""
    SchedulingPage.objects.update(step=15)
    calendar = Calendar.objects.get()
    MEMORY.busy[calendar.remote_id] = [Interval(booking.starts_at, booking.ends_at + HALF_HOUR)]
    with pytest.raises(SlotTaken):
        move(booking, booking.starts_at + HALF_HOUR / 2)
    assert fresh(booking).sequence == 0


@pytest.mark.parametrize("limit", ["limit_day", "limit_week"])
def test_its_own_place_among_the_limits_is_free_for_it(booking: Booking, limit: str) -> None:
    SchedulingPage.objects.update(**{limit: 1})
    with pytest.raises(SlotTaken):
        book(booking.page, slot(4), email="other@example.com")
    assert move(booking, slot(4)).starts_at == slot(4)


def test_a_length_that_the_page_no_longer_offers_is_kept(booking: Booking) -> None:
    SchedulingPage.objects.update(durations=[60])
    assert move(booking, slot(4)).ends_at == slot(5)


@pytest.mark.parametrize("at", [1, -1], ids=["another booking", "never offered"])
def test_a_taken_time_keeps_the_old_one(booking: Booking, at: int) -> None:
    book(booking.page, slot(1), email="other@example.com")
    with pytest.raises(SlotTaken):
        move(booking, slot(1) if at > 0 else slot(0) - dt.timedelta(days=30))
    kept = fresh(booking)
    assert (kept.starts_at, kept.sequence) == (slot(0), 0)
    assert not AuditEntry.objects.filter(action="booking.moved").exists()


def test_a_paused_page_and_an_unreadable_calendar_keep_the_time(booking: Booking) -> None:
    SchedulingPage.objects.update(state=PageState.PAUSED)
    with pytest.raises(PageClosed):
        move(booking, slot(2))
    SchedulingPage.objects.update(state=PageState.ACTIVE)
    Calendar.objects.update(access="lost")
    with pytest.raises(HostUnavailable):
        move(booking, slot(2))
    assert cancel(booking).state == BookingState.CANCELLED


def test_what_was_seen_before_a_change_changes_nothing(booking: Booking) -> None:
    move(booking, slot(3))
    with pytest.raises(BookingChanged):
        move(booking, slot(5), sequence=0)
    with pytest.raises(BookingChanged):
        cancel(booking, sequence=0)
    assert fresh(booking).starts_at == slot(3)


def test_nothing_can_be_changed_after_the_end_or_twice(booking: Booking) -> None:
    cancel(booking)
    for again in (lambda: move(booking, slot(3)), lambda: cancel(booking)):
        with pytest.raises(BookingOver):
            again()
    Booking.objects.update(state=BookingState.CONFIRMED, starts_at=slot(-200), ends_at=slot(-199))
    for late in (lambda: move(booking, slot(3)), lambda: cancel(booking)):
        with pytest.raises(BookingOver):
            late()


def test_the_time_that_it_has_is_no_move(booking: Booking) -> None:
    assert move(booking, booking.starts_at).sequence == 0


def test_a_move_before_the_event_is_there_makes_it_at_the_new_time_and_tells_once(page: SchedulingPage) -> None:
    booking = book(page)
    move(booking, slot(6))
    run_jobs()
    due("booking.tell")
    run_jobs()
    assert MEMORY.events[booking.uid].interval == Interval(slot(6), slot(7))
    assert fresh(booking).written_sequence == 1
    (mail,) = mails(GUEST)
    assert "Your meeting is booked" in mail.text
    assert meeting_file(mail)["SEQUENCE"] == 1


def test_an_event_made_by_a_killed_run_at_the_old_time_is_moved(page: SchedulingPage) -> None:
    booking = book(page)
    from calendars.services.booking_calendar import event_draft
    from calendars.services.booking_event_changes import booking_of, event_client

    job = CalendarJob.objects.get(kind="booking.event_create")
    made = booking_of(job)
    event_client(made).event_create(event_draft(made))
    move(booking, slot(6))
    run_jobs()
    assert MEMORY.events[booking.uid].interval == Interval(slot(6), slot(7))
    assert fresh(booking).written_sequence == 1


@pytest.mark.parametrize("made", [True, False], ids=["event made", "event not made"])
def test_a_booking_cancelled_while_its_event_is_made_leaves_none(page: SchedulingPage, made: bool) -> None:
    """The run that makes the event was killed; when its lease has ended it runs again, after the deletion."""
    booking = book(page)
    create = CalendarJob.objects.get(kind="booking.event_create")
    CalendarJob.objects.filter(pk=create.pk).update(not_before=Now() + dt.timedelta(hours=1))
    cancel(booking)
    run_jobs()
    if made:
        from calendars.services.booking_calendar import event_draft
        from calendars.services.booking_event_changes import booking_of, event_client

        late = booking_of(create)
        event_client(late).event_create(event_draft(late))
    due("booking.event_create")
    run_jobs()
    assert not MEMORY.events
    assert [mail.calendar_method for mail in mails(GUEST)] == ["CANCEL"]


def test_jobs_that_run_again_change_nothing(booking: Booking) -> None:
    move(booking, slot(4))
    run_jobs()
    CalendarJob.objects.update(state=JobState.QUEUED)
    run_jobs()
    assert len(MEMORY.updates) == 1
    assert len(mails(GUEST)) == 2
    cancel(booking)
    run_jobs()
    CalendarJob.objects.update(state=JobState.QUEUED)
    run_jobs()
    assert not MEMORY.events
    assert len(mails(GUEST)) == 3


@pytest.mark.parametrize("work", ["move", "cancel"])
def test_a_calendar_that_cannot_be_changed_is_told_once_and_mended_by_reconnecting(booking: Booking, work: str) -> None:
    MEMORY.update_errors, MEMORY.delete_errors = [GrantRevoked()], [GrantRevoked()]
    if work == "move":
        move(booking, slot(4))
    else:
        cancel(booking)
    run_jobs()
    behind = fresh(booking)
    assert behind.calendar_write == CalendarWrite.FAILED
    told = [mail for mail in mails(booking.page.owner.email) if "event_unchanged" in mail.key]
    assert len(told) == 1
    MEMORY.update_errors, MEMORY.delete_errors = [], []
    assert booking.calendar
    events_retry(booking.calendar.calendar_account)
    run_jobs()
    assert fresh(booking).calendar_write == (CalendarWrite.WRITTEN if work == "move" else CalendarWrite.REMOVED)


def test_a_slow_calendar_is_tried_again(booking: Booking) -> None:
    MEMORY.update_errors = [TransientError("down")]
    move(booking, slot(4))
    run_jobs()
    due("booking.event_update")
    run_jobs()
    assert fresh(booking).written_sequence == 1


@pytest.mark.spec("C8")
def test_an_event_that_somebody_deleted_before_our_move_cancels_the_booking(booking: Booking) -> None:
    MEMORY.events.clear()
    move(booking, slot(4))
    run_jobs()
    gone = fresh(booking)
    assert (gone.state, gone.cancelled_by) == (BookingState.CANCELLED, "calendar")
    assert mails(GUEST)[-1].calendar_method == "CANCEL"


def test_a_contact_and_a_meeting_that_were_deleted_stop_nobody(booking: Booking) -> None:
    from accounts.actor import system_actor
    from crm.services.records import record_archive

    actor: Actor = system_actor(booking.account_id)
    record_archive(actor=actor, record_id=booking.contact_id or 0, object_type="contact")
    record_archive(actor=actor, record_id=booking.meeting_id or 0, object_type="meeting")
    assert move(booking, slot(4)).sequence == 1
    assert cancel(booking).state == BookingState.CANCELLED


# -- reminders ---------------------------------------------------------------------------------------------------------


def reminders() -> list[tuple[int, int]]:
    jobs = CalendarJob.objects.filter(kind="booking.reminder").order_by("id")
    return [(job.payload["sequence"], job.payload["minutes"]) for job in jobs]


@pytest.mark.spec("C21")
def test_reminders_are_made_with_the_booking_and_anew_when_it_moves() -> None:
    booking = book(page_make(reminders=[60, 15, 100_000]))
    assert reminders() == [(0, 60), (0, 15)]
    run_jobs()
    move(booking, slot(4))
    assert reminders() == [(0, 60), (0, 15), (1, 60), (1, 15)]
    due("booking.reminder")
    run_jobs()
    sent = [mail.key for mail in mails(GUEST) if "reminder" in mail.key]
    assert sorted(sent) == [f"booking:{booking.pk}:reminder:1:{minutes}" for minutes in (15, 60)]


@pytest.mark.spec("C21")
def test_nobody_is_reminded_of_a_cancelled_meeting() -> None:
    booking = book(page_make(reminders=[60]))
    cancel(booking)
    due("booking.reminder")
    run_jobs()
    assert not [mail for mail in mails(GUEST) if "reminder" in mail.key]
    assert not MEMORY.events
