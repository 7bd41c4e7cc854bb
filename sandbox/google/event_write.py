"""Making, changing and deleting events, with the copies on the guests' calendars.

``actor`` is the e-mail of the account that acts; ``calendar`` is a row of ``access.calendar_open``.
"""

from __future__ import annotations

import json
import secrets

from sandbox.context import Box
from sandbox.google import event_store
from sandbox.google.errors import GoogleError, invalid, not_found
from sandbox.google.event_body import (
    PRIVATE_FIELDS,
    Body,
    attendees,
    conference,
    event_id_check,
    guests_seen_from,
    plain_fields,
    series_of,
    times,
)
from sandbox.store import Row
from sandbox.times import now_text, parse_instant, render_utc, zone_of

_SHARED_FIELDS = ("summary", "description", "location", "start", "end", "recurrence", "status")
_TIME_FIELDS = ("start", "end", "recurrence", "status")


def event_insert(box: Box, calendar: Row, actor: str, given: Body, *, conference_version: int = 0) -> Body:
    """Make an event, under the caller's id where one is given. Raises 409 for an id used before."""
    event_id = event_id_check(given["id"]) if given.get("id") is not None else secrets.token_hex(13)
    with box.store.transaction():
        if box.store.one("select 1 from google_event where calendar = ? and id = ?", (calendar["id"], event_id)):
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
        now = now_text()
        owner = {"email": calendar["id"]} if calendar["is_primary"] else _organizer(calendar)
        fixed: Body = {
            "kind": "calendar#event",
            "id": event_id,
            "status": "confirmed",
            "htmlLink": event_store.html_link(calendar["id"], event_id),
            "created": now,
            "updated": now,
            "creator": {"email": actor},
            "organizer": owner,
            "iCalUID": given.get("iCalUID") or f"{event_id}@google.com",
            "sequence": 0,
        }
        extra = conference(given, calendar["id"]) if conference_version >= 1 else {}
        body = event_store.put(box, calendar, _complete(calendar, {**fixed, **extra}, given))
        _copies_put(box, body, before=None)
        return body


def _organizer(calendar: Row) -> Body:
    return {"email": calendar["id"], "displayName": calendar["summary"]}


def _complete(calendar: Row, fixed: Body, given: Body) -> Body:
    start, end, span = times(given, zone_of(calendar["time_zone"]))
    plain = plain_fields(given)
    if plain.get("recurrence"):
        series_of(span, plain["recurrence"])
    body = {"reminders": {"useDefault": True}, "eventType": "default", **fixed, **plain, "start": start, "end": end}
    guests = attendees(given.get("attendees"))
    if guests:
        body["attendees"] = guests
    return _seen_from(body, calendar["id"])


def _seen_from(body: Body, calendar: str) -> Body:
    """The same event as the copy on ``calendar`` shows it."""
    seen = dict(body)
    for name in ("creator", "organizer"):
        person = {key: value for key, value in body[name].items() if key != "self"}
        seen[name] = {**person, "self": True} if person["email"].lower() == calendar.lower() else person
    if body.get("attendees"):
        seen["attendees"] = guests_seen_from(body["attendees"], calendar, body["organizer"]["email"])
    return seen


def event_update(
    box: Box, calendar: Row, event_id: str, given: Body, *, merge: bool, conference_version: int = 0, if_match: str = ""
) -> Body:
    """Replace (``merge`` False) or patch an event, a series or one occurrence of it. Raises 404, 403, 412."""
    with box.store.transaction():
        before = _load(box, calendar, event_id, if_match)
        wanted = merge_patch(before, given) if merge else given
        if not before["organizer"].get("self"):
            return _guest_update(box, calendar, before, wanted)
        body = _changed(calendar, before, wanted, given, conference_version)
        if before.get("recurrence") and before["status"] != "cancelled":
            event_store.series_changed(box, calendar, before, None if body["status"] == "cancelled" else body)
        body = event_store.put(box, calendar, body)
        _copies_put(box, body, before=before)
        return body


def _load(box: Box, calendar: Row, event_id: str, if_match: str) -> Body:
    before = event_store.load(box, calendar, event_id)
    if before is None:
        raise not_found()
    if if_match not in {"", "*", before["etag"]}:
        raise GoogleError(412, "conditionNotMet", "Precondition Failed")
    return before


def _changed(calendar: Row, before: Body, wanted: Body, given: Body, conference_version: int) -> Body:
    names = ("kind", "id", "htmlLink", "created", "updated", "creator", "organizer", "iCalUID", "sequence")
    fixed = {name: before[name] for name in names}
    fixed |= {name: before[name] for name in ("recurringEventId", "originalStartTime") if name in before}
    fixed["status"] = "confirmed" if before["status"] == "cancelled" else before["status"]
    fixed |= _conference_kept(calendar, before, given, conference_version)
    body = _complete(calendar, fixed, wanted)
    if any(body.get(name) != before.get(name) for name in _TIME_FIELDS):
        body["sequence"] = before["sequence"] + 1
    return body


def _conference_kept(calendar: Row, before: Body, given: Body, version: int) -> Body:
    if version >= 1 and "conferenceData" in given:
        return conference(given, calendar["id"])
    return {name: before[name] for name in ("hangoutLink", "conferenceData") if name in before}


def merge_patch(before: Body, patch: Body) -> Body:
    """Patch semantics: objects merge, arrays are replaced, null removes."""
    merged = dict(before)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif name in {"start", "end"}:
            merged[name] = _edge_merge(before.get(name, {}), value)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = merge_patch(merged[name], value)
        else:
            merged[name] = value
    return merged


