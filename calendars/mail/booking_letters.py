"""What the e-mails about a booking say. Each function answers one letter in the active language; those to hosts give
times in the active zone, as several hosts may live in several."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from calendars.choices import BookingState, CalendarWrite, LocationKind, PageKind
from calendars.mail.letters import Button, Letter, Row
from calendars.mail.names import first_name_of, guest_of, host_of
from calendars.mail.when import moment_words, when_words
from calendars.models import Booking
from calendars.selectors import links
from calendars.selectors.answers import answers_shown
from calendars.selectors.calls import call_missing
from calendars.selectors.hosts import booking_hosts
from calendars.tokens import words_for_booking

PHONES = (LocationKind.PHONE, LocationKind.CALL_GUEST)
"""Kinds of place that are a telephone number."""


def guest_confirmed(booking: Booking) -> Letter:
    """The meeting stands."""
    host = host_of(booking)
    note = " ".join(
        filter(None, [_call_note(booking), _("The calendar file in this email adds the meeting to your calendar.")])
    )
    return Letter(
        subject=_("Booked: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("Your meeting is booked"),
        intro=_("%(name)s, you are meeting %(host)s.") % {"name": first_name_of(booking), "host": host},
        text=words_for_booking(booking.page.confirmation_text, booking),
        rows=facts(booking, title_for_guest(booking), booking.guest_time_zone),
        button=Button(_("Join the call"), booking.conference_url) if booking.conference_url else None,
        note=note,
    )


def owner_confirmed(booking: Booking) -> Letter:
    """Somebody has booked, or the owner has confirmed a request to themselves and is told what follows from that."""
    is_own = booking.held_until is not None and booking.host == booking.page.owner and not is_of_several(booking)
    subject = _("Confirmed: %(subject)s") if is_own else _("New meeting: %(subject)s")
    heading = (
        _("You have confirmed the meeting with %(guest)s") if is_own else _("%(guest)s has booked a meeting with you")
    )
    intro = _("Asked for on your page “%(page)s”.") if is_own else _booked_on(booking)
    return Letter(
        subject=subject % {"subject": title_for_owner(booking)},
        heading=heading % {"guest": guest_of(booking)},
        intro=intro % {"page": booking.page.name},
        rows=[*facts(booking, title_for_owner(booking), get_current_timezone_name()), *_guest_facts(booking)],
        steps=[_("Send the guest the details of the video call: no calendar could make a link.")]
        if call_missing(booking)
        else [],
        button=Button(_("See the booking"), booking_url(booking)),
        note=_calendar_note(booking),
    )


def _booked_on(booking: Booking) -> str:
    is_own = booking.page.kind == PageKind.PERSONAL
    return _("Booked on your page “%(page)s”.") if is_own else _("Booked on the page “%(page)s”.")


def guest_requested(booking: Booking) -> Letter:
    """The request is on its way, and is not a meeting yet."""
    return Letter(
        subject=_("Request sent: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("Your request is with %(host)s") % {"host": host_of(booking)},
        intro=_("The time is kept for you until %(until)s. You get an email as soon as it is confirmed.")
        % {"until": _until(booking, booking.guest_time_zone)},
        rows=facts(booking, title_for_guest(booking), booking.guest_time_zone),
    )


def owner_requested(booking: Booking) -> Letter:
    """The owner has to answer."""
    return Letter(
        subject=_("Please answer: %(subject)s") % {"subject": title_for_owner(booking)},
        heading=_("%(guest)s would like to meet you") % {"guest": guest_of(booking)},
        intro=_("The time is kept until %(until)s. Please confirm or decline the request.")
        % {"until": _until(booking, get_current_timezone_name())},
        rows=[*facts(booking, title_for_owner(booking), get_current_timezone_name()), *_guest_facts(booking)],
        button=Button(_("Answer the request"), booking_url(booking)),
        note=_("With a connected calendar, visitors book free times at once and you need not answer."),
    )


def guest_declined(booking: Booking) -> Letter:
    """The owner said no."""
    return Letter(
        subject=_("Declined: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("%(host)s cannot make it") % {"host": host_of(booking)},
        intro=_("Your request was declined. You are welcome to choose another time."),
        rows=facts(booking, title_for_guest(booking), booking.guest_time_zone),
        button=Button(_("Choose another time"), page_url(booking)),
    )


def guest_expired(booking: Booking) -> Letter:
    """Nobody answered in time."""
    return Letter(
        subject=_("Not confirmed: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("Your request was not answered"),
        intro=expired_words(booking),
        rows=facts(booking, title_for_guest(booking), booking.guest_time_zone),
        button=Button(_("Choose another time"), page_url(booking)),
    )


def owner_expired(booking: Booking) -> Letter:
    """The owner has not answered in time."""
    return Letter(
        subject=_("Not answered: %(subject)s") % {"subject": title_for_owner(booking)},
        heading=_("A request has expired"),
        intro=_("You did not answer %(guest)s in time. The time is free again, and the guest knows.")
        % {"guest": guest_of(booking)},
        rows=[*facts(booking, title_for_owner(booking), get_current_timezone_name()), *_guest_facts(booking)],
        button=Button(_("See the request"), booking_url(booking)),
    )


def _until(booking: Booking, zone: str) -> str:
    return moment_words(booking.held_until, zone) if booking.held_until else ""


def expired_words(booking: Booking) -> str:
    """What has become of a request that nobody answered."""
    words = _("%(host)s has not answered in time, so the time is no longer kept for you.")
    return words % {"host": host_of(booking)}


def owner_event_failed(booking: Booking) -> Letter:
    """The booking stands, and is not in the owner's calendar."""
    return Letter(
        subject=_("Not in your calendar: %(subject)s") % {"subject": title_for_owner(booking)},
        heading=_("A booked meeting could not be written to your calendar"),
        intro=_("The meeting stands and %(guest)s counts on it.") % {"guest": guest_of(booking)},
        rows=[*facts(booking, title_for_owner(booking), get_current_timezone_name()), *_guest_facts(booking)],
        steps=[
            _(
                "Open Settings → General → Calendar and see whether your calendar is connected. "
                "If not, connect it again: the meeting is then written to it by itself."
            ),
            _("Otherwise add the meeting by hand: the calendar file in this email does it."),
            *([_("Send the guest the details of the video call.")] if call_missing(booking) else []),
        ],
        button=Button(_("See the booking"), booking_url(booking)),
    )


