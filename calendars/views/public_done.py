"""The confirmation: what was booked, and links that add it to a calendar. They are links: nobody else is asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.signing import Signer
from django.urls import reverse

from calendars.choices import BookingState
from calendars.engine.hours import zone_get
from calendars.guest_links import manage_token
from calendars.mail.when import zone_words
from calendars.models import Booking
from calendars.selectors.calls import call_comes
from calendars.selectors.logos import logo_of_page
from calendars.services.booking_records import where
from calendars.words import span_words

REFERENCE_SALT = "calendars.public.booked"
GOOGLE_TEMPLATE_URL = "https://calendar.google.com/calendar/render"
OUTLOOK_COMPOSE_URL = "https://outlook.live.com/calendar/0/deeplink/compose"


def done_context(booking: Booking) -> dict[str, Any]:
    """For templates/calendars/public/booked.html; times in the guest's zone."""
    zone = zone_get(booking.guest_time_zone)
    starts_at, ends_at = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    return {
        "booking": booking,
        "page": booking.page,
        "logo": logo_of_page(booking.page),
        "brand_color": booking.page.brand_color,
        "when": span_words(starts_at, ends_at),
        "zone_words": zone_words(booking.guest_time_zone, starts_at),
        "is_request": booking.state == BookingState.REQUESTED,
        "manage_url": reverse("calendars:public_manage", args=[manage_token(booking)]),
        "stands": booking.state == BookingState.CONFIRMED,
        "makes_call": call_comes(booking),
        "google_url": google_url(booking),
        "outlook_url": outlook_url(booking),
    }


def booked_reference(booking: Booking) -> str:
    """The signed reference of a booking's confirmation page."""
    return Signer(salt=REFERENCE_SALT).sign(booking.uid.hex)


def google_url(booking: Booking) -> str:
    """Google Calendar's template link."""
    start, end = (f"{moment:%Y%m%dT%H%M%SZ}" for moment in (booking.starts_at, booking.ends_at))
    query = {"action": "TEMPLATE", "text": booking.subject, "dates": f"{start}/{end}", "location": where(booking)}
    return f"{GOOGLE_TEMPLATE_URL}?{urlencode(query)}"


def outlook_url(booking: Booking) -> str:
    """Outlook's compose link."""
    start, end = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (booking.starts_at, booking.ends_at))
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": booking.subject,
        "startdt": start,
        "enddt": end,
        "location": where(booking),
    }
    return f"{OUTLOOK_COMPOSE_URL}?{urlencode(query)}"
