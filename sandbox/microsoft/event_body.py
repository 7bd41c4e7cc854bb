"""From what a caller sends to what a calendar keeps, and from that to what is told. Values in, values out.

A kept body is an event as Graph tells it in UTC, with ``{{sandbox}}`` for the sandbox's address. The day of an all-day
event is a date of no zone: its midnights are told under whatever zone is asked for.
"""

from __future__ import annotations

import hashlib
import html
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.context import BASE_MARK
from sandbox.events import ADDRESS, Span
from sandbox.microsoft.errors import GraphError, invalid
from sandbox.microsoft.recurrence import recurrence_read
from sandbox.microsoft.zones import edge, edge_seconds, wall_text, windows_name, zone_named
from sandbox.times import midnight

Body = dict[str, Any]

NEVER = "0001-01-01T00:00:00Z"
_CHOICES = {
    "showAs": {"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"},
    "sensitivity": {"normal", "personal", "private", "confidential"},
    "importance": {"low", "normal", "high"},
    "onlineMeetingProvider": {"unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"},
}
_FLAGS = (
    "isAllDay", "isReminderOn", "responseRequested", "allowNewTimeProposals", "hideAttendees", "isOnlineMeeting",
)  # fmt: skip
PLAIN = (*_CHOICES, *_FLAGS, "subject", "categories", "reminderMinutesBeforeStart", "transactionId")
EXTENDED = "singleValueExtendedProperties"
"""Values of an app's own on an event: kept, found by a filter, told only where ``$expand`` asks for them."""
_SHAPED = ("body", "location", "locations", "attendees", "recurrence", "start", "end", EXTENDED)
_IGNORED = (
    "id", "organizer", "iCalUId", "originalStartTimeZone", "originalEndTimeZone", "type", "isDraft", "isCancelled",
    "multiValueExtendedProperties", "extensions", "attachments",
)  # fmt: skip
PRIVATE_FIELDS = frozenset({"showAs", "sensitivity", "categories", "isReminderOn", "reminderMinutesBeforeStart"})
"""What a guest may change on a copy."""


def _type_error(name: str) -> GraphError:
    text = f"Cannot convert a value to the expected type of the property '{name}'."
    return GraphError(400, "RequestBodyRead", text)


def fields_check(given: Body) -> None:
    """Raises 400 RequestBodyRead for properties that an event does not have, or of another type."""
    for name, value in given.items():
        if name not in {*PLAIN, *_SHAPED, *_IGNORED} and "@" not in name:
            text = f"The property '{name}' does not exist on type 'microsoft.graph.event'."
            raise GraphError(400, "RequestBodyRead", text)
        if name in _CHOICES and value is not None and value not in _CHOICES[name]:
            raise _type_error(name)
        if name in _FLAGS and not isinstance(value, bool | None):
            raise _type_error(name)
    if not isinstance(given.get("subject", ""), str | None) or not isinstance(given.get("categories", []), list):
        raise _type_error("subject")


def times_read(given: Body, home: ZoneInfo) -> tuple[Body, Span]:
    """``start``, ``end`` and their original zones as kept, and the span. ``home`` is where all-day events are."""
    for name in ("start", "end"):
        if not isinstance(given.get(name), dict):
            raise invalid(f"The property '{name}' is required.", "ErrorPropertyValidationFailure")
    starts, ends = edge_seconds(given["start"]), edge_seconds(given["end"])
    zones = [zone_named(given[name].get("timeZone") or "") for name in ("start", "end")]
    if ends < starts:
        raise invalid("The end time must not be before the start time.", "ErrorPropertyValidationFailure")
    fixed = {f"original{edge}TimeZone": windows_name(zone) for edge, zone in zip(("Start", "End"), zones, strict=True)}
    if given.get("isAllDay"):
        return _days_read(starts, ends, zones, fixed, home)
    utc = ZoneInfo("UTC")
    kept = {**fixed, "start": edge(starts, utc, "UTC"), "end": edge(ends, utc, "UTC")}
    return kept, Span(starts, ends, zones[0], all_day=False)


def _days_read(starts: int, ends: int, zones: list[ZoneInfo], fixed: Body, home: ZoneInfo) -> tuple[Body, Span]:
    walls = [datetime.fromtimestamp(value, zones[0]).replace(tzinfo=None) for value in (starts, ends)]
    if zones[0] != zones[1] or starts == ends or any(wall.time() != wall.min.time() for wall in walls):
        text = "The Event.Start and Event.End of an all-day event must be midnights in the same time zone."
        raise invalid(text, "ErrorInvalidAllDayEvent")
    kept = {
        name: {"dateTime": wall_text(wall), "timeZone": "UTC"}
        for name, wall in zip(("start", "end"), walls, strict=True)
    }
    first, last = (midnight(wall.date(), home) for wall in walls)
    return {**fixed, **kept}, Span(first, last, home, all_day=True)


def span_of(body: Body, home: ZoneInfo) -> Span:
    """When a kept event is."""
    if not body["isAllDay"]:
        return Span(
            edge_seconds(body["start"]), edge_seconds(body["end"]), zone_named(body["originalStartTimeZone"]), False
        )
    first, last = (midnight(datetime.fromisoformat(body[n]["dateTime"][:19]).date(), home) for n in ("start", "end"))
    return Span(first, last, home, all_day=True)