def title_for_guest(booking: Booking) -> str:
    """The meeting as the guest calls it: by its host."""
    return _("%(title)s with %(name)s") % {"title": _title(booking), "name": host_of(booking)}


def title_for_owner(booking: Booking) -> str:
    """The meeting as the owner calls it: by its guest."""
    return _("%(title)s with %(name)s") % {"title": _title(booking), "name": guest_of(booking)}


def _title(booking: Booking) -> str:
    return words_for_booking(booking.page.invitation_subject, booking) or booking.page.title


def is_of_several(booking: Booking) -> bool:
    """Whether more than one host meets the guest."""
    return len(booking_hosts(booking)) > 1


def booking_url(booking: Booking) -> str:
    """The booking's page in the app."""
    route = reverse("calendars:booking", kwargs={"account_id": booking.account_id, "booking_id": booking.pk})
    return f"{settings.BASE_URL}{route}"


def page_url(booking: Booking) -> str:
    """The public page that the booking was made on."""
    return links.page_url(booking.page)


def _calendar_note(booking: Booking) -> str:
    if is_of_several(booking) and booking.calendar_write == CalendarWrite.WRITTEN:
        return _("The meeting is in the calendar of %(host)s, which invites the others.") % {"host": booking.host}
    notes = {
        CalendarWrite.NONE: _("No calendar is connected. The calendar file in this email adds the meeting to yours."),
        CalendarWrite.PENDING: _("The meeting will be in your calendar shortly."),
        CalendarWrite.WRITTEN: _("The meeting is in your calendar."),
        CalendarWrite.FAILED: _("The meeting is not in your calendar yet: another email says what to do."),
    }
    return notes[CalendarWrite(booking.calendar_write)]


def _call_note(booking: Booking) -> str:
    """How the guest of a video call gets its link, unless the letter holds it."""
    if booking.page.location_kind != LocationKind.CONFERENCE or booking.conference_url:
        return ""
    if call_missing(booking):
        return _("%(host)s will send you the details of the video call.") % {"host": host_of(booking)}
    return _("The link to the call comes with the calendar invitation.")


def facts(booking: Booking, what: str, zone: str) -> list[Row]:
    """What, when and where, in a zone."""
    rows = [Row(_("What"), what), Row(_("When"), when_words(booking.starts_at, booking.ends_at, zone))]
    if booking.location:
        rows.append(Row(_("By phone") if booking.page.location_kind in PHONES else _("Where"), booking.location))
    if booking.conference_url and booking.state == BookingState.CONFIRMED:
        rows.append(Row(_("Video call"), booking.conference_url, booking.conference_url))
    return rows


def _guest_facts(booking: Booking) -> list[Row]:
    called = booking.location if booking.page.location_kind == LocationKind.CALL_GUEST else None
    shown = answers_shown(booking, booking.page.owner.time_zone)
    answers = [Row(label, words) for label, words in shown if words != called]
    address = booking.guest_email
    if is_of_several(booking):
        answers.append(Row(_("Hosts"), host_of(booking)))
    return [Row(_("Guest"), guest_of(booking)), Row(_("Email"), address, f"mailto:{address}"), *answers]
