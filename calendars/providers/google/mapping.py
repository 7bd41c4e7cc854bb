"""Google's events and calendars in our shapes, and our drafts in theirs.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence, Set
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendars.providers.protocol import (
    NOTHING,
    Attendee,
    EventDraft,
    EventPart,
    Interval,
    RemoteCalendar,
    RemoteEvent,
)

WRITABLE_ROLES = frozenset({"owner", "writer"})
READABLE_ROLES = frozenset({"owner", "writer", "reader", "freeBusyReader"})
FREE_KINDS = frozenset({"workingLocation", "birthday"})
PRIVATE = frozenset({"private", "confidential"})
DESCRIPTION_LENGTH_MOST = 8_000
"""Google takes 8,192 characters."""
Json = Mapping[str, Any]


def calendar_from(item: Json) -> RemoteCalendar:
    """An entry of the calendar list."""
    return RemoteCalendar(
        remote_id=item["id"],
        name=item.get("summaryOverride") or item.get("summary") or item["id"],
        time_zone=item.get("timeZone") or "UTC",
        is_primary=bool(item.get("primary")),
        is_writable=item.get("accessRole") in WRITABLE_ROLES,
    )


def event_from(item: Json, zone: dt.tzinfo) -> RemoteEvent:
    """An event or an occurrence; ``zone`` is the calendar's, in which all-day events begin and end."""
    cancelled = item.get("status") == "cancelled"
    interval = None if cancelled else _interval(item, zone)
    guests = item.get("attendees", ())
    return RemoteEvent(
        remote_id=item["id"],
        blocks=interval is not None and _blocks(item, guests),
        interval=interval,
        is_cancelled=cancelled,
        summary=item.get("summary", ""),
        attendees=tuple(
            [
                Attendee(a["email"], a.get("displayName", ""), a.get("responseStatus") == "declined")
                for a in guests
                if "email" in a
            ]
        ),
        conference_url=item.get("hangoutLink", ""),
        private=item["extendedProperties"].get("private", NOTHING) if "extendedProperties" in item else NOTHING,
        location=item.get("location", ""),
        is_private=item.get("visibility", "") in PRIVATE,
        modified=item.get("updated", ""),
        sequence=item.get("sequence", 0),
    )


def zone_from(name: str) -> dt.tzinfo:
    """The zone of an IANA name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def event_id(uid: uuid.UUID) -> str:
    """base32hex of the uid: Google takes 5 to 1024 of a–v and 0–9."""
    return base64.b32hexencode(uid.bytes).decode().rstrip("=").lower()


def event_body(draft: EventDraft) -> dict[str, Any]:
    """The body of ``events.insert``."""
    body: dict[str, Any] = {
        "id": event_id(draft.uid),
        "summary": draft.summary,
        "description": _as_text(draft.description),
        "location": draft.location,
        "start": _moment(draft.interval.starts_at, draft.time_zone),
        "end": _moment(draft.interval.ends_at, draft.time_zone),
        "attendees": [{"email": a.email, "displayName": a.name} for a in draft.attendees],
        "extendedProperties": {"private": dict(draft.private)},
    }
    if draft.wants_conference:
        request = {"requestId": str(draft.uid), "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        body["conferenceData"] = {"createRequest": request}
    return body


def _as_text(text: str) -> str:
    """Google reads a description as HTML: without ``<`` there is no tag in it, so what guests typed stays what they
    typed and is no link with other words. All else is left alone, for calendars that show it as it is stored."""
    return _shortened(text.replace("<", "&lt;"))


def _shortened(text: str) -> str:
    """Google refuses a description that is too long. Of one that is, the last paragraph stays whole: a booking's is how
    to move or cancel it."""
    if len(text) <= DESCRIPTION_LENGTH_MOST:
        return text
    head, _, last = text.rpartition("\n\n")
    if not head or len(last) > DESCRIPTION_LENGTH_MOST // 4:
        head, last = text, ""
    end = f"…\n\n{last}" if last else "…"
    return f"{head[: DESCRIPTION_LENGTH_MOST - len(end)].rstrip()}{end}"


def parts_body(draft: EventDraft, parts: Set[EventPart]) -> dict[str, Any]:
    """The body of ``events.patch`` that writes these parts; what it does not name stays as it is."""
    words = {name: value for name, value in event_body(draft).items() if name in parts}
    return words | (times_body(draft) if EventPart.TIMES in parts else {})


def times_body(draft: EventDraft) -> dict[str, Any]:
    """What of a patch moves an event, an all-day one too."""
    edges = {"start": draft.interval.starts_at, "end": draft.interval.ends_at}
    return {name: {**_moment(moment, draft.time_zone), "date": None} for name, moment in edges.items()}


def instant(text: str) -> dt.datetime:
    """An RFC 3339 time, in UTC."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def instant_text(moment: dt.datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _blocks(item: Json, guests: Sequence[Json]) -> bool:
    """C3: free, declined and working-location events do not block; tentative, out-of-office and all-day ones do."""
    if item.get("transparency") == "transparent" or item.get("eventType") in FREE_KINDS:
        return False
    return not [a for a in guests if "self" in a and a["self"] and a.get("responseStatus") == "declined"]


def _interval(item: Json, zone: dt.tzinfo) -> Interval | None:
    starts_at = _instant_of(item.get("start", {}), zone)
    ends_at = _instant_of(item.get("end", {}), zone)
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    return Interval(starts_at, ends_at)


def _instant_of(value: Json, zone: dt.tzinfo) -> dt.datetime | None:
    """A dateTime has an offset, or is wall-clock time of its timeZone; a date is midnight in the calendar's zone."""
    if text := value.get("dateTime"):
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone_from(value["timeZone"]) if value.get("timeZone") else zone)
        return moment.astimezone(dt.UTC)
    if text := value.get("date"):
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), zone).astimezone(dt.UTC)
    return None


def _moment(moment: dt.datetime, time_zone: str) -> dict[str, str]:
    return {"dateTime": instant_text(moment), "timeZone": time_zone}


def epoch_ms(text: str) -> dt.datetime:
    """Milliseconds since 1970 as text, as Google writes a channel's end."""
    return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
