"""Answering the requests of pages that work offline (C4): confirmed, declined, or let go after 48 hours.

On a page of several hosts its owner is asked and answers for all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.actor import Actor, system_actor
from accounts.services.audit import audit_write
from calendars.choices import BookingState
from calendars.exceptions import RequestAnswered
from calendars.models import Booking, Reservation
from calendars.services.booking_calendar import event_plan
from calendars.services.booking_hosts import hosts_of
from calendars.services.booking_jobs import jobs_enqueue
from calendars.services.booking_records import meeting_write


def request_confirm(*, actor: Actor, booking_id: int) -> Booking:
    """Make the request a booking; with a calendar connected meanwhile, its event is made too.

    Raises RequestAnswered, HostUnavailable, Booking.DoesNotExist.
    """
    with _open_request(actor, booking_id) as booking:
        if booking.held_until is not None and booking.held_until <= dt.datetime.now(dt.UTC):
            raise RequestAnswered
        booking.state = BookingState.CONFIRMED
        (organiser,) = hosts_of(account_id=booking.account_id, user_ids=[booking.host.pk])
        event_plan(booking, organiser)
        meeting_write(actor=actor, booking=booking)
        booking.save()
        jobs_enqueue(booking)
        _audit(actor, booking, "booking.confirmed")
    return booking


def request_decline(*, actor: Actor, booking_id: int) -> Booking:
    """Let go of the time and tell the guest. Raises RequestAnswered, Booking.DoesNotExist."""
    with _open_request(actor, booking_id) as booking:
        _end(booking, BookingState.DECLINED)
        _audit(actor, booking, "booking.declined")
    return booking


def request_expire(*, account_id: int, booking_id: int) -> None:
    """Let go of the time of a request that nobody answered; one that was answered stays as it is."""
    actor = system_actor(account_id)
    try:
        with _open_request(actor, booking_id) as booking:
            _end(booking, BookingState.EXPIRED)
            _audit(actor, booking, "booking.expired")
    except RequestAnswered:
        return


@contextmanager
def _open_request(actor: Actor, booking_id: int) -> Iterator[Booking]:
    """The request under its row's lock, in a transaction: of two answers the second finds it answered."""
    with transaction.atomic():
        bookings = Booking.objects.select_for_update(of=("self",)).select_related(
            "page__owner", "page__account", "organiser"
        )
        booking = bookings.get(account_id=actor.account_id, pk=booking_id)
        if booking.state != BookingState.REQUESTED:
            raise RequestAnswered
        yield booking


def _end(booking: Booking, state: BookingState) -> None:
    booking.state = state
    booking.save(update_fields=["state"])
    Reservation.objects.filter(booking=booking).update(active=False)
    jobs_enqueue(booking)


def _audit(actor: Actor, booking: Booking, action: str) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="booking",
        target_id=booking.pk,
        target_label=booking.page.name,
        detail={"page_id": booking.page_id, "starts_at": booking.starts_at.isoformat()},
    )
