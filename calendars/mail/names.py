"""What hosts and guest are called in e-mails to the other side: by names in which nothing becomes a link."""

from __future__ import annotations

from accounts.models import User
from calendars.models import Booking
from calendars.selectors.hosts import booking_hosts, names_words
from hubclone.lib.names import link_defuse


def host_of(booking: Booking) -> str:
    """Everybody whom the guest meets."""
    return names_words([_name(user) for user in booking_hosts(booking)])


def organiser_of(booking: Booking) -> str:
    """The one host who invites."""
    return _name(booking.host)


def owner_of(booking: Booking) -> str:
    """Who answers for the page."""
    return _name(booking.page.owner)


def guest_of(booking: Booking) -> str:
    """First and last name."""
    return link_defuse(booking.guest_name)


def first_name_of(booking: Booking) -> str:
    """How the guest is greeted."""
    return link_defuse(booking.guest_first_name)


def subject_of(booking: Booking) -> str:
    """What the meeting is called, the names in it as they may be shown; the host's own words stay."""
    subject = booking.subject
    for name in filter(None, (booking.guest_name, *(user.name for user in booking_hosts(booking)))):
        subject = subject.replace(name, link_defuse(name))
    return subject


def _name(user: User) -> str:
    """A name, or the address of who has none."""
    return link_defuse(user.name) or str(user)
