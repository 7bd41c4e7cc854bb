"""The pages that visitors see under /meetings/. Nobody signs in; the language is the browser's, the zone the visitor's.

There is no session to protect, so the forms carry no CSRF token and work without cookies.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.hosts import account_served
from accounts.web import request_ip
from calendars.engine.hours import zone_get
from calendars.exceptions import BookingInvalid, BookingRefused, HostUnavailable, SlotTaken, TooManyAttempts
from calendars.forms.visitor import VisitorForm
from calendars.mail.when import zone_words
from calendars.models import Booking, SchedulingPage
from calendars.selectors.availability import slot_check
from calendars.selectors.logos import logo_of_page
from calendars.selectors.pages import page_by_slug
from calendars.services.attempts import attempt_tell
from calendars.services.booking import booking_create
from calendars.services.booking_form import BookingRequest
from calendars.services.booking_mail import invitation_of
from calendars.views.picker import YEARS, Picker, Wish, utc_text
from calendars.views.public_done import done_context
from calendars.words import language_now, span_words
from calendars.zones import zones_in_words, zones_listed
from hubclone.lib.ratelimit import limit_exceeded

REFERENCE_SALT = "calendars.public.booked"
FRESH_TIMES_MOST = 12
ATTEMPTS_SECONDS = 3600


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a time; with ``?start=`` fill in the form; POST books."""
    page = page_read(request, slug)
    if page is None:
        return render(request, "calendars/public/not_found.html", status=404)
    if request.method == "POST":
        return _book(request, page)
    picker = Picker(page, Wish.read(page, request.GET, request.COOKIES), dt.datetime.now(dt.UTC))
    start = start_read(request.GET.get("start", ""))
    if start is not None and picker.is_open:
        return _details(request, page, picker, start)
    zones = {"zones": zones_in_words(), "is_zone_listed": picker.wish.zone in zones_listed()}
    context = _picker_context(picker) | zones | {"logo": logo_of_page(page)}
    return render(request, "calendars/public/page.html", context)


