"""Sending the e-mails about a booking: each letter once, in its reader's language, with an .ics where it helps.

The guest's .ics is a PUBLISH when the booking is in a connected calendar, whose provider invites the guest itself under
the same UID; without one it is a REQUEST, so that the guest's calendar answers the owner.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import translation

from accounts.models import OutgoingEmail, User
from accounts.services.mail import email_enqueue
from calendars.choices import BookingState, CalendarWrite
from calendars.invitations import Invitation, Method, Person, invitation_build
from calendars.mail import booking_letters as letters
from calendars.mail.letters import Letter, letter_html, letter_text
from calendars.models import Booking
from calendars.services.booking_calendar import event_description
from calendars.services.booking_records import where

LetterMaker = Callable[[Booking], Letter]
_GUEST: dict[str, LetterMaker] = {
    BookingState.CONFIRMED: letters.guest_confirmed,
    BookingState.REQUESTED: letters.guest_requested,
    BookingState.DECLINED: letters.guest_declined,
    BookingState.EXPIRED: letters.guest_expired,
}
_OWNER: dict[str, LetterMaker] = {
    BookingState.CONFIRMED: letters.owner_confirmed,
    BookingState.REQUESTED: letters.owner_requested,
}


def booking_tell(booking: Booking) -> None:
    """Enqueue what guest and owner have to know of the booking's present state, unless they were told already.

    Needs ``booking.page`` with its owner. Runs in the caller's transaction.
    """
    told = _told(booking)
    if (maker := _GUEST.get(booking.state)) and _key(booking, "guest") not in told:
        _to_guest(booking, maker)
    if (maker := _OWNER.get(booking.state)) and _key(booking, "owner") not in told:
        needs_file = booking.state == BookingState.CONFIRMED and booking.calendar_write == CalendarWrite.NONE
        _to_owner(booking, _key(booking, "owner"), maker, "PUBLISH" if needs_file else None)


def event_failed_tell(booking: Booking) -> None:
    """Tell the owner, once, that the event could not be made and what to do."""
    _to_owner(booking, f"booking:{booking.pk}:event_failed:owner", letters.owner_event_failed, "PUBLISH")


def invitation_of(booking: Booking, method: Method) -> str:
    """The .ics of a booking."""
    owner = booking.page.owner
    return invitation_build(
        Invitation(
            uid=booking.ical_uid,
            sequence=booking.sequence,
            method=method,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            changed_at=booking.created_at,
            summary=booking.subject,
            organizer=Person(str(owner), owner.email),
            attendee=Person(booking.guest_name, booking.guest_email),
            description=event_description(booking),
            location=where(booking),
            url=booking.conference_url,
        )
    )


def _key(booking: Booking, reader: str) -> str:
    return f"booking:{booking.pk}:{booking.state}:{reader}"


def _told(booking: Booking) -> set[str]:
    keys = [_key(booking, reader) for reader in ("guest", "owner")]
    sent = OutgoingEmail.objects.filter(account_id=booking.account_id, key__in=keys)
    return set(sent.values_list("key", flat=True))


def _to_guest(booking: Booking, maker: LetterMaker) -> None:
    method: Method | None = None
    if booking.state == BookingState.CONFIRMED:
        method = "REQUEST" if booking.calendar_id is None else "PUBLISH"
    _send(
        booking,
        key=_key(booking, "guest"),
        to=booking.guest_email,
        reply_to=booking.page.owner.email,
        language=booking.guest_language,
        maker=maker,
        method=method,
    )


def _to_owner(booking: Booking, key: str, maker: LetterMaker, method: Method | None) -> None:
    owner: User = booking.page.owner
    language = owner.language or booking.page.account.language
    _send(booking, key=key, to=owner.email, reply_to=booking.guest_email, language=language, maker=maker, method=method)


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
