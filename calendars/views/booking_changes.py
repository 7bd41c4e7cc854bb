"""The host moves or cancels a booking in the app (C23)."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import AccountRequest, account_view
from calendars.choices import BookingState, ChangedBy
from calendars.exceptions import BookingOver, BookingRefused, SlotTaken
from calendars.forms.changes import CancelForm
from calendars.models import Booking
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.views.bookings import booking_or_404, is_changeable
from calendars.views.move_picker import MovePicker, MoveUrls
from calendars.views.public import start_read


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def move(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """Choose another time; with ``?start=`` confirm it; POST moves."""
    booking = booking_or_404(request, account_id, booking_id)
    if booking.state != BookingState.CONFIRMED or not is_changeable(booking):
        return _refused(request, booking, str(BookingOver()))
    picker = _picker(request, booking)
    if request.method == "POST":
        return _move(request, picker)
    start = start_read(request.GET.get("start", ""))
    if start == booking.starts_at:
        return _stays(request, booking)
    if start is None or not picker.is_open:
        return render(request, "calendars/bookings/move.html", {"booking": booking, "picker": picker})
    return _confirm(request, picker, start) if picker.is_free(start) else _taken(request, picker, start, status=200)


@require_safe
@account_view()
def move_slots(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """The part of the choice that changes when another day or month is chosen."""
    picker = _picker(request, booking_or_404(request, account_id, booking_id))
    focus = request.headers.get("HX-Trigger", "").startswith("day-")
    context = {"picker": picker, "is_partial": True, "focus_title": focus}
    response = HttpResponse(render_to_string("calendars/public/_picker.html", context))
    response.headers["HX-Push-Url"] = f"{picker.page_url}?{picker.state_query}"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def cancel(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """Ask once more, with room for a reason; POST cancels."""
    booking = booking_or_404(request, account_id, booking_id)
    if booking.state != BookingState.CONFIRMED or not is_changeable(booking):
        return _refused(request, booking, str(BookingOver()))
    form = CancelForm(request.POST or None, initial={"sequence": booking.sequence})
    if request.method != "POST" or not form.is_valid():
        context = {"booking": booking, "form": form, "zone": request.user.time_zone}
        return render(
            request, "calendars/bookings/cancel.html", context, status=422 if request.method == "POST" else 200
        )
    given = {"reason": form.cleaned_data["reason"], "sequence": form.cleaned_data["sequence"]}
    try:
        booking_cancel(actor=request.actor, booking=booking, by=ChangedBy.OWNER, **given)
    except BookingRefused as error:
        return _refused(request, booking, str(error))
    messages.success(request, _("Cancelled. The guest has been told, and the time is free again."))
    return redirect("calendars:booking", account_id, booking_id)


def _move(request: AccountRequest, picker: MovePicker) -> HttpResponse:
    booking, start = picker.booking, start_read(request.POST.get("start", ""))
    if start is None and (near := start_read(request.POST.get("fresh", ""))):
        return _taken(request, picker, near, status=422, is_unchosen=True)
    if start is None:
        return redirect(f"{picker.page_url}?{picker.state_query}")
    if start == booking.starts_at:
        return _stays(request, booking)
    sequence = request.POST.get("sequence", "")
    number = int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else -1
    try:
        booking_move(actor=request.actor, booking=booking, starts_at=start, by=ChangedBy.OWNER, sequence=number)
    except SlotTaken:
        return _taken(request, _picker(request, booking), start, status=409)
    except BookingRefused as error:
        return _refused(request, booking, str(error))
    messages.success(request, _("Moved. The guest has been told."))
    return redirect("calendars:booking", booking.account_id, booking.pk)


def _confirm(request: AccountRequest, picker: MovePicker, start: dt.datetime) -> HttpResponse:
    """The question with both times."""
    context = {"booking": picker.booking, "picker": picker, **picker.words(start)}
    return render(request, "calendars/bookings/move_confirm.html", context)


def _taken(
    request: AccountRequest, picker: MovePicker, start: dt.datetime, *, status: int, is_unchosen: bool = False
) -> HttpResponse:
    """The old time is kept, and fresh ones near to that one are offered."""
    context = {"booking": picker.booking, **picker.fresh_context(start, is_unchosen=is_unchosen)}
    return render(request, "calendars/bookings/move_confirm.html", context, status=status)


def _stays(request: AccountRequest, booking: Booking) -> HttpResponse:
    messages.info(request, _("The meeting has this time already. Nothing was changed."))
    return redirect("calendars:booking", booking.account_id, booking.pk)


def _refused(request: AccountRequest, booking: Booking, words: str) -> HttpResponse:
    """Back to the booking as it stands now."""
    messages.error(request, words)
    return redirect("calendars:booking", booking.account_id, booking.pk)


def _picker(request: AccountRequest, booking: Booking) -> MovePicker:
    arguments = [booking.account_id, booking.pk]
    urls = MoveUrls(
        reverse("calendars:booking_move", args=arguments), reverse("calendars:booking_move_slots", args=arguments)
    )
    query = request.POST if request.method == "POST" else request.GET
    return MovePicker.read(booking, query, request.user.time_zone, urls)