@require_safe
def public_slots(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes when another day, month, length or zone is chosen."""
    page = page_read(request, slug)
    if page is None:
        raise Http404
    picker = Picker(page, Wish.read(page, request.GET, request.COOKIES), dt.datetime.now(dt.UTC))
    focus = request.headers.get("HX-Trigger", "").startswith("day-")
    context = _picker_context(picker) | {"is_partial": True, "focus_title": focus}
    response = HttpResponse(render_to_string("calendars/public/_picker.html", context))
    response.headers["HX-Push-Url"] = f"{picker.page_url}?{picker.state_query}"
    return response


@require_safe
def public_booked(request: HttpRequest, reference: str) -> HttpResponse:
    """What was booked, for who holds its signed reference."""
    booking = _booking(request, reference)
    context = done_context(booking) | {"reference": reference}
    return render(request, "calendars/public/booked.html", context)


@require_safe
def public_ics(request: HttpRequest, reference: str) -> HttpResponse:
    """The meeting as a calendar file."""
    booking = _booking(request, reference)
    response = HttpResponse(invitation_of(booking, "PUBLISH"), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


def booked_reference(booking: Booking) -> str:
    """The signed reference of a booking's confirmation page."""
    return Signer(salt=REFERENCE_SALT).sign(booking.uid.hex)


def _booking(request: HttpRequest, reference: str) -> Booking:
    try:
        uid = Signer(salt=REFERENCE_SALT).unsign(reference)
        booking = Booking.objects.select_related("page__owner").get(uid=uid)
    except (BadSignature, Booking.DoesNotExist):
        raise Http404 from None
    if not account_served(request, booking.account_id):
        raise Http404
    return booking


def page_read(request: HttpRequest, slug: str) -> SchedulingPage | None:
    """The page at a path of the host that was asked; None when there is none."""
    try:
        page = page_by_slug(slug=slug)
    except SchedulingPage.DoesNotExist:
        return None
    return page if account_served(request, page.account_id) else None


def _picker_context(picker: Picker) -> dict[str, Any]:
    return {"picker": picker, "page": picker.page, "brand_color": picker.page.brand_color}


def start_read(text: str) -> dt.datetime | None:
    """The moment in ``start``; None for what is not one, or is centuries away."""
    try:
        moment = dt.datetime.strptime(text[:40], "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.year in YEARS else None


def _form_page(
    request: HttpRequest,
    picker: Picker,
    form: VisitorForm,
    start: dt.datetime | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = _picker_context(picker) | {"form": form, "logo": logo_of_page(picker.page)} | more
    if start is not None:
        local = start.astimezone(picker.zone)
        context["start"] = utc_text(start)
        context["when"] = span_words(local, local + dt.timedelta(minutes=picker.wish.duration))
        context["zone_words"] = zone_words(picker.wish.zone, local)
    return render(request, "calendars/public/form.html", context, status=status)


def _book(request: HttpRequest, page: SchedulingPage) -> HttpResponse:
    wish = Wish.read(page, request.POST, request.COOKIES)
    start = start_read(request.POST.get("start", ""))
    if start is None:
        return redirect(f"{reverse('calendars:public_page', args=[page.slug])}?{wish.query}")
    form = VisitorForm(page, request.POST.dict())
    if _is_length_gone(page, request):
        return _taken(request, page, wish, form, start, _("This page no longer offers meetings of that length."))
    if form.is_robot:
        form.add_error(None, _("Please leave the field for robots empty."))
    if not form.is_valid():
        return _refused(request, page, wish, form, start, 422)
    if _is_flood(request):
        form.add_error(None, str(TooManyAttempts()))
        return _refused(request, page, wish, form, start, 429)
    try:
        booking = booking_create(actor=_visitor(request, page), page=page, request=_wanted(form, wish, start))
    except BookingInvalid as error:
        if about_time := error.errors.get("start"):
            return _taken(request, page, wish, form, start, about_time)
        form.errors_add(error.errors)
        return _refused(request, page, wish, form, start, 422)
    except SlotTaken as error:
        return _taken(request, page, wish, form, start, str(error))
    except BookingRefused as error:
        if isinstance(error, HostUnavailable):
            attempt_tell(page=page, refused=True)
        form.add_error(None, str(error))
        return _refused(request, page, wish, form, start, 409)
    return redirect("calendars:public_booked", booked_reference(booking))


def _details(request: HttpRequest, page: SchedulingPage, picker: Picker, start: dt.datetime) -> HttpResponse:
    """The form for a time, or other times for one that cannot be had (any more), before anything is typed."""
    form = VisitorForm(page, initial={"key": secrets.token_urlsafe(18)})
    length = dt.timedelta(minutes=picker.wish.duration)
    if slot_check(page=page, start=start, duration=length, now=picker.now):
        return _taken(request, page, picker.wish, form, start, str(SlotTaken()), status=200)
    return _form_page(request, picker, form, start)


def _is_length_gone(page: SchedulingPage, request: HttpRequest) -> bool:
    """Whether the form asks for a length that the page offers no more: another one is not booked in its place."""
    return request.POST.get("duration", str(page.durations[0])) not in map(str, page.durations)


def _is_flood(request: HttpRequest) -> bool:
    who, most = request_ip(request) or "", settings.BOOKING_ATTEMPTS_MOST
    return limit_exceeded(name="booking", who=who, most=most, seconds=ATTEMPTS_SECONDS)


def _refused(
    request: HttpRequest, page: SchedulingPage, wish: Wish, form: VisitorForm, start: dt.datetime, status: int
) -> HttpResponse:
    picker = Picker(page, wish, dt.datetime.now(dt.UTC))
    return _form_page(request, picker, form, start, status=status)


def _taken(
    request: HttpRequest,
    page: SchedulingPage,
    wish: Wish,
    form: VisitorForm,
    start: dt.datetime,
    words: str,
    *,
    status: int = 409,
) -> HttpResponse:
    """The same form with what was typed, and fresh times from that day on to choose from (C22)."""
    now, day = dt.datetime.now(dt.UTC), start.astimezone(zone_get(wish.zone)).date()
    picker = Picker(page, replace(wish, month=day.replace(day=1), day=day), now)
    if not picker.by_day:
        picker = Picker(page, replace(wish, month=None, day=None), now)
    fresh = picker.fresh(FRESH_TIMES_MOST)
    return _form_page(request, picker, form, None, status=status, taken=words, fresh=fresh)


def _visitor(request: HttpRequest, page: SchedulingPage) -> Actor:
    return Actor(page.account_id, ActorKind.VISITOR, ip=request_ip(request))


def _wanted(form: VisitorForm, wish: Wish, start: dt.datetime) -> BookingRequest:
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
        idempotency_key=data["key"],
    )
