"""Reading bookings, for their hosts and for the API."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from calendars.choices import BookingState
from calendars.models import Booking, Reservation
from calendars.selectors.dashboard import with_outcome
from hubclone.lib.paging import Page, keyset_page

OPEN_STATES = (BookingState.REQUESTED, BookingState.CONFIRMED)


def bookings_upcoming(
    *, account_id: int, user_id: int, now: dt.datetime, after: str | None = None, limit: int = 50
) -> Page[Booking]:
    """What lies ahead of a host, the soonest first, requests that wait for an answer too. Raises BadCursor."""
    rows = _of_host(account_id, user_id).filter(state__in=OPEN_STATES, ends_at__gte=now)
    return keyset_page(rows, fields=("starts_at", "id"), after=after, limit=limit)


def bookings_past(
    *, account_id: int, user_id: int, now: dt.datetime, after: str | None = None, limit: int = 50
) -> Page[Booking]:
    """What is over or did not come about, the latest first, each with its ``outcome``. Raises BadCursor."""
    rows = with_outcome(_of_host(account_id, user_id)).filter(Q(ends_at__lt=now) | ~Q(state__in=OPEN_STATES))
    return keyset_page(rows, fields=("-starts_at", "-id"), after=after, limit=limit)


def requests_count(*, account_id: int, user_id: int, now: dt.datetime) -> int:
    """How many requests wait for the host's answer."""
    waiting = _of_host(account_id, user_id).filter(state=BookingState.REQUESTED, ends_at__gte=now, held_until__gt=now)
    return waiting.count()


def booking_get(*, account_id: int, user_id: int, booking_id: int) -> Booking:
    """One booking of a host, or of the owner of its page, with its ``outcome``. Raises Booking.DoesNotExist for
    anybody else's."""
    rows = with_outcome(_of_account(account_id).filter(Q(_takes(user_id)) | Q(page__owner_id=user_id)))
    return rows.select_related("page__owner", "calendar", "contact", "organiser").get(pk=booking_id)


def _of_host(account_id: int, user_id: int) -> QuerySet[Booking]:
    """A host's bookings, and the requests on a member's own pages that wait for their answer on the hosts' behalf."""
    own_request = Q(page__owner_id=user_id, state=BookingState.REQUESTED)
    return _of_account(account_id).filter(Q(_takes(user_id)) | own_request)


def _of_account(account_id: int) -> QuerySet[Booking]:
    return Booking.objects.filter(account_id=account_id).select_related("page")


def _takes(user_id: int) -> Exists:
    return Exists(Reservation.objects.filter(booking=OuterRef("pk"), host_id=user_id))
