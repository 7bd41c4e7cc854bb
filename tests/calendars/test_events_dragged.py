"""An event that its host drags into another calendar is followed there, and nobody is told (C6, C8)."""

from __future__ import annotations

import pytest

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Membership
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.models import Booking, Calendar, CalendarAccount, LoggedEvent, MeetingEvent
from calendars.services.booking_changes import booking_move
from calendars.services.calendars import calendars_list
from calendars.services.meetings import meeting_schedule
from calendars.services.poll import calendars_poll
from crm.models import Record
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make, slot, visitor
from tests.calendars.provider_bookings import fresh, mails, sync
from tests.calendars.sides import Side

pytestmark = pytest.mark.django_db(transaction=True)


def other_made(side: Side, *, counts: bool) -> tuple[str, Calendar]:
    """Another calendar of hers, by control's name and as we know it; it is read already, if it counts."""
    name = side.another()
    calendars_list(calendar_account=CalendarAccount.objects.get())
    remote_id = name if side.key == "exchange" else side.second_id
    found = Calendar.objects.get(remote_id=remote_id)
    Calendar.objects.filter(pk=found.pk).update(is_selected=counts)
    poll()
    return name, found


def poll() -> None:
    Calendar.objects.update(tried_at=None)
    calendars_poll()
    run_jobs()


@pytest.mark.spec("C8")
@pytest.mark.parametrize("counts", [True, False], ids=["which counts", "which does not count"])
def test_a_booking_whose_event_is_dragged_into_another_calendar_stands_and_is_followed_there(
    booking: Booking, side: Side, counts: bool
) -> None:
    name, other = other_made(side, counts=counts)
    event_id = side.relocate(booking.event_id, name)
    poll()
    kept = fresh(booking)
    assert (kept.state, kept.sequence, len(mails())) == (BookingState.CONFIRMED, 0, 1)
    assert (kept.calendar, kept.event_id) == (other, event_id)
    side.move(event_id, slot(6), calendar=name)
    poll()
    moved = fresh(booking)
    assert (moved.starts_at, moved.changed_by, len(mails())) == (slot(6), ChangedBy.CALENDAR, 2)
    booking_move(actor=visitor(booking.page), booking=moved, starts_at=slot(2), by=ChangedBy.GUEST)
    run_jobs()
    poll()
    assert side.starts(name) == [slot(2)]
    assert fresh(booking).calendar_write == CalendarWrite.WRITTEN
    side.delete(event_id, calendar=name)
    poll()
    gone = fresh(booking)
    assert (gone.state, gone.cancelled_by) == (BookingState.CANCELLED, ChangedBy.CALENDAR)
    assert mails()[-1].calendar_method == "CANCEL"
    assert not LoggedEvent.objects.exists()


@pytest.mark.spec("C8")
def test_a_booking_that_moves_before_we_know_of_the_drag_moves_its_event_where_it_is(
    booking: Booking, side: Side
) -> None:
    name, other = other_made(side, counts=False)
    side.relocate(booking.event_id, name)
    booking_move(actor=visitor(booking.page), booking=booking, starts_at=slot(4), by=ChangedBy.GUEST)
    run_jobs()
    poll()
    kept = fresh(booking)
    assert (kept.state, kept.starts_at, kept.calendar) == (BookingState.CONFIRMED, slot(4), other)
    assert side.starts(name) == [slot(4)]


@pytest.mark.spec("C8")
def test_a_calendar_that_cannot_be_asked_does_not_keep_a_deleted_event_alive(booking: Booking, side: Side) -> None:
    name, _other = other_made(side, counts=False)
    side.stand_in.calendar_delete(name)
    side.delete(booking.event_id)
    sync()
    assert fresh(booking).state == BookingState.CANCELLED


@pytest.mark.spec("C8")
def test_who_is_looked_for_costs_nothing_as_long_as_nothing_is_deleted(booking: Booking, side: Side) -> None:
    sync()
    side.control.requests_clear()
    sync()
    before = side.requests()
    other_made(side, counts=False)
    side.control.requests_clear()
    sync()
    assert side.requests() == before


@pytest.mark.spec("C6")
def test_a_meeting_made_on_a_record_is_followed_into_another_calendar(side: Side) -> None:
    member = account_make().memberships.select_related("user", "account").get()
    side.connect(member)
    run_jobs()
    meeting = scheduled(member)
    row = MeetingEvent.objects.get()
    name, other = other_made(side, counts=True)
    event_id = side.relocate(row.event_id, name)
    poll()
    row.refresh_from_db()
    assert (row.calendar, row.event_id, outcome(meeting)) == (other, event_id, "SCHEDULED")
    side.move(event_id, slot(6), calendar=name)
    poll()
    row.refresh_from_db()
    assert (row.starts_at, row.ends_at) == (slot(6), slot(7))
    side.delete(event_id, calendar=name)
    poll()
    assert outcome(meeting) == "CANCELED"


def scheduled(member: Membership) -> Record:
    edges = {"hs_timestamp": slot(0), "hs_meeting_start_time": slot(0), "hs_meeting_end_time": slot(1)}
    words = {"hs_meeting_title": "Kick-off", "hs_meeting_outcome": "SCHEDULED"}
    made = meeting_schedule(
        actor=Actor(member.account_id, ActorKind.USER, str(member.user.pk)),
        organiser=member.user,
        properties={**words, **{key: value.isoformat() for key, value in edges.items()}},
        links=[],
        time_zone="Europe/Warsaw",
    )
    run_jobs()
    return made


def outcome(meeting: Record) -> str:
    return str(Record.objects.get(pk=meeting.pk).properties["hs_meeting_outcome"])
