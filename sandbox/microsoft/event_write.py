"""Making, changing and deleting events, with the copies on the calendars of guests who have an account here.

``calendar`` is a row of ``access.calendar_open``. Copies have ids of their own and share the iCalUId.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime

from sandbox.context import BASE_MARK, Box
from sandbox.microsoft import event_store
from sandbox.microsoft.access import account_of
from sandbox.microsoft.accounts import PERSONAL, graph_id
from sandbox.microsoft.errors import GraphError, denied, invalid, not_found
from sandbox.microsoft.event_body import (
    NEVER,
    PRIVATE_FIELDS,
    Body,
    fields_check,
    occurrence_uid,
    online_meeting,
    shaped,
    span_of,
    times_read,
)
from sandbox.microsoft.zones import edge, zone_named
from sandbox.store import Row
from sandbox.times import now_text, parse_instant

_TIME_FIELDS = ("start", "end", "isAllDay")
UID_HEAD = "040000008200E00074C5B7101A82E008"
DEFAULTS: Body = {
    "categories": [], "transactionId": None, "reminderMinutesBeforeStart": 15, "isReminderOn": True,
    "hasAttachments": False, "subject": "", "bodyPreview": "", "importance": "normal", "sensitivity": "normal",
    "isAllDay": False, "isCancelled": False, "isOrganizer": True, "responseRequested": True, "seriesMasterId": None,
    "showAs": "busy", "onlineMeetingUrl": None, "allowNewTimeProposals": True, "isDraft": False,
    "hideAttendees": False, "recurrence": None, "responseStatus": {"response": "organizer", "time": NEVER},
    "body": {"contentType": "html", "content": ""}, "locations": [], "attendees": [],
    "location": {
        "displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": {}, "coordinates": {},
    },
}  # fmt: skip


def web_link(alias: str, event_id: str) -> str:
    """Where a person sees the event."""
    return f"{BASE_MARK}/microsoft/event/{alias}/{event_id}"


def person(box: Box, email: str) -> Body:
    """An account as a recipient."""
    account = account_of(box.store, email)
    name = f"{account['given_name']} {account['family_name']}"
    return {"emailAddress": {"name": name, "address": email}}


def event_create(box: Box, calendar: Row, given: Body) -> Body:
    """Make an event; one with the ``transactionId`` of an earlier one is that one."""
    fields_check(given)
    with box.store.transaction():
        earlier = _of_transaction(box, calendar, given.get("transactionId"))
        if earlier is not None:
            return earlier
        uid = f"{UID_HEAD}00000000{secrets.token_hex(36).upper()}"
        event_id = graph_id("event", f"{calendar['alias']}/{uid}")
        fixed: Body = {
            **DEFAULTS,
            "id": event_id,
            "createdDateTime": now_text(),
            "iCalUId": uid,
            "webLink": web_link(calendar["alias"], event_id),
            "organizer": person(box, calendar["owner"]),
        }
        work = account_of(box.store, calendar["owner"])["tenant"] != PERSONAL
        kept = _complete(box, calendar, {"isAllDay": False, **given})
        body = {**fixed, **kept, **online_meeting(given, uid, work=work)}
        body["type"] = "seriesMaster" if body["recurrence"] else "singleInstance"
        if body["showAs"] == "busy" and given.get("isAllDay") and "showAs" not in given:
            body["showAs"] = "free"
        body = event_store.put(box, calendar, body, "created")
        _copies_put(box, body, before=None)
        return body


def _of_transaction(box: Box, calendar: Row, transaction: str | None) -> Body | None:
    if not transaction:
        return None
    row = box.store.one(
        "select body from microsoft_event where calendar = ? and transaction_id = ? and deleted = 0",
        (calendar["alias"], transaction),
    )
    found: Body | None = None if row is None else json.loads(row["body"])
    return found


def _complete(box: Box, calendar: Row, given: Body) -> Body:
    times, span = times_read(given, event_store.home_zone(box, calendar))
    return {**shaped(given, span), **times}


def event_update(box: Box, calendar: Row, event_id: str, given: Body, *, if_match: str = "") -> Body:
    """Change an event, a series or one occurrence, which becomes an exception. Raises 404, 403, 412."""
    fields_check(given)
    with box.store.transaction():
        before = _load(box, calendar, event_id, if_match)
        if not before["isOrganizer"]:
            return _guest_update(box, calendar, before, given)
        body = {**before, **_changes(box, calendar, before, given)}
        body["type"] = "seriesMaster" if body["recurrence"] else "singleInstance"
        if given.get("isOnlineMeeting") and not before["isOnlineMeeting"]:
            work = account_of(box.store, calendar["owner"])["tenant"] != PERSONAL
            body |= online_meeting(given, before["iCalUId"], work=work)
        if before.get("recurrence"):
            event_store.series_changed(box, calendar, before, body)
        body = event_store.put(box, calendar, body, "updated")
        _copies_put(box, body, before=before)
        return body


def _load(box: Box, calendar: Row, event_id: str, if_match: str) -> Body:
    before = event_store.load(box, calendar, event_id)
    if before is None:
        raise not_found()
    if if_match not in {"", "*", before["@odata.etag"]}:
        text = "The change key passed in the request does not match the current change key for the item."
        raise GraphError(412, "ErrorIrresolvableConflict", text)
    return before


def _changes(box: Box, calendar: Row, before: Body, given: Body) -> Body:
    """What a PATCH changes. A start without an end keeps the length."""
    home = event_store.home_zone(box, calendar)
    span = span_of(before, home)
    if before.get("seriesMasterId") and given.get("recurrence"):
        raise invalid("An occurrence of a series cannot recur.", "ErrorInvalidRecurrence")
    if not any(name in given for name in _TIME_FIELDS):
        return shaped(given, span)
    merged = {name: given.get(name) or before[name] for name in ("start", "end")}
    merged["isAllDay"] = given.get("isAllDay", before["isAllDay"])
    if "start" in given and "end" not in given:
        starts = times_read({**merged, "end": given["start"], "isAllDay": False}, home)[1].starts
        zone = given["start"].get("timeZone") or "UTC"
        merged["end"] = edge(starts + span.ends - span.starts, zone_named(zone), zone)
    times, span = times_read(merged, home)
    kept = {**shaped(given, span), **times, "isAllDay": merged["isAllDay"]}
    if before.get("recurrence") and "recurrence" not in given:
        first = event_store.wall_day(span)
        old = before["recurrence"]
        kept["recurrence"] = {**old, "range": {**old["range"], "startDate": first}}
    return kept


def _guest_update(box: Box, calendar: Row, before: Body, given: Body) -> Body:
    """A guest changes only what only the guest sees."""
    if any(given[name] != before.get(name) for name in given if name not in PRIVATE_FIELDS and "@" not in name):
        raise denied()
    span = span_of(before, event_store.home_zone(box, calendar))
    return event_store.put(box, calendar, {**before, **shaped(given, span)}, "updated")


def event_respond(box: Box, calendar: Row, event_id: str, response: str, *, tell: bool) -> None:
    """A guest answers: accepted, tentativelyAccepted or declined, which removes the copy. Raises 400 for one's own."""
    with box.store.transaction():
        before = _load(box, calendar, event_id, "")
        if before["isOrganizer"]:
            text = "You can't respond to this meeting because you're the meeting organizer."
            raise invalid(text, "ErrorInvalidRequest")
        shown = {"accepted": "busy", "tentativelyAccepted": "tentative"}.get(response, "free")
        status = {"response": response, "time": now_text()}
        body = {**before, "responseStatus": status, "showAs": shown}
        event_store.put(box, calendar, body, "deleted" if response == "declined" else "updated")
        if tell:
            _tell_organizer(box, before, calendar["owner"], status)


