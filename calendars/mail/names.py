"""What host and guest are called in e-mails to the other one: by names in which nothing becomes a link."""

from __future__ import annotations

from calendars.models import Booking
from hubclone.lib.names import link_defuse


def host_of(booking: Booking) -> str:
    """The host's name, or address for who has none."""
    owner = booking.page.owner
    return link_defuse(owner.name) or str(owner)


def guest_of(booking: Booking) -> str:
    """First and last name."""
    return link_defuse(booking.guest_name)


def first_name_of(booking: Booking) -> str:
    """How the guest is greeted."""
    return link_defuse(booking.guest_first_name)


def subject_of(booking: Booking) -> str:
    """What the meeting is called, both names in it as they may be shown; the host's own words stay."""
    subject = booking.subject
    for name in filter(None, (booking.guest_name, booking.page.owner.name)):
        subject = subject.replace(name, link_defuse(name))
    return subject
