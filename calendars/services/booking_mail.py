"""Sending the e-mails about a booking: each letter once, in its reader's language, with an .ics where it helps.

The guest's first .ics is a PUBLISH when the booking is in a connected calendar, whose provider invites the guest itself
under the same UID; without one it is a REQUEST, so that the guest's calendar answers the owner. A change is always sent
as REQUEST or CANCEL with a higher SEQUENCE, which every mailbox follows: whether the provider has told the guest of
what somebody did in the calendar itself cannot be known, and a second message of one UID and SEQUENCE changes nothing.
A guest who was erased has no address, and is told nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from django.urls import reverse
from django.utils import translation

from accounts.models import Notification, OutgoingEmail, User
from accounts.services.mail import email_enqueue
from accounts.services.notifications import NotificationWords, notifications_send
from calendars.choices import BookingState, CalendarWrite, ChangedBy
from calendars.invitations import Invitation, Method, Person, invitation_build
from calendars.mail import booking_letters as letters
from calendars.mail import change_letters as changes
from calendars.mail.change_letters import was_request
from calendars.mail.letters import Letter, letter_html, letter_text
from calendars.mail.names import guest_of, organiser_of, subject_of
from calendars.models import Booking
from calendars.notification_kinds import BOOKING_CHANGED, BOOKING_REQUESTED, EVENT_FAILED
from calendars.selectors.hosts import booking_hosts
from calendars.services.booking_calendar import event_description
from calendars.services.booking_records import where
from calendars.words import language_now

LetterMaker = Callable[[Booking], Letter]
_OF_REQUESTS = {BookingState.REQUESTED, BookingState.EXPIRED}
_GUEST: dict[str, LetterMaker] = {
    BookingState.CONFIRMED: letters.guest_confirmed,
    BookingState.REQUESTED: letters.guest_requested,
    BookingState.DECLINED: letters.guest_declined,
    BookingState.EXPIRED: letters.guest_expired,
    BookingState.CANCELLED: changes.guest_cancelled,
}
_OWNER: dict[str, LetterMaker] = {
    BookingState.CONFIRMED: letters.owner_confirmed,
    BookingState.REQUESTED: letters.owner_requested,
    BookingState.EXPIRED: letters.owner_expired,
    BookingState.CANCELLED: changes.owner_cancelled,
}
OWNER, HOST = "owner", "host-"
SEQUENCES_MOST = 100
"""How many earlier changes are looked through for whether a reader knows of the meeting."""


def booking_tell(booking: Booking, *, moved_from: dt.datetime | None = None) -> None:
    """Enqueue what guest and hosts have to know of the booking's present state, unless they were told already.

    Who has heard of the meeting before is told that it has moved, and from where. What somebody did in the organiser's
    own calendar is no news to the hosts, whom it tells itself. A request is the page's owner's alone, who answers it.
    Needs ``booking.page`` with its owner. Runs in the caller's transaction.
    """
    readers = _readers(booking)
    told = _told(booking, readers)
    makers = _makers(booking, readers, told, moved_from)
    if booking.guest_email and (maker := makers.get("guest")) and _key(booking, "guest") not in told:
        _to_guest(booking, _key(booking, "guest"), maker)
    if booking.changed_by == ChangedBy.CALENDAR:
        return
    kind = BOOKING_REQUESTED if booking.state in _OF_REQUESTS else BOOKING_CHANGED
    for reader, person in readers.items():
        if (maker := makers.get(reader)) and _key(booking, reader) not in told:
            _to_host(booking, person, _key(booking, reader), maker, _owner_method(booking), kind)


def _readers(booking: Booking) -> dict[str, User]:
    """Who is told beside the guest, by the last part of the e-mails' keys: the organiser (of a request the page's
    owner) and a group's other hosts."""
    if booking.state in _OF_REQUESTS or (booking.state == BookingState.CANCELLED and was_request(booking)):
        return {OWNER: booking.page.owner}
    organiser, *others = booking_hosts(booking)
    return {OWNER: organiser} | {f"{HOST}{user.pk}": user for user in others}


def guest_is_told(booking: Booking) -> bool:
    """Whether the guest has been told anything: then they may have put it into a calendar under its present UID."""
    return any(key.endswith(":guest") for key in _told(booking, {}))


def event_unchanged_tell(booking: Booking) -> None:
    """Tell the owner, once for each change, that it could not be written to the calendar and what to do."""
    key = f"booking:{booking.pk}:event_unchanged:{booking.sequence}:owner"
    _to_host(booking, booking.host, key, changes.owner_event_unchanged, None, EVENT_FAILED)


def reminder_tell(booking: Booking, *, minutes: int) -> None:
    """Remind the guest, once for each time of the meeting and each distance from it."""
    _to_guest(
        booking, f"booking:{booking.pk}:reminder:{booking.sequence}:{minutes}", changes.guest_reminder, file=False
    )


def follow_up_tell(booking: Booking) -> None:
    """Write the page's follow-up to the guest, once for each time of the meeting."""
    key = f"booking:{booking.pk}:follow_up:{booking.sequence}"
    _to_guest(booking, key, changes.guest_follow_up, file=False, links=False)


