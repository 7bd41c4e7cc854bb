"""The guest's own page of a booking (C23): nobody signs in, the signed token in the address is the proof.

Pages are in the guest's language and zone. There is no session to protect, so the forms carry no CSRF token. Each form
carries the booking's sequence: what was shown before somebody else's change changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.hosts import account_served
from accounts.web import request_ip
from calendars.choices import BookingState, ChangedBy, PageState
from calendars.exceptions import BookingChanged, BookingOver, BookingRefused, SlotTaken, TooManyAttempts
from calendars.forms.changes import CancelForm
from calendars.guest_links import booking_by_token, manage_token
from calendars.mail.change_letters import ending_words
from calendars.models import Booking
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.views.move_picker import MovePicker, MoveUrls
from calendars.views.public import ATTEMPTS_SECONDS, start_read
from calendars.views.public_done import done_context
from calendars.words import duration_words
from calendars.zones import zones_in_words, zones_listed
from hubclone.lib.ratelimit import limit_exceeded

View = Callable[[HttpRequest, Booking], HttpResponse]
GONE = 410


def guest_view(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """A view of the booking that the token names, while its meeting has not ended."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def inner(request: HttpRequest, token: str) -> HttpResponse:
        response = _answer(request, token, view)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return inner


def _answer(request: HttpRequest, token: str, view: View) -> HttpResponse:
    try:
        booking = booking_by_token(token)
    except Booking.DoesNotExist:
        return render(request, "calendars/public/manage_unknown.html", status=404)
    if not account_served(request, booking.account_id):
        return render(request, "calendars/public/manage_unknown.html", status=404)
    with translation.override(booking.guest_language):
        if booking.ends_at <= dt.datetime.now(dt.UTC):
            return render(request, "calendars/public/manage_over.html", _base(booking), status=GONE)
        return view(request, booking)


