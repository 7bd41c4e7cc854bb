"""From what a caller sends to what the calendar keeps: checks, times, attendees, conferences.

Functions here know no store: values in, values out. Errors are those of the API.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.context import BASE_MARK
from sandbox.events import ADDRESS, Span
from sandbox.google.errors import invalid
from sandbox.recurrence import Series
from sandbox.times import midnight, render, zone_of

Body = dict[str, Any]

PLAIN_FIELDS = (
    "summary", "description", "location", "colorId", "transparency", "visibility", "recurrence", "reminders",
    "extendedProperties", "guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests", "anyoneCanAddSelf",
    "source", "eventType", "attachments", "focusTimeProperties", "outOfOfficeProperties", "workingLocationProperties",
    "attendeesOmitted", "status",
)  # fmt: skip
PRIVATE_FIELDS = frozenset({"reminders", "transparency", "colorId", "visibility", "attendees", "extendedProperties"})
_CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
}
_TEXT = ("summary", "description", "location", "colorId")
_ID = re.compile(r"[a-v0-9]{5,1024}")
_RESPONSES = {"needsAction", "declined", "tentative", "accepted"}


def event_id_check(event_id: str) -> str:
    """A client's own id: base32hex, 5 to 1024 characters."""
    if not isinstance(event_id, str) or not _ID.fullmatch(event_id):
        raise invalid("Invalid resource id value.")
    return event_id


def plain_fields(given: Body) -> Body:
    """The fields that are kept as they come, checked."""
    kept = {name: given[name] for name in PLAIN_FIELDS if given.get(name) is not None}
    for name in _TEXT:
        if name in kept and not isinstance(kept[name], str):
            raise invalid(f"Invalid value for: {name}")
    for name, choices in _CHOICES.items():
        if name in kept and kept[name] not in choices:
            raise invalid(f"Invalid value for: {name}")
    if not isinstance(kept.get("recurrence", []), list):
        raise invalid("Invalid value for: recurrence")
    return kept


def times(given: Body, calendar_zone: ZoneInfo) -> tuple[Body, Body, Span]:
    """``start`` and ``end`` as the calendar tells them, and the span. Raises 400 as the API does."""
    start, start_seconds, start_zone, start_day = _edge(given.get("start"), "start", calendar_zone)
    end, end_seconds, _, end_day = _edge(given.get("end"), "end", calendar_zone)
    if start_day != end_day:
        raise invalid("Start and end times must either both be date or both be dateTime.")
    if end_seconds < start_seconds or (start_day and end_seconds == start_seconds):
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    if given.get("recurrence") and not start_day and "timeZone" not in (given.get("start") or {}):
        raise invalid("Missing time zone definition for start time.", "required")
    return start, end, Span(start_seconds, end_seconds, start_zone, start_day)


def _edge(value: Any, name: str, calendar_zone: ZoneInfo) -> tuple[Body, int, ZoneInfo, bool]:
    if not isinstance(value, dict) or not (value.get("date") or value.get("dateTime")):
        raise invalid(f"Missing {name} time.", "required")
    try:
        zone = zone_of(value["timeZone"]) if value.get("timeZone") else calendar_zone
    except ValueError as error:
        raise invalid(f"Invalid time zone definition for {name} time.") from error
    try:
        if value.get("date"):
            day = date.fromisoformat(value["date"])
            return {"date": day.isoformat()}, midnight(day, calendar_zone), calendar_zone, True
        moment = datetime.fromisoformat(value["dateTime"])
    except (TypeError, ValueError) as error:
        raise invalid(f"Invalid value for: {name}", "invalid") from error
    if moment.tzinfo is None:
        if not value.get("timeZone"):
            raise invalid(f"Missing time zone definition for {name} time.", "required")
        moment = moment.replace(tzinfo=zone)
    seconds = int(moment.timestamp())
    return {"dateTime": render(seconds, calendar_zone), "timeZone": zone.key}, seconds, zone, False


def series_of(span: Span, recurrence: list[str]) -> Series:
    """The recurrence of an event, checked. Raises 400."""
    first = datetime.fromtimestamp(span.starts, span.zone).replace(tzinfo=None)
    last = datetime.fromtimestamp(span.ends, span.zone).replace(tzinfo=None)
    days = last.toordinal() - first.toordinal() if span.all_day else 0
    series = Series(first, span.zone, span.all_day, span.ends - span.starts, days, tuple(recurrence))
    try:
        series.between(span.starts, span.starts + 1)
    except (ValueError, TypeError, AttributeError) as error:
        raise invalid("Invalid recurrence rule.") from error
    return series


def attendees(given: Any) -> list[Body]:
    """The guests, each once, without the marks that depend on whose copy it is."""
    if given is None:
        return []
    if not isinstance(given, list):
        raise invalid("Invalid value for: attendees")
    guests: dict[str, Body] = {}
    for guest in given:
        email = str(guest.get("email", "")).strip() if isinstance(guest, dict) else ""
        if not ADDRESS.fullmatch(email):
            raise invalid("Invalid attendee email.")
        kept = {
            k: guest[k] for k in ("displayName", "optional", "resource", "comment", "additionalGuests") if k in guest
        }
        response = guest.get("responseStatus") or "needsAction"
        if response not in _RESPONSES:
            raise invalid("Invalid value for: attendees.responseStatus")
        guests[email.lower()] = {"email": email, **kept, "responseStatus": response}
    return list(guests.values())


def guests_seen_from(guests: list[Body], calendar: str, organizer: str) -> list[Body]:
    """The guests with ``self`` and ``organizer`` as the copy on ``calendar`` shows them."""
    seen = []
    for guest in guests:
        kept = {key: value for key, value in guest.items() if key not in {"self", "organizer"}}
        if guest["email"].lower() == organizer.lower():
            kept["organizer"] = True
        if guest["email"].lower() == calendar.lower():
            kept["self"] = True
        seen.append(kept)
    return seen


def conference(given: Body, calendar: str) -> Body:
    """What ``conferenceData.createRequest`` makes: ``{hangoutLink, conferenceData}``; {} without one."""
    request = (given.get("conferenceData") or {}).get("createRequest")
    if not request:
        return {}
    if not request.get("requestId"):
        raise invalid("Missing conference request id.", "required")
    kind = (request.get("conferenceSolutionKey") or {}).get("type", "hangoutsMeet")
    if kind != "hangoutsMeet":
        raise invalid("Invalid conference type value.")
    digest = hashlib.sha256(f"{calendar}/{request['requestId']}".encode()).digest()
    letters = "".join(chr(97 + byte % 26) for byte in digest[:10])
    code = f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
    link = f"{BASE_MARK}/google/meet/{code}"
    key = {"type": "hangoutsMeet"}
    solution = {"key": key, "name": "Google Meet", "iconUri": f"{BASE_MARK}/static/meet.svg"}
    return {
        "hangoutLink": link,
        "conferenceData": {
            "createRequest": {
                "requestId": str(request["requestId"]),
                "conferenceSolutionKey": key,
                "status": {"statusCode": "success"},
            },
            "entryPoints": [{"entryPointType": "video", "uri": link, "label": link.split("//", 1)[-1]}],
            "conferenceSolution": solution,
            "conferenceId": code,
        },
    }