def event_failed_tell(booking: Booking) -> None:
    """Tell the owner, once, that the event could not be made and what to do."""
    key = f"booking:{booking.pk}:event_failed:owner"
    _to_host(booking, booking.host, key, letters.owner_event_failed, "PUBLISH", EVENT_FAILED)


def invitation_of(booking: Booking, method: Method) -> str:
    """The .ics of a booking."""
    host = booking.host
    return invitation_build(
        Invitation(
            uid=booking.ical_uid,
            sequence=booking.sequence,
            method=method,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            changed_at=booking.changed_at or booking.created_at,
            summary=subject_of(booking),
            organizer=Person(organiser_of(booking), host.email),
            attendee=Person(guest_of(booking), booking.guest_email),
            description=event_description(booking),
            location=where(booking),
            url=booking.conference_url,
        )
    )


def _key(booking: Booking, reader: str, sequence: int | None = None) -> str:
    number = booking.sequence if sequence is None else sequence
    return f"booking:{booking.pk}:{booking.state}{f':{number}' if number else ''}:{reader}"


def _told(booking: Booking, readers: Mapping[str, User]) -> set[str]:
    sequences = range(max(0, booking.sequence - SEQUENCES_MOST), booking.sequence + 1)
    keys = [_key(booking, reader, sequence) for reader in ("guest", *readers) for sequence in sequences]
    sent = OutgoingEmail.objects.filter(account_id=booking.account_id, key__in=keys)
    shown = Notification.objects.filter(account_id=booking.account_id, user__in=readers.values(), key__in=keys)
    return {*sent.values_list("key", flat=True), *shown.values_list("key", flat=True)}


def _makers(
    booking: Booking, readers: Mapping[str, User], told: set[str], moved_from: dt.datetime | None
) -> dict[str, LetterMaker]:
    """Each reader's letter: the first of a state, or that of a move for who has had one for an earlier time."""
    first = {"guest": _GUEST.get(booking.state)} | dict.fromkeys(readers, _OWNER.get(booking.state))
    found = {reader: maker for reader, maker in first.items() if maker}
    if booking.state == BookingState.CONFIRMED and booking.sequence:
        moved = {"guest": changes.guest_moved} | dict.fromkeys(readers, changes.owner_moved)
        known = {key.rpartition(":")[2] for key in told}
        found |= {reader: partial(moved[reader], moved_from=moved_from) for reader in known}
    return found


def _owner_method(booking: Booking) -> Method | None:
    """The owner needs a calendar file where no connected calendar shows the meeting."""
    if booking.state == BookingState.CONFIRMED and booking.calendar_write == CalendarWrite.NONE:
        return "PUBLISH"
    if booking.state == BookingState.CANCELLED and booking.calendar_id is None and not was_request(booking):
        return "CANCEL"
    return None


def _guest_method(booking: Booking) -> Method | None:
    if booking.state == BookingState.CONFIRMED:
        return "REQUEST" if booking.calendar_id is None or booking.sequence else "PUBLISH"
    if booking.state == BookingState.CANCELLED and not was_request(booking):
        return "CANCEL"
    return None


def _to_guest(booking: Booking, key: str, maker: LetterMaker, *, file: bool = True, links: bool = True) -> None:
    _send(
        booking,
        key=key,
        to=booking.guest_email,
        reply_to=booking.host.email,
        language=booking.guest_language,
        maker=lambda told: replace(maker(told), links=changes.manage_links(told) if links else []),
        method=_guest_method(booking) if file else None,
    )


def _to_host(booking: Booking, person: User, key: str, maker: LetterMaker, method: Method | None, kind: str) -> None:
    """By email and under the bell, as the host chose for this ``kind``."""
    notifications_send(
        account_id=booking.account_id,
        kind=kind,
        key=key,
        people=[person],
        words=partial(_owner_words, booking, maker, method),
        url=reverse("calendars:booking", args=[booking.account_id, booking.pk]),
        email_key=key,
    )


def _owner_words(booking: Booking, maker: LetterMaker, method: Method | None) -> NotificationWords:
    """A letter in the active language, and its heading for the bell."""
    letter = maker(booking)
    return NotificationWords(
        title=letter.subject,
        text=letter.heading,
        email_text=letter_text(letter),
        email_html=letter_html(letter, language_now()),
        reply_to=booking.guest_email,
        calendar=invitation_of(booking, method) if method else "",
        calendar_method=method or "",
    )


def _send(
    booking: Booking, *, key: str, to: str, reply_to: str, language: str, maker: LetterMaker, method: Method | None
) -> None:
    with translation.override(language):
        letter = maker(booking)
        html = letter_html(letter, language)
    email_enqueue(
        account_id=booking.account_id,
        key=key,
        to=to,
        subject=letter.subject,
        text=letter_text(letter),
        html=html,
        calendar=invitation_of(booking, method) if method else "",
        calendar_method=method or "",
        reply_to=reply_to,
    )