@require_safe
@guest_view
def public_manage(request: HttpRequest, booking: Booking) -> HttpResponse:
    """How the booking stands, and what its guest can do; ``?done=moved`` or ``?done=cancelled`` says what was done."""
    return _state(request, booking, done=request.GET.get("done", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@guest_view
def public_manage_move(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Choose another time; with ``?start=`` confirm it; POST moves."""
    if booking.state != BookingState.CONFIRMED:
        return _state(request, booking, error=str(BookingOver()), status=409)
    if request.method == "POST":
        return _move(request, booking)
    picker = _picker(request, booking)
    start = start_read(request.GET.get("start", ""))
    if start == booking.starts_at:
        return redirect(_url("calendars:public_manage", booking))
    if start is None or not picker.is_open:
        zones = {"zones": zones_in_words(), "is_zone_listed": picker.wish.zone in zones_listed()}
        return render(request, "calendars/public/manage_move.html", _context(picker) | zones)
    return _confirm(request, picker, start) if picker.is_free(start) else _taken(request, picker, start, status=200)


@require_safe
@guest_view
def public_manage_slots(request: HttpRequest, booking: Booking) -> HttpResponse:
    """The part of the choice that changes when another day, month or zone is chosen."""
    picker = _picker(request, booking)
    focus = request.headers.get("HX-Trigger", "").startswith("day-")
    context = _context(picker) | {"is_partial": True, "focus_title": focus}
    response = HttpResponse(render_to_string("calendars/public/_picker.html", context))
    response.headers["HX-Push-Url"] = f"{picker.page_url}?{picker.state_query}"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@guest_view
def public_manage_cancel(request: HttpRequest, booking: Booking) -> HttpResponse:
    """Ask once more, with room for a reason; POST cancels."""
    form = CancelForm(request.POST or None, initial={"sequence": booking.sequence})
    if request.method != "POST" or not form.is_valid():
        return _cancel_page(request, booking, form, status=200 if request.method != "POST" else 422)
    given = {"reason": form.cleaned_data["reason"], "sequence": form.cleaned_data["sequence"]}
    try:
        booking_cancel(actor=_guest(request, booking), booking=booking, by=ChangedBy.GUEST, **given)
    except (BookingChanged, BookingOver) as error:
        return _state(request, booking_by_token(manage_token(booking)), error=str(error), status=409)
    return redirect(f"{_url('calendars:public_manage', booking)}?done=cancelled")


def _move(request: HttpRequest, booking: Booking) -> HttpResponse:
    picker = _picker(request, booking)
    start = start_read(request.POST.get("start", ""))
    if start is None and (near := start_read(request.POST.get("fresh", ""))):
        return _taken(request, picker, near, status=422, is_unchosen=True)
    if start is None:
        return redirect(f"{picker.page_url}?{picker.state_query}")
    if start == booking.starts_at:
        return redirect(_url("calendars:public_manage", booking))
    if _is_flood(request):
        return _confirm(request, picker, start, error=str(TooManyAttempts()), status=429)
    sequence = request.POST.get("sequence", "")
    number = int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else -1
    try:
        booking_move(
            actor=_guest(request, booking), booking=booking, starts_at=start, by=ChangedBy.GUEST, sequence=number
        )
    except (BookingChanged, BookingOver) as error:
        return _state(request, booking_by_token(manage_token(booking)), error=str(error), status=409)
    except SlotTaken:
        return _taken(request, _picker(request, booking), start, status=409)
    except BookingRefused as error:
        return _confirm(request, picker, start, error=str(error), status=409)
    return redirect(f"{_url('calendars:public_manage', booking)}?done=moved")


def _confirm(
    request: HttpRequest, picker: MovePicker, start: dt.datetime, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = _context(picker) | picker.words(start) | {"error": error}
    return render(request, "calendars/public/manage_confirm.html", context, status=status)


def _taken(
    request: HttpRequest, picker: MovePicker, start: dt.datetime, *, status: int, is_unchosen: bool = False
) -> HttpResponse:
    """The old time is kept, and fresh ones near to that one are offered."""
    context = _base(picker.booking) | picker.fresh_context(start, is_unchosen=is_unchosen)
    return render(request, "calendars/public/manage_confirm.html", context, status=status)


def _cancel_page(request: HttpRequest, booking: Booking, form: CancelForm, *, status: int) -> HttpResponse:
    if booking.state not in {BookingState.CONFIRMED, BookingState.REQUESTED}:
        return _state(request, booking, error=str(BookingOver()), status=409)
    minutes = (booking.ends_at - booking.starts_at) // dt.timedelta(minutes=1)
    context = _base(booking) | {"form": form, "picker": {"duration_words": duration_words(minutes)}}
    return render(request, "calendars/public/manage_cancel.html", context, status=status)


def _state(
    request: HttpRequest, booking: Booking, *, done: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    context = _base(booking) | {"done": done, "error": error}
    return render(request, "calendars/public/manage.html", context, status=status)


def _base(booking: Booking) -> dict[str, Any]:
    return done_context(booking) | {
        "token": manage_token(booking),
        "is_cancelled": booking.state == BookingState.CANCELLED,
        "ending": ending_words(booking),
        "is_bookable": booking.page.state == PageState.ACTIVE,
        "again_url": reverse("calendars:public_page", args=[booking.page.slug]),
    }


def _picker(request: HttpRequest, booking: Booking) -> MovePicker:
    query = request.POST if request.method == "POST" else request.GET
    urls = MoveUrls(_url("calendars:public_manage_move", booking), _url("calendars:public_manage_slots", booking))
    return MovePicker.read(booking, query, booking.guest_time_zone, urls)


def _context(picker: MovePicker) -> dict[str, Any]:
    return _base(picker.booking) | {"picker": picker}


def _url(name: str, booking: Booking) -> str:
    return reverse(name, args=[manage_token(booking)])


def _guest(request: HttpRequest, booking: Booking) -> Actor:
    return Actor(booking.account_id, ActorKind.VISITOR, ip=request_ip(request))


def _is_flood(request: HttpRequest) -> bool:
    who, most = request_ip(request) or "", settings.BOOKING_ATTEMPTS_MOST
    return limit_exceeded(name="booking", who=who, most=most, seconds=ATTEMPTS_SECONDS)
