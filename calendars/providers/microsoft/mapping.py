"""Graph's events and calendars in our shapes, and our drafts in theirs.

https://learn.microsoft.com/graph/api/resources/event
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Set
from typing import Any

from calendars.providers.protocol import Attendee, EventDraft, EventPart, Interval, RemoteCalendar, RemoteEvent
from calendars.providers.windows_zones import windows_name, zone_named
from crm.rich_text import html_of, text_of

Json = Mapping[str, Any]
FREE = frozenset({"free", "workingElsewhere"})
PRIVATE = frozenset({"private", "confidential"})
PROPERTY_SET = "{5b0f1c52-7c0c-4a5e-9d57-2f6f0f8f1b7e}"
UID_PROPERTY = "hubclone_uid"
TRANSACTION = "hubclone:"
"""Begins our ``transactionId``: a sync tells of it, and not of properties of ours."""
_JOINS = re.compile(r"(?:<div[^>]*>\s*|<br[^>]*>\s*|<span[^>]*>\s*)*_{20,}", re.IGNORECASE)
"""Begins what Graph writes below the words of an event about its call: a line."""
_CALL_PLACE = "Microsoft Teams"
TEAMS_FIRST = ("teamsForBusiness", "skypeForBusiness", "skypeForConsumer")


def calendar_from(item: Json, time_zone: str) -> RemoteCalendar:
    """An entry of the calendar list. Graph knows a zone of the mailbox only."""
    return RemoteCalendar(
        remote_id=item["id"],
        name=_calendar_name(item),
        time_zone=time_zone,
        is_primary=bool(item.get("isDefaultCalendar")),
        is_writable=bool(item.get("canEdit")),
    )


def event_from(item: Json, zone: dt.tzinfo, master: Json | None = None) -> RemoteEvent:
    """An event; one that a sync tells only the times of is otherwise as its series' ``master``.

    ``zone`` is the calendar's, in which all-day events begin and end.
    """
    full: Json = {**(master or {}), **{name: value for name, value in item.items() if value is not None}}
    cancelled = bool(full.get("isCancelled"))
    interval = None if cancelled else _interval(full, zone)
    return RemoteEvent(
        remote_id=item["id"],
        blocks=interval is not None and is_blocking(full),
        interval=interval,
        is_cancelled=cancelled,
        summary=full.get("subject") or "",
        attendees=_attendees(full),
        conference_url=(full.get("onlineMeeting") or {}).get("joinUrl") or full.get("onlineMeetingUrl") or "",
        private=_private(full),
        location=_place(full),
        is_private=full.get("sensitivity") in PRIVATE,
        modified=modified_text(full.get("lastModifiedDateTime") or ""),
        ical_uid=full.get("iCalUId") or "",
        draft_uid=_draft_uid(full),
        copy_key=_copy_key(full, interval if master else None),
    )


def removed_from(item: Json) -> RemoteEvent:
    """What a sync tells to be gone, which it says of what has left the window, too."""
    return RemoteEvent(remote_id=item["id"], blocks=False, interval=None, is_cancelled=True, has_left=True)


def is_blocking(item: Json) -> bool:
    """C3: free, declined and working-elsewhere events do not block; tentative, out-of-office and unknown ones do."""
    answer = (item.get("responseStatus") or {}).get("response")
    return item.get("showAs", "busy") not in FREE and answer != "declined"


def event_body(draft: EventDraft, conference: str) -> dict[str, Any]:
    """The body of a new event; ``conference`` is Graph's name of the kind of video call, or "".

    Graph always invites whoever is named: without ``invite`` nobody is.
    """
    guests = draft.attendees if draft.invite else ()
    body: dict[str, Any] = {
        "transactionId": f"{TRANSACTION}{draft.uid}",
        "subject": draft.summary,
        "body": {"contentType": "text", "content": draft.description},
        "location": {"displayName": draft.location},
        "attendees": [{"emailAddress": {"address": a.email, "name": a.name}, "type": "required"} for a in guests],
        "singleValueExtendedProperties": [
            {"id": property_id(key), "value": value}
            for key, value in {**draft.private, UID_PROPERTY: str(draft.uid)}.items()
        ],
        **times_body(draft),
    }
    if conference:
        body |= {"isOnlineMeeting": True, "onlineMeetingProvider": conference}
    return body


def parts_body(draft: EventDraft, parts: Set[EventPart], item: Json, event: RemoteEvent) -> dict[str, Any]:
    """The body that gives ``item``, which was read as ``event``, these parts of the draft; {} when it has them."""
    body = times_body(draft) if EventPart.TIMES in parts and event.interval != draft.interval else {}
    if EventPart.SUMMARY in parts and event.summary != draft.summary:
        body["subject"] = draft.summary
    if EventPart.LOCATION in parts and event.location != draft.location:
        body["location"] = {"displayName": draft.location}
    if EventPart.DESCRIPTION in parts:
        body |= _description(item, event, draft.description)
    return body


def _description(item: Json, event: RemoteEvent, text: str) -> dict[str, Any]:
    """The body that says ``text``; {} when it does. How to join a call stays at its end: without that, Graph ends the
    call (https://learn.microsoft.com/graph/api/event-update). Where that cannot be told from the rest, all stays."""
    content = str((item.get("body") or {}).get("content") or "")
    call = event.conference_url.partition("?")[0]
    joins = [m.start() for m in _JOINS.finditer(content) if call in content[m.start() :]] if call else []
    said, rest = (content[: joins[-1]], content[joins[-1] :]) if joins else (content, "")
    if text_of(said).split() == text.split() or (call and call in said):
        return {}
    plain = {"contentType": "text", "content": text}
    return {"body": {"contentType": "html", "content": html_of(text) + rest} if rest else plain}


def times_body(draft: EventDraft) -> dict[str, Any]:
    """The part of an event's body that moves it, an all-day one too."""
    edges = {"start": draft.interval.starts_at, "end": draft.interval.ends_at}
    return {"isAllDay": False, **{name: _moment(moment, draft.time_zone) for name, moment in edges.items()}}


def conference_kind(calendar: Json) -> str:
    """The kind of video call that a calendar offers: Teams where it can be had; "" without any."""
    allowed = calendar.get("allowedOnlineMeetingProviders") or ()
    return next((kind for kind in TEAMS_FIRST if kind in allowed), "")


def uid_filter(uid: uuid.UUID) -> str:
    """Finds the event that was made from the draft with this uid."""
    name = property_id(UID_PROPERTY)
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{uid}')"


def property_id(key: str) -> str:
    """How Graph names a property of ours."""
    return f"String {PROPERTY_SET} Name {key}"


def instant(value: Json) -> dt.datetime:
    """A dateTimeTimeZone in UTC. Its fraction has seven digits."""
    moment = dt.datetime.fromisoformat(value["dateTime"].rstrip("Z")[:26])
    return moment.replace(tzinfo=zone_named(value.get("timeZone") or "UTC")).astimezone(dt.UTC)


def instant_text(moment: dt.datetime) -> str:
    """ISO 8601 in UTC."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def modified_text(text: str) -> str:
    """A time that sorts as text: always with seven digits after the second."""
    if not text:
        return ""
    whole, _, part = text.rstrip("Z").partition(".")
    return f"{whole}.{part:0<7}Z"


def _interval(item: Json, zone: dt.tzinfo) -> Interval | None:
    if not item.get("start") or not item.get("end"):
        return None
    place = _midnight if item.get("isAllDay") else _instant
    starts_at, ends_at = place(item["start"], zone), place(item["end"], zone)
    return Interval(starts_at, ends_at) if ends_at > starts_at else None


def _instant(value: Json, zone: dt.tzinfo) -> dt.datetime:
    return instant(value)


def _midnight(value: Json, zone: dt.tzinfo) -> dt.datetime:
    """An all-day event begins and ends with dates, whatever zone is asked for: midnight, said to be of that zone."""
    moment = dt.datetime.fromisoformat(value["dateTime"].rstrip("Z")[:26])
    if moment.time() != dt.time():
        return instant(value)
    return moment.replace(tzinfo=zone).astimezone(dt.UTC)


def _attendees(item: Json) -> tuple[Attendee, ...]:
    """The people, without rooms and other resources; who invites is among them."""
    found = {
        address.lower(): Attendee(address, a["emailAddress"].get("name") or "", _response(a) == "declined")
        for a in item.get("attendees") or ()
        if a.get("type") != "resource" and (address := (a.get("emailAddress") or {}).get("address"))
    }
    host = (item.get("organizer") or {}).get("emailAddress") or {}
    if item.get("isOrganizer") is False and (address := host.get("address")):
        found.setdefault(address.lower(), Attendee(address, host.get("name") or ""))
    return tuple(found.values())


def _response(attendee: Json) -> str:
    return str((attendee.get("status") or {}).get("response", ""))


def _place(item: Json) -> str:
    """Graph itself calls the place of a call so, in its owner's language: that is no place."""
    name = str((item.get("location") or {}).get("displayName") or "")
    return "" if item.get("isOnlineMeeting") and _CALL_PLACE in name else name


def _private(item: Json) -> dict[str, str]:
    """The properties of ours; Graph tells of them only where they were asked for."""
    prefix = property_id("").lower()
    kept = {p["id"][len(prefix) :]: p["value"] for p in _properties(item) if p["id"].lower().startswith(prefix)}
    return {key: value for key, value in kept.items() if key != UID_PROPERTY}


def _properties(item: Json) -> list[Json]:
    return list(item.get("singleValueExtendedProperties") or ())


def _copy_key(item: Json, occurs: Interval | None) -> str:
    """Ids differ from mailbox to mailbox, iCalendar UIDs do not; an occurrence has its series' UID and its start."""
    uid = item.get("iCalUId") or ""
    return f"{uid}/{occurs.starts_at.isoformat()}" if uid and occurs else uid


def _draft_uid(item: Json) -> str:
    text = item.get("transactionId") or ""
    return text[len(TRANSACTION) :] if text.startswith(TRANSACTION) else ""


def _calendar_name(item: Json) -> str:
    """Every default calendar is called “Calendar”: that of somebody else goes by its owner's name."""
    name, owner = item.get("name") or item["id"], (item.get("owner") or {}).get("name")
    return str(owner if owner and name == "Calendar" and not item.get("isDefaultCalendar") else name)


def _moment(moment: dt.datetime, time_zone: str) -> dict[str, str]:
    """Wall-clock time of the zone, so that people read their own; UTC where that hour comes twice or is unknown."""
    name, local = windows_name(time_zone), moment.astimezone(zone_named(time_zone))
    if not name or local.fold or local.replace(fold=1).utcoffset() != local.utcoffset():
        return {"dateTime": moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}
    return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": name}