def _tell_organizer(box: Box, body: Body, guest: str, status: Body) -> None:
    row = box.store.one(
        "select c.*, 'owner' as role, c.owner as account, e.body from microsoft_event e"
        " join microsoft_calendar c on c.alias = e.calendar where e.ical_uid = ? and c.owner = ? and e.deleted = 0",
        (body["iCalUId"], body["organizer"]["emailAddress"]["address"]),
    )
    if row is None:
        return
    original: Body = json.loads(row["body"])
    guests = [
        {**one, "status": status} if one["emailAddress"]["address"].lower() == guest.lower() else one
        for one in original["attendees"]
    ]
    event_store.put(box, row, {**original, "attendees": guests}, "updated")


def event_delete(box: Box, calendar: Row, event_id: str, *, if_match: str = "") -> Body:
    """Delete an event, a series or one occurrence; answers what it was. Raises 404 the second time."""
    with box.store.transaction():
        before = _load(box, calendar, event_id, if_match)
        if before.get("recurrence"):
            event_store.series_changed(box, calendar, before, None)
        event_store.put(box, calendar, before, "deleted")
        if before.get("seriesMasterId"):
            event_store.master_touch(box, calendar, before["seriesMasterId"])
        if before["isOrganizer"]:
            _copies_put(box, {**before, "isCancelled": True}, before=before)
        return before