def _edge_merge(before: Body, value: Body) -> Body:
    """A date replaces a time and the other way round."""
    merged = merge_patch(before, value) if isinstance(value, dict) else value
    if value.get("date") and "dateTime" not in value:
        return {"date": value["date"]}
    if value.get("dateTime"):
        merged.pop("date", None)
    return merged


def _guest_update(box: Box, calendar: Row, before: Body, wanted: Body) -> Body:
    """A guest may answer and change what only the guest sees."""
    if any(wanted.get(name) not in (None, before.get(name)) for name in _SHARED_FIELDS):
        raise GoogleError(
            403, "forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer of the event."
        )
    guests = attendees(wanted.get("attendees"))
    response = next((g["responseStatus"] for g in guests if g["email"].lower() == calendar["id"].lower()), "")
    private = {name: wanted[name] for name in PRIVATE_FIELDS - {"attendees"} if name in wanted}
    body = _answered({**before, **private}, calendar["id"], response)
    body = event_store.put(box, calendar, body)
    _tell_organizer(box, body, calendar["id"], response)
    return body


def _answered(body: Body, email: str, response: str) -> Body:
    guests = [
        {**guest, "responseStatus": response} if response and guest["email"].lower() == email.lower() else guest
        for guest in body.get("attendees", [])
    ]
    return {**body, "attendees": guests} if guests else body


def _tell_organizer(box: Box, body: Body, email: str, response: str) -> None:
    calendar = box.store.one("select * from google_calendar where id = ?", (body["organizer"]["email"],))
    original = None if calendar is None else event_store.load(box, calendar, body["id"])
    if calendar is None or original is None or not response:
        return
    changed = event_store.put(box, calendar, _answered(original, email, response))
    _copies_put(box, changed, before=original, but=email)


def event_delete(box: Box, calendar: Row, event_id: str, *, if_match: str = "") -> Body:
    """Cancel an event, a series or one occurrence; answers what it was. Raises 410 the second time."""
    with box.store.transaction():
        before = _load(box, calendar, event_id, if_match)
        if before["status"] == "cancelled":
            raise GoogleError(410, "deleted", "Resource has been deleted")
        if before.get("recurrence"):
            event_store.series_changed(box, calendar, before, None)
        cancelled = {**before, "status": "cancelled", "sequence": before["sequence"] + 1}
        cancelled = event_store.put(box, calendar, cancelled)
        if before["organizer"].get("self"):
            _copies_put(box, cancelled, before=before)
        else:
            _tell_organizer(box, before, calendar["id"], "declined")
        return before


def _copies_put(box: Box, body: Body, *, before: Body | None, but: str = "") -> None:
    """Bring the copies on the calendars of guests who have an account here up to date."""
    guests = {guest["email"].lower() for guest in body.get("attendees", [])}
    earlier = {guest["email"].lower() for guest in (before or {}).get("attendees", [])}
    apart = {body["organizer"]["email"].lower(), but.lower()}
    for email in sorted((guests | earlier) - apart):
        calendar = box.store.one("select * from google_calendar where id = ? and deleted = 0", (email,))
        if calendar is not None:
            _copy_put(box, calendar, body, invited=email in guests)


def _copy_put(box: Box, calendar: Row, body: Body, *, invited: bool) -> None:
    row = box.store.one("select body from google_event where calendar = ? and id = ?", (calendar["id"], body["id"]))
    old: Body = json.loads(row["body"]) if row else {}
    private: Body = {name: old[name] for name in ("reminders", "transparency", "colorId") if name in old}
    copy = {name: value for name, value in body.items() if name not in {"transparency", "colorId"}}
    copy = {**copy, "reminders": {"useDefault": True}, **private}
    copy["htmlLink"] = event_store.html_link(calendar["id"], body["id"])
    if not invited:
        copy["status"] = "cancelled"
    event_store.put(box, calendar, _seen_from(copy, calendar["id"]))


def event_relocate(box: Box, calendar: Row, event_id: str, to: Row) -> Body:
    """What ``events.move`` does, and dragging a single event into another calendar: it keeps its id, its organizer is
    the new calendar, and the old one has it as cancelled. Guests keep their copies."""
    with box.store.transaction():
        before = _load(box, calendar, event_id, "")
        if before["status"] == "cancelled" or before.get("recurrence") or not before["organizer"].get("self"):
            raise invalid("Only a single event of one's own can be moved here.")
        event_store.put(box, calendar, {**before, "status": "cancelled"})
        organizer = {"email": to["id"]} if to["is_primary"] else _organizer(to)
        moved = {**before, "organizer": organizer, "htmlLink": event_store.html_link(to["id"], event_id)}
        moved = event_store.put(box, to, _seen_from(moved, to["id"]))
        _copies_put(box, moved, before=None)
        return moved


def event_move(box: Box, calendar: Row, event_id: str, start: int | str, end: int | str | None) -> Body:
    """What the owner does by dragging: new times, of the same length when no end is given. RFC 3339."""
    before = event_store.load(box, calendar, event_id)
    if before is None:
        raise not_found()
    span = event_store.span_of(before, calendar)
    try:
        starts = parse_instant(str(start))
        ends = parse_instant(str(end)) if end else starts + span.ends - span.starts
    except ValueError as error:
        raise invalid("Bad start or end.") from error
    zones = {"timeZone": span.zone.key}
    given = {"start": {"dateTime": render_utc(starts), **zones}, "end": {"dateTime": render_utc(ends), **zones}}
    return event_update(box, calendar, event_id, given, merge=True)
