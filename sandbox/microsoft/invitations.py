"""What guests are told: recorded, and mailed into the mail catcher with an iCalendar part (RFC 5546)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid

from sandbox.context import Box
from sandbox.microsoft.event_body import Body, plain_text
from sandbox.microsoft.recurrence import rule
from sandbox.store import Row
from sandbox.times import now_text

_METHODS = {"invitation": "REQUEST", "update": "REQUEST", "cancellation": "CANCEL"}
_PREFIXES = {"invitation": "", "update": "Updated: ", "cancellation": "Canceled: "}


def invite(box: Box, calendar: Row, body: Body, kind: str) -> None:
    """Tell every guest, as Graph always does: invitation, update or cancellation."""
    addresses = [guest["emailAddress"]["address"] for guest in body["attendees"]]
    guests = [address for address in addresses if address.lower() != calendar["owner"].lower()]
    if not guests:
        return
    box.store.run(
        "insert into microsoft_invitation (calendar, event, kind, recipients, at) values (?, ?, ?, ?, ?)",
        (calendar["alias"], body["id"], kind, json.dumps(guests), now_text()),
    )
    message = _message(box, body, kind, guests)
    box.store.run(
        "insert into mail (received, sender, recipients, raw) values (?, ?, ?, ?)",
        (now_text(), calendar["owner"], json.dumps(guests), message.as_bytes()),
    )


def _message(box: Box, body: Body, kind: str, guests: list[str]) -> EmailMessage:
    organizer = body["organizer"]["emailAddress"]
    message = EmailMessage()
    message["From"] = formataddr((organizer["name"], organizer["address"]))
    message["To"] = ", ".join(guests)
    message["Subject"] = _line(_PREFIXES[kind] + body["subject"])
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain="outlook.example")
    link = box.outside((body["onlineMeeting"] or {}).get("joinUrl", ""))
    message.set_content(f"{plain_text(body['body']['content'])}\n{link}".strip() or _line(body["subject"]))
    method = _METHODS[kind]
    message.add_alternative(_ics(body, method, guests), subtype="calendar", params={"method": method})
    return message


def _line(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


def _ics(body: Body, method: str, guests: list[str]) -> str:
    organizer = body["organizer"]["emailAddress"]
    lines = ["BEGIN:VCALENDAR", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", f"METHOD:{method}"]
    lines += ["BEGIN:VEVENT", f"UID:{body['iCalUId']}", f"DTSTAMP:{datetime.now(UTC):%Y%m%dT%H%M%SZ}"]
    lines += [f"DTSTART{_edge(body, 'start')}", f"DTEND{_edge(body, 'end')}"]
    lines += [rule(body["recurrence"])] if body["recurrence"] else []
    lines += [f"ORGANIZER;CN={organizer['name']}:mailto:{organizer['address']}"]
    lines += [f"ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{address}" for address in guests]
    lines += [f"SUMMARY:{_line(body['subject'])}", f"LOCATION:{_line(body['location']['displayName'])}"]
    lines += [f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}", "END:VEVENT", "END:VCALENDAR"]
    return "\r\n".join(lines) + "\r\n"


def _edge(body: Body, name: str) -> str:
    """A kept time, which is in UTC; a date for an all-day event."""
    digits = body[name]["dateTime"][:19].replace("-", "").replace(":", "")
    return f";VALUE=DATE:{digits[:8]}" if body["isAllDay"] else f":{digits}Z"
