"""The pages that visitors see under /meetings/. Nobody signs in; the zone is the visitor's, and the language the page's
own or the browser's.

There is no session to protect, so the forms carry no CSRF token and work without cookies. The embedded page is the same
one at an address of its own, where each step of it may be framed by any site; no other address may.
"""

from __future__ import annotations

from csp.decorators import csp_replace
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.hosts import account_served
from calendars.choices import PageState
from calendars.models import Booking, SchedulingPage
from calendars.selectors.logos import logo_of_page
from calendars.selectors.pages import page_by_slug
from calendars.services.booking_mail import invitation_of
from calendars.views.moved import moved_to
from calendars.views.picker import Wish
from calendars.views.public_done import REFERENCE_SALT, booked_reference, done_context
from calendars.views.public_form import (
    ATTEMPTS_SECONDS,
    Visit,
    book,
    details,
    forget,
    form_may_end_elsewhere,
    picker_context,
    start_read,
)
from calendars.zones import zones_in_words, zones_listed

__all__ = ["ATTEMPTS_SECONDS", "booked_reference", "page_read", "start_read"]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Choose a time; with ``?start=`` fill in the form; POST books."""
    page = page_read(request, slug)
    if page is None:
        return render(request, "calendars/public/not_found.html", status=404)
    if request.method != "POST" and (address := moved_to(request, page)):
        return redirect(address)
    return form_may_end_elsewhere(page, request, lambda asked: _page(asked, page, is_embedded=False))


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def public_embed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same in a frame on any site: also the confirmation, under ``?booked=``. It never leads away by itself, not
    even to the host that its owner has chosen: the site around it may allow the old one alone."""
    return csp_replace({"frame-ancestors": ["*"]})(lambda asked: _embed(asked, slug))(request)


def _embed(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_read(request, slug)
    if page is None:
        return render(request, "calendars/public/not_found.html", status=404)
    if reference := request.GET.get("booked", ""):
        return _booked(request, reference, is_embedded=True)
    return _page(request, page, is_embedded=True)


@require_safe
def public_slots(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes when another day, month, length or zone is chosen."""
    return _slots(request, slug, is_embedded=False)


@require_safe
def public_embed_slots(request: HttpRequest, slug: str) -> HttpResponse:
    """That part for the embedded page."""
    return _slots(request, slug, is_embedded=True)


@require_safe
def public_booked(request: HttpRequest, reference: str) -> HttpResponse:
    """What was booked, for who holds its signed reference."""
    return _booked(request, reference, is_embedded=False)


@require_safe
def public_ics(request: HttpRequest, reference: str) -> HttpResponse:
    """The meeting as a calendar file."""
    booking = _booking(request, reference)
    response = HttpResponse(invitation_of(booking, "PUBLISH"), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return _for_the_guest(response)


def page_read(request: HttpRequest, slug: str) -> SchedulingPage | None:
    """The page at a path of the host that was asked; None when there is none."""
    try:
        page = page_by_slug(slug=slug)
    except SchedulingPage.DoesNotExist:
        return None
    return page if account_served(request, page.account_id) else None


def _page(request: HttpRequest, page: SchedulingPage, *, is_embedded: bool) -> HttpResponse:
    with _language(page):
        visit = Visit(request, page, is_embedded)
        if request.method == "POST":
            return forget(visit) if "forget" in request.POST else book(visit)
        picker = visit.picker(Wish.read(page, request.GET, request.COOKIES))
        start = start_read(request.GET.get("start", ""))
        if start is not None and picker.is_open:
            return details(visit, picker, start)
        zones = {"zones": zones_in_words(), "is_zone_listed": picker.wish.zone in zones_listed()}
        context = picker_context(picker) | zones | {"logo": logo_of_page(page)}
        return render(request, "calendars/public/page.html", context)


def _slots(request: HttpRequest, slug: str, *, is_embedded: bool) -> HttpResponse:
    page = page_read(request, slug)
    if page is None:
        raise Http404
    with _language(page):
        picker = Visit(request, page, is_embedded).picker(Wish.read(page, request.GET, request.COOKIES))
        focus = request.headers.get("HX-Trigger", "").startswith("day-")
        context = picker_context(picker) | {"is_partial": True, "focus_title": focus}
        response = HttpResponse(render_to_string("calendars/public/_picker.html", context))
    response.headers["HX-Push-Url"] = f"{picker.page_url}?{picker.state_query}"
    return response


def _booked(request: HttpRequest, reference: str, *, is_embedded: bool) -> HttpResponse:
    booking = _booking(request, reference)
    again = "calendars:public_embed" if is_embedded else "calendars:public_page"
    with _language(booking.page):
        context = done_context(booking) | {
            "reference": reference,
            "is_embedded": is_embedded,
            "is_bookable": booking.page.state == PageState.ACTIVE,
            "again_url": reverse(again, args=[booking.page.slug]),
        }
        return _for_the_guest(render(request, "calendars/public/booked.html", context))


def _for_the_guest(response: HttpResponse) -> HttpResponse:
    """What names a guest is kept by no cache and listed by no search engine."""
    patch_cache_control(response, private=True, no_store=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _booking(request: HttpRequest, reference: str) -> Booking:
    try:
        uid = Signer(salt=REFERENCE_SALT).unsign(reference)
        booking = Booking.objects.select_related("page__owner").get(uid=uid)
    except (BadSignature, Booking.DoesNotExist):
        raise Http404 from None
    if not account_served(request, booking.account_id):
        raise Http404
    return booking


def _language(page: SchedulingPage) -> translation.override:
    """The page's own language, or the one that the browser asked for."""
    return translation.override(page.language or translation.get_language())
