"""Bringing a booking's event up to what has become of the booking, and looking at what has become of the event.

Every job asks the booking what is to be done, so one that runs again, late or beside another does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import transaction

from accounts.actor import system_actor
from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, CalendarJob
from calendars.providers.protocol import CalendarClient, RemoteEvent
from calendars.services.booking_calendar import event_draft
from calendars.services.booking_changes import booking_gone_from_calendar, booking_moved_in_calendar
from calendars.services.booking_jobs import EVENT_DELETE, EVENT_LOOK, EVENT_UPDATE
from calendars.services.booking_mail import event_unchanged_tell
from calendars.services.clients import calendar_client
from calendars.services.events_moved import event_follow_elsewhere
from hubclone.lib.errors import HubError, NeedsUserError, PermanentError, TransientError
from hubclone.lib.jobs.registry import JOB_HANDLERS

log = structlog.get_logger(__name__)
T = TypeVar("T")
_TOLD_OF = (
    *("state", "calendar_write", "conference_url", "sequence", "written_sequence", "event_modified"),
    *("starts_at", "ends_at", "changed_at", "changed_by", "cancelled_by", "cancel_reason"),
)


def booking_of(job: CalendarJob) -> Booking:
    """The booking that a job is about, with its page and its calendar."""
    related = ("page__owner", "page__account", "organiser", "calendar__calendar_account__connection")
    bookings = Booking.objects.select_related(*related)
    return bookings.get(account_id=job.account_id, pk=job.payload["booking_id"])


def booking_locked(booking: Booking) -> Booking:
    """The booking as it is now, held until the transaction ends, so that two jobs do not tell different things."""
    Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    booking.refresh_from_db(fields=list(_TOLD_OF))
    return booking


def event_client(booking: Booking) -> CalendarClient:
    """The client of the booking's calendar. Raises PermanentError when that is not connected any more."""
    if booking.calendar is None:
        raise PermanentError("The calendar is not connected any more.", code="CALENDAR_GONE")
    return calendar_client(booking.calendar.calendar_account)


def event_call(job: CalendarJob, call: Callable[[], T], failed: Callable[[HubError], None]) -> T:
    """Make a call; ``failed`` is told when no further attempt will be made by itself. Raises what the call raises."""
    try:
        return call()
    except TransientError as error:
        if job.attempts >= job.max_attempts:
            failed(error)
        raise
    except (NeedsUserError, PermanentError) as error:
        failed(error)
        raise


@JOB_HANDLERS.registered(EVENT_UPDATE)
def event_update(job: CalendarJob) -> None:
    """Write the booking's present times to its event; an event that was deleted meanwhile cancels the booking."""
    booking = booking_of(job)
    if booking.state != BookingState.CONFIRMED or booking.written_sequence in {None, booking.sequence}:
        return
    sequence = booking.sequence
    event = event_call(
        job,
        lambda: _written(booking),
        lambda error: _note_unchanged(booking, error),
    )
    if event is None:
        booking_gone_from_calendar(actor=system_actor(booking.account_id), booking_id=booking.pk)
    else:
        _note_updated(booking, event, sequence)


def _written(booking: Booking) -> RemoteEvent | None:
    """The event with the booking's present times, wherever it was dragged to; None when it was deleted."""
    client = event_client(booking)
    event = client.event_update(event_draft(booking), event_id=booking.event_id)
    if event is None and event_follow_elsewhere(booking) is not None:
        event = client.event_update(event_draft(booking), event_id=booking.event_id)
    return event


@JOB_HANDLERS.registered(EVENT_DELETE)
def event_delete(job: CalendarJob) -> None:
    """Delete the event of a cancelled booking."""
    booking = booking_of(job)
    if booking.state == BookingState.CANCELLED:
        event_remove(job, booking)


@JOB_HANDLERS.registered(EVENT_LOOK)
def event_look(job: CalendarJob) -> None:
    """Ask the calendar what has become of the event, and follow it."""
    booking = booking_of(job)
    if booking.state != BookingState.CONFIRMED or booking.calendar is None:
        return
    event = event_client(booking).event_get(booking.calendar.remote_id, event_id=booking.event_id)
    booking_follow(booking, event or event_follow_elsewhere(booking))


def booking_follow(booking: Booking, event: RemoteEvent | None) -> None:
    """Do with a booking what the calendar did with its event; None when that is gone."""
    actor = system_actor(booking.account_id, label=booking.calendar.name if booking.calendar else "")
    if event is None or event.is_cancelled:
        modified = event.modified if event else ""
        booking_gone_from_calendar(actor=actor, booking_id=booking.pk, modified=modified)
    elif event.interval is not None:
        booking_moved_in_calendar(
            actor=actor,
            booking_id=booking.pk,
            interval=event.interval,
            sequence=event.sequence,
            modified=event.modified,
        )


def event_remove(job: CalendarJob, booking: Booking) -> None:
    """Take a cancelled booking's event out of the calendar. Raises what the provider's client raises."""
    if not booking.event_id and booking.calendar is None:
        return

    def delete() -> None:
        client, calendar = event_client(booking), booking.calendar
        assert calendar is not None
        event_id = booking.event_id or _made_unnoticed(client, calendar.remote_id, booking)
        if event_id:
            client.event_delete(calendar.remote_id, event_id=event_id)

    event_call(job, delete, lambda error: _note_unchanged(booking, error))
    Booking.objects.filter(pk=booking.pk).update(calendar_write=CalendarWrite.REMOVED)


def _made_unnoticed(client: CalendarClient, remote_id: str, booking: Booking) -> str:
    """The id of an event that a run made which was killed before it could note that; empty without one."""
    found = client.event_find(remote_id, uid=booking.uid)
    return found.remote_id if found else ""


@transaction.atomic
def _note_updated(booking: Booking, event: RemoteEvent, sequence: int) -> None:
    """The event has the times of ``sequence``; the booking may have moved on, which is another job's business."""
    booking_locked(booking)
    booking.written_sequence = max(booking.written_sequence or 0, sequence)
    booking.event_modified = max(booking.event_modified, event.modified)
    booking.calendar_write = CalendarWrite.WRITTEN
    booking.save(update_fields=["written_sequence", "event_modified", "calendar_write"])


@transaction.atomic
def _note_unchanged(booking: Booking, error: HubError) -> None:
    log.warning("booking.event_unchanged", booking_id=booking.pk, code=error.code)
    booking_locked(booking)
    booking.calendar_write = CalendarWrite.FAILED
    booking.save(update_fields=["calendar_write"])
    event_unchanged_tell(booking)
