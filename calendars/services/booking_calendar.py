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
from calendars.models import Booking, CalendarAccount
from calendars.providers.protocol import Attendee, EventDraft, Interval
from calendars.selectors.answers import answers_shown
from calendars.selectors.hosts import booking_hosts
from calendars.services.booking_hosts import Host
from calendars.services.clients import calendar_provider
from calendars.tokens import words_for_booking

PRIVATE_BOOKING = "hubclone_booking"
"""The key under which our event carries its booking's uid, so that a sync knows it again."""


def event_plan(booking: Booking, host: Host | None) -> None:
    """Decide, unsaved, where the event goes and which ids it will have: in the organiser's calendar. A request has none
    yet (None), and an organiser without a calendar none at all (C4)."""
    own_uid = f"{booking.uid}@{urlsplit(settings.MEETINGS_URL).hostname}"
    booking.ical_uid = own_uid
    if host is None or host.calendar_account is None:
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
        attendees=(Attendee(booking.guest_email, guest_of(booking)), *_other_hosts(booking)),
        wants_conference=page.location_kind == LocationKind.CONFERENCE,
        private={PRIVATE_BOOKING: str(booking.uid)},
    )


def _other_hosts(booking: Booking) -> list[Attendee]:
    """A group's hosts beside the organiser, at the addresses of their calendars, which show the event then."""
    others = booking_hosts(booking)[1:]
    if not others:
        return []
    accounts = CalendarAccount.objects.filter(account_id=booking.account_id, user__in=others)
    addresses = dict(accounts.values_list("user_id", "connection__identity"))
    return [Attendee(_address(addresses.get(user.pk, ""), user.email), str(user)) for user in others]


def _address(identity: str, email: str) -> str:
    """A calendar account is known by its address at most providers; else the person's own."""
    return identity if "@" in identity else email


def event_description(booking: Booking) -> str:
    """The page's description, what the guest answered and the guest's own link, as plain text."""
    with translation.override(booking.guest_language):
        answers = [f"{label}: {words}" for label, words in answers_shown(booking, booking.guest_time_zone)]
        link = _("Move or cancel this meeting: %(url)s") % {"url": manage_url(booking)}
    parts = [words_for_booking(booking.page.description, booking), "\n".join(answers), link]
    return "\n\n".join(part for part in parts if part)