def edges_of(starts: int, ends: int, span_zone: ZoneInfo, *, all_day: bool) -> Body:
    """``start`` and ``end`` of an occurrence, as kept."""
    zone = span_zone if all_day else ZoneInfo("UTC")
    return {"start": edge(starts, zone, "UTC"), "end": edge(ends, zone, "UTC")}


def shaped(given: Body, span: Span) -> Body:
    """The properties that are given, as kept: body, location, attendees, recurrence and the plain ones."""
    kept: Body = {name: given[name] for name in PLAIN if given.get(name) is not None}
    if given.get("body") is not None:
        kept |= _text_read(given["body"])
    if given.get("location") is not None:
        kept["location"] = _location(given["location"])
        kept["locations"] = [kept["location"]] if kept["location"]["displayName"] else []
    if given.get("attendees") is not None:
        kept["attendees"] = attendees_read(given["attendees"])
    if given.get(EXTENDED) is not None:
        kept[EXTENDED] = [{"id": str(one["id"]), "value": str(one["value"])} for one in given[EXTENDED]]
    if given.get("recurrence") is not None:
        first = datetime.fromtimestamp(span.starts, span.zone).date()
        kept["recurrence"] = recurrence_read(given["recurrence"], first, span.zone)
    elif "recurrence" in given:
        kept["recurrence"] = None
    return kept


def _text_read(given: Any) -> Body:
    kind = str(given.get("contentType", "text")).lower() if isinstance(given, dict) else ""
    if kind not in {"text", "html"}:
        raise _type_error("body")
    content = str(given.get("content") or "")
    plain = plain_text(content) if kind == "html" else content
    return {"body": {"contentType": kind, "content": content}, "bodyPreview": plain.strip()[:255]}


def plain_text(content: str) -> str:
    """HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?i)<br\s*/?>|</p>", "\n", content)))


def _location(given: Any) -> Body:
    if not isinstance(given, dict):
        raise _type_error("location")
    known = ("displayName", "locationEmailAddress", "locationUri", "address", "coordinates")
    kept = {name: given[name] for name in known if given.get(name) is not None}
    return {
        "displayName": "",
        "locationType": "default",
        "uniqueIdType": "unknown",
        "address": {},
        "coordinates": {},
        **kept,
    }


def attendees_read(given: Any) -> list[Body]:
    """The guests, each once. Raises 400."""
    guests: dict[str, Body] = {}
    for guest in given if isinstance(given, list) else [None]:
        address = str((guest.get("emailAddress") or {}).get("address") or "") if isinstance(guest, dict) else ""
        if not isinstance(guest, dict) or not ADDRESS.fullmatch(address):
            raise invalid("At least one recipient isn't valid.", "ErrorInvalidRecipients")
        kind = guest.get("type") or "required"
        if kind not in {"required", "optional", "resource"}:
            raise _type_error("attendees")
        status = {"response": "none", "time": NEVER, **(guest.get("status") or {})}
        named = {"name": guest["emailAddress"].get("name") or address, "address": address}
        guests[address.lower()] = {"type": kind, "status": status, "emailAddress": named}
    return list(guests.values())


def online_meeting(given: Body, uid: str, *, work: bool) -> Body:
    """What ``isOnlineMeeting`` makes: a link where the account may have one; nothing else at personal ones."""
    if not (given.get("isOnlineMeeting") and work):
        return {"isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "onlineMeeting": None}
    number = int.from_bytes(hashlib.sha256(uid.encode()).digest()[:6])
    link = f"{BASE_MARK}/microsoft/meet/19meeting{hashlib.sha256(uid.encode()).hexdigest()[:24]}"
    meeting = {"joinUrl": link, "conferenceId": f"{number % 10**9:09d}"}
    return {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness", "onlineMeeting": meeting}


def occurrence_uid(ical_uid: str, day: str) -> str:
    """An occurrence's iCalUId: the series' with the day (yyyymmdd) in its place."""
    digits = f"{int(day[:4]):04X}{int(day[4:6]):02X}{int(day[6:]):02X}"
    return f"{ical_uid[:32]}{digits}{ical_uid[40:]}"


def told(body: Body, zone_name: str, *, text: bool = False) -> Body:
    """A kept body in the zone that was asked for."""
    shown = {name: value for name, value in body.items() if name != EXTENDED}
    zone = zone_named(zone_name)
    for name in ("start", "end"):
        if body["isAllDay"]:
            shown[name] = {**body[name], "timeZone": zone_name or "UTC"}
        else:
            shown[name] = edge(edge_seconds(body[name]), zone, zone_name or "UTC")
    if text and body.get("body", {}).get("contentType") == "html":
        shown["body"] = {"contentType": "text", "content": plain_text(body["body"]["content"])}
    return shown


def limited(body: Body) -> Body:
    """What somebody sees who may know only that the time is taken, or of a private event that is not theirs."""
    hidden: Body = {
        "subject": "Private Appointment" if body["sensitivity"] in {"private", "confidential"} else "Busy",
        "bodyPreview": "",
        "body": {"contentType": "html", "content": ""},
        "attendees": [],
        "location": _location({}),
        "locations": [],
        "categories": [],
        "onlineMeeting": None,
        "isOnlineMeeting": False,
    }
    return {**body, **{name: value for name, value in hidden.items() if name in body}}