def _copies_put(box: Box, body: Body, *, before: Body | None) -> None:
    """Bring the copies on the calendars of guests who have an account here up to date."""
    owner = body["organizer"]["emailAddress"]["address"].lower()
    guests = {guest["emailAddress"]["address"].lower() for guest in body["attendees"]}
    earlier = {guest["emailAddress"]["address"].lower() for guest in (before or {}).get("attendees", [])}
    for email in sorted((guests | earlier) - {owner}):
        calendar = box.store.one(
            "select *, 'owner' as role, owner as account from microsoft_calendar where alias = ? and is_default = 1",
            (email,),
        )
        if calendar is not None:
            _copy_put(box, calendar, body, invited=email in guests)


def _copy_put(box: Box, calendar: Row, body: Body, *, invited: bool) -> None:
    master_uid = occurrence_uid(body["iCalUId"], "00000000")
    master_id = graph_id("event", f"{calendar['alias']}/{master_uid}")
    parts = event_store.occurrence_parts(body["id"]) if body.get("seriesMasterId") else None
    event_id = master_id if parts is None else event_store.occurrence_id(master_id, parts[1])
    old = event_store.load(box, calendar, event_id)
    answered: Body = (old or {}).get("responseStatus") or {"response": "notResponded", "time": NEVER}
    private: Body = {name: old[name] for name in PRIVATE_FIELDS if old is not None}
    copy = {**body, "showAs": "tentative", "categories": [], **private, "isOrganizer": False, "transactionId": None}
    copy |= {"id": event_id, "responseStatus": answered, "webLink": web_link(calendar["alias"], event_id)}
    if body.get("seriesMasterId"):
        copy["seriesMasterId"] = master_id
    if body["isCancelled"] or not invited:
        copy |= {"isCancelled": True, "showAs": "free", "subject": f"Canceled: {body['subject']}"}
    if old is not None and old.get("recurrence"):
        event_store.series_changed(box, calendar, old, copy)
    event_store.put(box, calendar, copy, "updated" if old is not None else "created")


def event_relocate(box: Box, calendar: Row, event_id: str, to: Row) -> Body:
    """What dragging a single event into another calendar of the same mailbox does: the old one has lost it, and nobody
    is told. Its immutable id, which callers here ask for, stays."""
    with box.store.transaction():
        before = _load(box, calendar, event_id, "")
        if before.get("recurrence") or not before["isOrganizer"] or to["owner"] != calendar["owner"]:
            raise denied()
        event_store.put(box, calendar, before, "deleted")
        return event_store.put(box, to, {**before, "webLink": web_link(to["alias"], event_id)}, "created")


def event_move(box: Box, calendar: Row, event_id: str, start: str, end: str | None) -> Body:
    """What the owner does by dragging: new times (RFC 3339), of the same length when no end is given."""
    before = _load(box, calendar, event_id, "")
    span = span_of(before, event_store.home_zone(box, calendar))
    starts = parse_instant(start)
    ends = parse_instant(end) if end else starts + span.ends - span.starts
    name = before["originalStartTimeZone"]
    given = {"start": _told(starts, name), "end": _told(ends, name)}
    if not before["isOrganizer"]:
        raise denied()
    return event_update(box, calendar, event_id, given)


def _told(seconds: int, name: str) -> dict[str, str]:
    """A time of a zone with its offset, without which the hour that comes twice is the first of the two."""
    return {"dateTime": datetime.fromtimestamp(seconds, zone_named(name)).isoformat(), "timeZone": name}
