"""From the XML a caller sends to the body of an item."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.exchange.fields import property_key
from sandbox.exchange.item_store import Body
from sandbox.exchange.recurrence import pattern_read, rule_of
from sandbox.exchange.soap import Element, EwsError, local, text_of
from sandbox.exchange.zones import zone_named
from sandbox.times import now_text, zone_of

_TEXTS = {
    "Subject": "subject",
    "Location": "location",
    "LegacyFreeBusyStatus": "free_busy",
    "Sensitivity": "sensitivity",
    "Importance": "importance",
    "UID": "uid",
}
_FLAGS = {"IsAllDayEvent": "all_day", "IsResponseRequested": "response_requested", "ReminderIsSet": "reminder"}
_PEOPLE = {"RequiredAttendees": "required", "OptionalAttendees": "optional", "Resources": "resources"}
NEW: Body = {
    "subject": "", "body": "", "body_type": "Text", "location": "", "free_busy": "Busy", "sensitivity": "Normal",
    "importance": "Normal", "all_day": False, "response_requested": True, "reminder": False, "reminder_minutes": 15,
    "required": [], "optional": [], "resources": [], "categories": [], "properties": [], "is_meeting": False,
    "is_cancelled": False, "invited": False, "my_response": "Organizer", "sequence": 0,
}  # fmt: skip


def item_read(item: Element, default_zone: str) -> Body:
    """What an item's elements say, and nothing else. Raises EwsError."""
    zone = _zone(item, default_zone)
    found: Body = {"properties": []}
    for part in item:
        found |= _part(part, zone, found)
    if item.find("{*}StartTimeZone") is not None:
        found["zone"] = zone.key
    if not found["properties"]:
        del found["properties"]
    return found


def _zone(item: Element, default: str) -> ZoneInfo:
    windows = item.find("{*}StartTimeZone")
    return zone_of(default) if windows is None else zone_named(windows.get("Id", ""))


def _part(part: Element, zone: ZoneInfo, so_far: Body) -> Body:
    name, text = local(part), (part.text or "").strip()
    if name in _TEXTS:
        return {_TEXTS[name]: text}
    if name in _FLAGS:
        return {_FLAGS[name]: text in {"true", "1"}}
    if name in _PEOPLE:
        return {_PEOPLE[name]: [_person(one) for one in part]}
    if name in {"Start", "End"}:
        return {"starts" if name == "Start" else "ends": instant(text, zone)}
    if name == "ExtendedProperty":
        return {"properties": [*so_far["properties"], _property(part)]}
    return _other(name, text, part)


def _other(name: str, text: str, part: Element) -> Body:
    if name == "Body":
        return {"body": part.text or "", "body_type": part.get("BodyType", "Text")}
    if name == "Categories":
        return {"categories": [one.text or "" for one in part]}
    if name == "ReminderMinutesBeforeStart":
        return {"reminder_minutes": int(text)}
    if name == "Recurrence":
        pattern = pattern_read(part)
        try:
            rule_of(pattern)
        except (ValueError, KeyError) as error:
            raise EwsError("ErrorInvalidRecurrence", "Recurrence pattern is invalid.") from error
        return {"recurrence": pattern}
    return {}


def instant(text: str, zone: ZoneInfo) -> int:
    """Epoch seconds; a time without an offset is of the item's zone."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _person(attendee: Element) -> dict[str, Any]:
    email = text_of(attendee, "t:Mailbox/t:EmailAddress")
    if "@" not in email:
        raise EwsError("ErrorInvalidRecipients", "At least one recipient is not valid.")
    name, response = text_of(attendee, "t:Mailbox/t:Name"), text_of(attendee, "t:ResponseType", "Unknown")
    return {"email": email, "name": name or email, "response": response, "at": text_of(attendee, "t:LastResponseTime")}


def _property(part: Element) -> Body:
    values = part.find("{*}Values")
    value: Any = text_of(part, "t:Value") if values is None else [one.text or "" for one in values]
    return {"uri": [list(pair) for pair in property_key(part.find("{*}ExtendedFieldURI"))], "value": value}


def checked(body: Body) -> Body:
    """A whole item. Raises EwsError for what no calendar takes."""
    if "starts" not in body or "ends" not in body:
        raise EwsError("ErrorRequiredPropertyMissing", "Start and End are required.")
    if body["ends"] < body["starts"]:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate.")
    body["is_meeting"] = bool(body["required"] or body["optional"] or body["resources"])
    body.setdefault("created", now_text())
    return body
