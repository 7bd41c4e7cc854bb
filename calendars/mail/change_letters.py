"""What the e-mails say when a meeting has moved, was cancelled, or is near; each in the active language."""

from __future__ import annotations

import datetime as dt

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _

from calendars.choices import BookingState, ChangedBy
from calendars.guest_links import manage_url
from calendars.mail.booking_letters import (
    booking_url,
    expired_words,
    facts,
    is_of_several,
    page_url,
    title_for_guest,
    title_for_owner,
)
from calendars.mail.letters import Button, Letter, Row
from calendars.mail.names import first_name_of, guest_of, host_of, organiser_of, owner_of
from calendars.mail.when import when_words
from calendars.models import Booking
from calendars.selectors.calls import is_left_behind
from calendars.tokens import words_for_booking
from hubclone.lib.text import clean_line


def guest_moved(booking: Booking, moved_from: dt.datetime | None) -> Letter:
    """The meeting has another time."""
    names = {"host": host_of(booking) if booking.changed_by == ChangedBy.GUEST else organiser_of(booking)}
    by_guest = booking.changed_by == ChangedBy.GUEST
    return Letter(
        subject=_("New time: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("Your meeting has a new time"),
        intro=(_("You have moved your meeting with %(host)s.") if by_guest else _("%(host)s has moved your meeting."))
        % names,
        rows=_facts(booking, title_for_guest(booking), booking.guest_time_zone, moved_from),
        button=Button(_("Join the call"), booking.conference_url) if booking.conference_url else None,
        note=_("The calendar file in this email brings your calendar up to date."),
    )


def owner_moved(booking: Booking, moved_from: dt.datetime | None) -> Letter:
    """The meeting has another time."""
    names = {"guest": guest_of(booking)}
    if booking.changed_by == ChangedBy.GUEST:
        heading = _("%(guest)s has moved the meeting")
    elif is_of_several(booking):
        heading = _("The meeting with %(guest)s has a new time")
    else:
        heading = _("You have moved the meeting with %(guest)s")
    return Letter(
        subject=_("New time: %(subject)s") % {"subject": title_for_owner(booking)},
        heading=heading % names,
        intro=" ".join(filter(None, [_("The old time is free again."), _left_words(booking)])),
        rows=[
            *_facts(booking, title_for_owner(booking), get_current_timezone_name(), moved_from),
            Row(_("Guest"), guest_of(booking)),
        ],
        button=Button(_("See the booking"), booking_url(booking)),
    )


def guest_cancelled(booking: Booking) -> Letter:
    """The meeting, or the request for one, is off."""
    return Letter(
        subject=_("Cancelled: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("Your meeting does not take place"),
        intro=_cancelled_words(booking),
        rows=[*_facts(booking, title_for_guest(booking), booking.guest_time_zone), *_reason(booking)],
        button=Button(_("Choose another time"), page_url(booking)),
    )


def ending_words(booking: Booking) -> str:
    """What has become of a booking that does not stand any more, for its guest; empty for one that does."""
    if booking.state == BookingState.CANCELLED:
        return _cancelled_words(booking)
    if booking.state == BookingState.EXPIRED:
        return expired_words(booking)
    if booking.state == BookingState.DECLINED:
        return _("%(host)s cannot make it.") % {"host": owner_of(booking)}
    return ""


def _cancelled_words(booking: Booking) -> str:
    names = {"host": owner_of(booking) if was_request(booking) else organiser_of(booking)}
    by_guest = booking.cancelled_by == ChangedBy.GUEST
    if was_request(booking):
        words = _("You have taken back your request to %(host)s.") if by_guest else _("%(host)s cannot make it.")
    else:
        words = _("You have cancelled it.") if by_guest else _("%(host)s has cancelled it.")
    return words % names


def owner_cancelled(booking: Booking) -> Letter:
    """The meeting, or the request for one, is off."""
    by_guest = booking.cancelled_by == ChangedBy.GUEST
    if was_request(booking):
        heading = _("%(guest)s has taken back the request")
    elif by_guest:
        heading = _("%(guest)s has cancelled")
    elif is_of_several(booking):
        heading = _("The meeting with %(guest)s is cancelled")
    else:
        heading = _("You have cancelled the meeting with %(guest)s")
    return Letter(
        subject=_("Cancelled: %(subject)s") % {"subject": title_for_owner(booking)},
        heading=heading % {"guest": guest_of(booking)},
        intro=" ".join(filter(None, [_("The time is free again."), _left_words(booking)])),
        rows=[
            *_facts(booking, title_for_owner(booking), get_current_timezone_name()),
            Row(_("Guest"), guest_of(booking)),
            *_reason(booking),
        ],
        button=Button(_("See the booking"), booking_url(booking)),
    )


def owner_event_unchanged(booking: Booking) -> Letter:
    """The booking has changed, and its event in the owner's calendar has not."""
    cancelled = booking.state == BookingState.CANCELLED
    by_hand = _("Otherwise delete the event by hand.") if cancelled else _("Otherwise move the event by hand.")
    return Letter(
        subject=_("Your calendar is behind: %(subject)s") % {"subject": title_for_owner(booking)},
        heading=_("A cancelled meeting is still in your calendar")
        if cancelled
        else _("A meeting has its old time in your calendar"),
        intro=_("Your calendar could not be changed just now."),
        rows=_facts(booking, title_for_owner(booking), get_current_timezone_name()),
        steps=[
            _(
                "Open Settings → General → Calendar and see whether your calendar is connected. "
                "If not, connect it again: it is then brought up to date by itself."
            ),
            by_hand,
        ],
        button=Button(_("See the booking"), booking_url(booking)),
    )


def guest_reminder(booking: Booking) -> Letter:
    """The meeting is near."""
    return Letter(
        subject=_("Reminder: %(subject)s") % {"subject": title_for_guest(booking)},
        heading=_("Your meeting is coming up"),
        intro=_("%(name)s, you are meeting %(host)s.") % {"name": first_name_of(booking), "host": host_of(booking)},
        rows=_facts(booking, title_for_guest(booking), booking.guest_time_zone),
        button=Button(_("Join the call"), booking.conference_url) if booking.conference_url else None,
    )


def guest_follow_up(booking: Booking) -> Letter:
    """The meeting is over: the page's own words."""
    subject = clean_line(words_for_booking(booking.page.follow_up_subject, booking))
    return Letter(
        subject=subject, heading=subject, intro="", text=words_for_booking(booking.page.follow_up_text, booking)
    )


def manage_links(booking: Booking) -> list[Button]:
    """How the guest changes a booking that still can be changed."""
    if booking.state == BookingState.CONFIRMED:
        return [Button(_("Move or cancel the meeting"), manage_url(booking))]
    if booking.state == BookingState.REQUESTED:
        return [Button(_("Take the request back"), manage_url(booking))]
    return []


def was_request(booking: Booking) -> bool:
    """Whether a cancelled booking had never been confirmed."""
    return booking.held_until is not None and booking.meeting_id is None


def _facts(booking: Booking, what: str, zone: str, moved_from: dt.datetime | None = None) -> list[Row]:
    """With the earlier time behind the present one."""
    rows = facts(booking, what, zone)
    if moved_from is not None:
        before = when_words(moved_from, moved_from + (booking.ends_at - booking.starts_at), zone)
        rows.insert(2, Row(_("Before"), before))
    return rows


def _left_words(booking: Booking) -> str:
    """What the host has to do by hand; empty where the calendar follows by itself."""
    if not is_left_behind(booking):
        return ""
    if booking.state == BookingState.CANCELLED:
        return _("Its event is in a calendar that is not connected any more: please delete it there by hand.")
    return _("Its event is in a calendar that is not connected any more: please move it there by hand.")


def _reason(booking: Booking) -> list[Row]:
    return [Row(_("Reason"), booking.cancel_reason)] if booking.cancel_reason else []
