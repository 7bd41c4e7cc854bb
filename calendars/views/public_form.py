"""The visitor's form: showing it, and booking what was filled in. Nothing typed is ever lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.web import request_ip
from calendars.engine.hours import zone_get
from calendars.exceptions import (
    BookingInvalid,
    BookingRefused,
    HostUnavailable,
    SlotTaken,
    TooManyAttempts,
    TooManyOnPage,
)
from calendars.form_tokens import FormToken, FormTokenRefused, form_token_make, form_token_read
from calendars.forms.visitor import ANSWER_PREFIX, VisitorForm
from calendars.mail.when import zone_words
from calendars.models import Booking, SchedulingPage
from calendars.redirects import redirect_or, redirect_origin
from calendars.selectors.availability import slot_check
from calendars.selectors.logos import logo_of_page
from calendars.services.attempts import attempt_tell
from calendars.services.booking import booking_create
from calendars.services.booking_form import BookingRequest
from calendars.views.picker import YEARS, Picker, Wish, utc_text
from calendars.views.public_done import booked_reference
from calendars.visitor_memory import never_stored, visitor_forget, visitor_remember, visitor_remembered
from calendars.words import language_now, span_words
from hubclone.lib.ratelimit import limit_exceeded

FRESH_TIMES_MOST = 12
ATTEMPTS_SECONDS = 3600
MISTAKES_FACTOR = 3
"""How many times as many forms with mistakes as bookings one address may send."""
PAGE_ATTEMPTS_FACTOR = 10
"""How many times as much as one address all together may try a page: a crowd is welcome, a swarm is not."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page, at its own address or in a frame."""

    request: HttpRequest
    page: SchedulingPage
    is_embedded: bool

    def picker(self, wish: Wish) -> Picker:
        """What there is to choose from."""
        return Picker(self.page, wish, dt.datetime.now(dt.UTC), is_embedded=self.is_embedded)


def form_may_end_elsewhere(
    page: SchedulingPage, request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]
) -> HttpResponseBase:
    """Build the page with ``answer`` and let its form end at the page's own redirect address, which browsers check."""
    if not page.redirect_url:
        return answer(request)
    return csp_update({"form-action": [redirect_origin(page.redirect_url)]})(answer)(request)


def picker_context(picker: Picker) -> dict[str, Any]:
    """For every template of the page."""
    page = picker.page
    return {
        "picker": picker,
        "page": page,
        "brand_color": page.brand_color,
        "is_embedded": picker.is_embedded,
        "makes_call": picker.slots.makes_calls,
    }


