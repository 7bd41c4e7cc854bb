"""Meetings that were booked with the user: what lies ahead, what is over, and the answer to a request (C4)."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.web import AccountRequest, account_view
from calendars.choices import BookingState, MeetingOutcome
from calendars.exceptions import BookingRefused
from calendars.models import Booking
from calendars.selectors.answers import answers_shown
from calendars.selectors.bookings import booking_get, bookings_past, bookings_upcoming
from calendars.services.booking_requests import request_confirm, request_decline
from calendars.tabs import PAST, UPCOMING, meeting_tabs
from hubclone.lib.paging import BadCursor

_LISTS = {UPCOMING: bookings_upcoming, PAST: bookings_past}


@require_safe
@account_view()
def bookings(request: AccountRequest, account_id: int) -> HttpResponse:
    """The list; ``?show=past`` for what is over."""
    show = PAST if request.GET.get("show") == PAST else UPCOMING
    now = dt.datetime.now(dt.UTC)
    user_id = request.user.pk
    try:
        page = _LISTS[show](account_id=account_id, user_id=user_id, now=now, after=request.GET.get("after"))
    except BadCursor:
        return redirect("calendars:bookings", account_id)
    context = {
        "page": page,
        "show": show,
        "tabs": meeting_tabs(account_id=account_id, user_id=user_id, shown=show),
        "first_url": f"?show={show}" if request.GET.get("after") else "",
        "next_url": f"?show={show}&after={page.next_after}" if page.next_after else "",
        "zone": request.user.time_zone,
    }
    return render(request, "calendars/bookings/list.html", context)


@require_safe
@account_view()
def booking(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """One booking, and the two answers while it is a request."""
    found = booking_or_404(request, account_id, booking_id)
    context = {
        "booking": found,
        "waits": _waits(found),
        "is_changeable": is_changeable(found),
        "outcomes": _outcomes(found),
        "answers": answers_shown(found, request.user.time_zone),
        "zone": request.user.time_zone,
    }
    return render(request, "calendars/bookings/detail.html", context)


@account_view()
@require_POST
def confirm(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """Say yes to a request."""
    booking_or_404(request, account_id, booking_id)
    try:
        request_confirm(actor=request.actor, booking_id=booking_id)
    except BookingRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Confirmed. The guest has been told."))
    return redirect("calendars:booking", account_id, booking_id)


@account_view()
@require_POST
def decline(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """Say no to a request."""
    booking_or_404(request, account_id, booking_id)
    try:
        request_decline(actor=request.actor, booking_id=booking_id)
    except BookingRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Declined. The guest has been told, and the time is free again."))
    return redirect("calendars:booking", account_id, booking_id)


def booking_or_404(request: AccountRequest, account_id: int, booking_id: int) -> Booking:
    """One of the user's own bookings. Raises Http404."""
    try:
        return booking_get(account_id=account_id, user_id=request.user.pk, booking_id=booking_id)
    except Booking.DoesNotExist as error:
        raise Http404 from error


def is_changeable(found: Booking) -> bool:
    """Whether the booking stands and its meeting has not ended."""
    return found.state == BookingState.CONFIRMED and found.ends_at > dt.datetime.now(dt.UTC)


def _outcomes(found: Booking) -> list[tuple[str, str, bool]]:
    """(value, words, whether it is so) of what its host may say of a meeting that has begun."""
    if found.state != BookingState.CONFIRMED or found.meeting_id is None or found.starts_at > dt.datetime.now(dt.UTC):
        return []
    now = found.outcome  # type: ignore[attr-defined]
    return [(value, str(label), value == now) for value, label in MeetingOutcome.choices]


def _waits(found: Booking) -> bool:
    now = dt.datetime.now(dt.UTC)
    return found.state == BookingState.REQUESTED and found.held_until is not None and found.held_until > now
