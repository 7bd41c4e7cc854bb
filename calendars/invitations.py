"""iCalendar objects (RFC 5545, RFC 5546) for e-mails about a booking.

PUBLISH goes with a booking that is in a connected calendar: the provider invites the guest itself, and ours only lets
any mailbox or calendar file the same meeting, which has the same UID. REQUEST invites where no provider does. Times are
in UTC, so no VTIMEZONE is needed and none can be wrong.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Person:
    """An organiser or attendee."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """One meeting; instants are aware. ``changed_at`` is when this sequence was made."""

    uid: str
    sequence: int
    method: Method
    starts_at: dt.datetime
    ends_at: dt.datetime
    changed_at: dt.datetime
    summary: str
    organizer: Person
    attendee: Person
    description: str = ""
    location: str = ""
    url: str = ""


def invitation_build(invitation: Invitation) -> str:
    """The text of the .ics, with CRLF line ends."""
    calendar = Calendar()
    calendar.add("prodid", "-//Hubclone//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", invitation.method)
    calendar.add_component(_event(invitation))
    return str(calendar.to_ical().decode())


def _event(invitation: Invitation) -> Event:
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.changed_at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("dtstart", invitation.starts_at.astimezone(dt.UTC))
    event.add("dtend", invitation.ends_at.astimezone(dt.UTC))
    event.add("summary", invitation.summary)
    event.add("status", "CANCELLED" if invitation.method == "CANCEL" else "CONFIRMED")
    for name in ("description", "location", "url"):
        if value := getattr(invitation, name):
            event.add(name, value)
    event.add("organizer", _address(invitation.organizer), encode=False)
    if invitation.method != "PUBLISH":
        event.add("attendee", _attendee(invitation), encode=False)
    return event


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    address.params["CN"] = vText(person.name.replace('"', "'"))
    return address


def _attendee(invitation: Invitation) -> vCalAddress:
    attendee = _address(invitation.attendee)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    attendee.params["RSVP"] = vText("TRUE")
    return attendee