def start_read(text: str) -> dt.datetime | None:
    """The moment in ``start``; None for what is not one, or is centuries away."""
    try:
        moment = dt.datetime.strptime(text[:40], "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.year in YEARS else None


def details(visit: Visit, picker: Picker, start: dt.datetime) -> HttpResponse:
    """The form for a time, or other times for one that cannot be had (any more), before anything is typed."""
    hidden = {f"{ANSWER_PREFIX}{name}": value for name, value in picker.wish.carried}
    known = visitor_remembered(visit.request)
    initial = {**known.fields, "key": form_token_make(visit.page), **hidden}
    form = VisitorForm(visit.page, zone=picker.wish.zone, initial=initial)
    length = dt.timedelta(minutes=picker.wish.duration)
    if slot_check(page=visit.page, start=start, duration=length, now=picker.now):
        response = _taken(visit, picker.wish, form, start, str(SlotTaken()), status=200, remembered=known)
    else:
        response = _form_page(visit, picker, form, start, remembered=known)
    if known.fields:
        never_stored(response)
    return response


def book(visit: Visit) -> HttpResponse:
    """Book what was filled in, or show it again with what is wrong."""
    request, page = visit.request, visit.page
    wish = Wish.read(page, request.POST, request.COOKIES)
    start = start_read(request.POST.get("start", ""))
    form = VisitorForm(page, request.POST, zone=wish.zone)
    if start is None and (near := start_read(request.POST.get("fresh", ""))):
        return _taken(visit, wish, form, near, _("Nothing is booked yet."), status=422, is_unchosen=True)
    if start is None:
        return redirect(f"{visit.picker(wish).page_url}?{wish.query}")
    if _is_length_gone(page, request):
        return _taken(visit, wish, form, start, _("This page no longer offers meetings of that length."))
    if form.is_robot:
        form.add_error(None, _("Please leave the field for robots empty."))
    token = _token(visit, form) if form.is_valid() else None
    if token is None:
        return _mistaken(visit, wish, form, start)
    if too_many := _flood(visit, token):
        form.add_error(None, str(too_many))
        return _refused(visit, wish, form, start, 429)
    return _book(visit, wish, form, start, token)


def _book(visit: Visit, wish: Wish, form: VisitorForm, start: dt.datetime, token: FormToken) -> HttpResponse:
    page = visit.page
    actor = Actor(page.account_id, ActorKind.VISITOR, ip=request_ip(visit.request))
    try:
        booking = booking_create(actor=actor, page=page, request=_wanted(form, wish, start, token))
    except BookingInvalid as error:
        if about_time := error.errors.get("start"):
            return _taken(visit, wish, form, start, about_time)
        form.errors_add(error.errors)
        return _refused(visit, wish, form, start, 422)
    except SlotTaken as error:
        return _taken(visit, wish, form, start, str(error))
    except BookingRefused as error:
        if isinstance(error, HostUnavailable):
            attempt_tell(page=page, refused=error)
        form.add_error(None, str(error))
        return _refused(visit, wish, form, start, 409)
    response = redirect(_after(visit, booking))
    visitor_remember(visit.request, response, form)
    return response


def forget(visit: Visit) -> HttpResponse:
    """*Not you?*: the same form once more, empty."""
    response = redirect(visit.request.get_full_path())
    visitor_forget(response)
    return response


def _after(visit: Visit, booking: Booking) -> str:
    """Where a visitor goes who has booked: the page's own address, or the confirmation."""
    reference = booked_reference(booking)
    if visit.is_embedded:
        return f"{reverse('calendars:public_embed', args=[visit.page.slug])}?booked={reference}"
    return redirect_or(visit.page.redirect_url, reverse("calendars:public_booked", args=[reference]))


def _token(visit: Visit, form: VisitorForm) -> FormToken | None:
    """The form's token; without a good one the form is shown again with a new one, and has to be sent once more."""
    try:
        return form_token_read(visit.page, form.cleaned_data["key"])
    except FormTokenRefused:
        form.key_renew(form_token_make(visit.page))
        form.add_error(None, _("This form was open for too long. Nothing you typed is lost: please send it again."))
        return None


def _flood(visit: Visit, token: FormToken) -> BookingRefused | None:
    """Whether there were too many tries: of an address, of it sooner than a person types, or on the page."""
    who, most = request_ip(visit.request) or "", settings.BOOKING_ATTEMPTS_MOST
    if limit_exceeded(name="booking", who=who, most=most, seconds=ATTEMPTS_SECONDS):
        return TooManyAttempts()
    half = (most + 1) // 2
    if token.is_fast and limit_exceeded(name="booking-fast", who=who, most=half, seconds=ATTEMPTS_SECONDS):
        return TooManyAttempts()
    page, crowd = str(visit.page.pk), most * PAGE_ATTEMPTS_FACTOR
    is_swarm = limit_exceeded(name="booking-page", who=page, most=crowd, seconds=ATTEMPTS_SECONDS)
    return TooManyOnPage() if is_swarm else None


def _mistaken(visit: Visit, wish: Wish, form: VisitorForm, start: dt.datetime) -> HttpResponse:
    """The form again with what is wrong; counted by itself, so that mistakes take nobody's tries to book."""
    who, most = request_ip(visit.request) or "", settings.BOOKING_ATTEMPTS_MOST * MISTAKES_FACTOR
    if limit_exceeded(name="booking-mistakes", who=who, most=most, seconds=ATTEMPTS_SECONDS):
        form.add_error(None, str(TooManyAttempts()))
        return _refused(visit, wish, form, start, 429)
    return _refused(visit, wish, form, start, 422)


def _is_length_gone(page: SchedulingPage, request: HttpRequest) -> bool:
    """Whether the form asks for a length that the page offers no more: another one is not booked in its place."""
    return request.POST.get("duration", str(page.durations[0])) not in map(str, page.durations)


def _form_page(
    visit: Visit,
    picker: Picker,
    form: VisitorForm,
    start: dt.datetime | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = picker_context(picker) | {"form": form, "logo": logo_of_page(picker.page)} | more
    if start is not None:
        local = start.astimezone(picker.zone)
        context["start"] = utc_text(start)
        context["when"] = span_words(local, local + dt.timedelta(minutes=picker.wish.duration))
        context["zone_words"] = zone_words(picker.wish.zone, local)
    return render(visit.request, "calendars/public/form.html", context, status=status)


def _refused(visit: Visit, wish: Wish, form: VisitorForm, start: dt.datetime, status: int) -> HttpResponse:
    return _form_page(visit, visit.picker(wish), form, start, status=status)


def _taken(
    visit: Visit,
    wish: Wish,
    form: VisitorForm,
    start: dt.datetime,
    words: str,
    *,
    status: int = 409,
    **more: Any,
) -> HttpResponse:
    """The same form with what was typed, and fresh times to choose from, the nearest to that one (C22); unchosen: they
    have been shown before, and none was chosen."""
    day = start.astimezone(zone_get(wish.zone)).date()
    picker = visit.picker(replace(wish, month=day.replace(day=1), day=day))
    if not picker.by_day:
        picker = visit.picker(replace(wish, month=None, day=None))
    more |= {"taken": words, "near": utc_text(start), "fresh": picker.fresh(FRESH_TIMES_MOST, start)}
    return _form_page(visit, picker, form, None, status=status, **more)


def _wanted(form: VisitorForm, wish: Wish, start: dt.datetime, token: FormToken) -> BookingRequest:
    data = form.cleaned_data
    return BookingRequest(
        start=start,
        duration_minutes=wish.duration,
        first_name=data["first_name"],
        last_name=data["last_name"],
        email=data["email"],
        answers=form.answers,
        time_zone=wish.zone,
        language=language_now(),
        idempotency_key=token.key,
        consent_text=data.get("consent", ""),
    )
