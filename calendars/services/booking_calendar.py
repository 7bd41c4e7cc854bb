"""A booking's event in the host's calendar: what is planned with it, and what the provider is asked to make."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from calendars.choices import CalendarWrite, LocationKind
from calendars.exceptions import HostUnavailable
from calendars.guest_links import manage_url
from calendars.mail.names import guest_of, subject_of
from calendars.models import Booking
from calendars.providers.protocol import Attendee, EventDraft, Interval
from calendars.selectors.answers import answers_shown
from calendars.services.booking_hosts import Host
from calendars.services.clients import calendar_provider
from calendars.tokens import words_for_booking

PRIVATE_BOOKING = "hubclone_booking"
"""The key under which our event carries its booking's uid, so that a sync knows it again."""


def event_plan(booking: Booking, host: Host) -> None:
    """Decide, unsaved, where the event goes and which ids it will have; a host without a calendar has none (C4)."""
    own_uid = f"{booking.uid}@{urlsplit(settings.MEETINGS_URL).hostname}"
    booking.ical_uid = own_uid
    if host.calendar_account is None:
        return
    if host.primary is None:
        raise HostUnavailable
    provider = calendar_provider(host.calendar_account)
    booking.calendar = host.primary
    booking.calendar_write = CalendarWrite.PENDING
    booking.event_id = provider.event_id(booking.uid)
    booking.ical_uid = provider.ical_uid(booking.uid) or own_uid


def event_draft(booking: Booking) -> EventDraft:
    """The event to make; needs ``booking.page`` with its owner and ``booking.calendar``."""
    assert booking.calendar is not None
    page = booking.page
    return EventDraft(
        calendar_remote_id=booking.calendar.remote_id,
        uid=booking.uid,
        summary=subject_of(booking),
        interval=Interval(booking.starts_at, booking.ends_at),
        time_zone=page.time_zone,
        description=event_description(booking),
        location=booking.location,
        attendees=(Attendee(booking.guest_email, guest_of(booking)),),
        wants_conference=page.location_kind == LocationKind.CONFERENCE,
        private={PRIVATE_BOOKING: str(booking.uid)},
    )


def event_description(booking: Booking) -> str:
    """The page's description, what the guest answered and the guest's own link, as plain text."""
    with translation.override(booking.guest_language):
        answers = [f"{label}: {words}" for label, words in answers_shown(booking, booking.guest_time_zone)]
        link = _("Move or cancel this meeting: %(url)s") % {"url": manage_url(booking)}
    parts = [words_for_booking(booking.page.description, booking), "\n".join(answers), link]
    return "\n\n".join(part for part in parts if part)
