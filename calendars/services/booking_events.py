"""The jobs of bookings. Each may run again after a crash: the event's id is ours, and every e-mail has a key."""

from __future__ import annotations

import structlog
from django.db import transaction

from accounts.actor import system_actor
from calendars.choices import BookingState, CalendarWrite
from calendars.models import Booking, CalendarJob
from calendars.providers.protocol import RemoteEvent
from calendars.services.booking_calendar import event_draft
from calendars.services.booking_jobs import EVENT_CREATE, REQUEST_EXPIRE, TELL
from calendars.services.booking_mail import booking_tell, event_failed_tell
from calendars.services.booking_records import meeting_update
from calendars.services.booking_requests import request_expire
from calendars.services.clients import calendar_client
from hubclone.lib.errors import HubError, NeedsUserError, PermanentError, TransientError
from hubclone.lib.jobs.registry import JOB_HANDLERS

log = structlog.get_logger(__name__)


@JOB_HANDLERS.registered(EVENT_CREATE)
def event_create(job: CalendarJob) -> None:
    """Make the booking's event, note its address, and tell both sides. Raises what the provider's client raises.

    A failure that only a person can mend marks the booking and tells its owner; a retry from the dead letters goes on.
    """
    booking = _booking(job)
    if booking.state != BookingState.CONFIRMED or booking.calendar_write not in {
        CalendarWrite.PENDING,
        CalendarWrite.FAILED,
    }:
        return
    try:
        event = _make(booking)
    except TransientError as error:
        if job.attempts >= job.max_attempts:
            _note_failed(booking, error)
        raise
    except (NeedsUserError, PermanentError) as error:
        _note_failed(booking, error)
        raise
    _note_written(booking, event)


@JOB_HANDLERS.registered(TELL)
def tell(job: CalendarJob) -> None:
    """Tell both sides what they have not been told, with what is known by now."""
    with transaction.atomic():
        booking_tell(_locked(_booking(job)))


@JOB_HANDLERS.registered(REQUEST_EXPIRE)
def expire(job: CalendarJob) -> None:
    """Let go of an unanswered request's time."""
    request_expire(booking_id=int(job.payload["booking_id"]), account_id=job.account_id)


def _booking(job: CalendarJob) -> Booking:
    related = ("page__owner", "page__account", "calendar__calendar_account__connection")
    bookings = Booking.objects.select_related(*related)
    return bookings.get(account_id=job.account_id, pk=job.payload["booking_id"])


def _make(booking: Booking) -> RemoteEvent:
    if booking.calendar is None:
        raise PermanentError("The calendar is not connected any more.", code="CALENDAR_GONE")
    return calendar_client(booking.calendar.calendar_account).event_create(event_draft(booking))


def _locked(booking: Booking) -> Booking:
    """The booking as it is now, held until the transaction ends, so that two jobs do not tell different things."""
    Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    booking.refresh_from_db(fields=["state", "calendar_write", "conference_url", "sequence"])
    return booking


@transaction.atomic
def _note_written(booking: Booking, event: RemoteEvent) -> None:
    if _locked(booking).calendar_write == CalendarWrite.WRITTEN:
        return
    booking.calendar_write = CalendarWrite.WRITTEN
    booking.conference_url = event.conference_url
    booking.save(update_fields=["calendar_write", "conference_url"])
    if event.conference_url:
        meeting_update(actor=system_actor(booking.account_id), booking=booking)
    booking_tell(booking)


@transaction.atomic
def _note_failed(booking: Booking, error: HubError) -> None:
    log.warning("booking.event_failed", booking_id=booking.pk, code=error.code)
    if _locked(booking).calendar_write == CalendarWrite.WRITTEN:
        return
    booking.calendar_write = CalendarWrite.FAILED
    booking.save(update_fields=["calendar_write"])
    event_failed_tell(booking)
    booking_tell(booking)
