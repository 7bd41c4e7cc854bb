"""Acting as the other side of Microsoft: events, notifications and sync state."""

from __future__ import annotations

import json
import secrets
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.control import need, told
from sandbox.events import bulk_span
from sandbox.microsoft import event_store, event_write
from sandbox.microsoft.access import seq_next
from sandbox.microsoft.accounts import graph_id
from sandbox.microsoft.control import PATH, calendar_row
from sandbox.microsoft.event_body import Body, attendees_read, edges_of
from sandbox.microsoft.zones import edge, windows_name
from sandbox.store import Row
from sandbox.times import now_text, parse_instant

_LIFECYCLE = {"reauthorizationRequired", "subscriptionRemoved", "missed"}


def _answer(box: Box, body: Body) -> Response:
    return told(json.loads(box.outside(json.dumps(body))))


def _event_of(box: Box, calendar: Row, body: dict[str, Any]) -> Body:
    """``start`` and ``end`` of control may be RFC 3339 text, a date for an all-day event."""
    given = {name: value for name, value in body.items() if name != "calendar"}
    home = event_store.home_zone(box, calendar)
    for name in ("start", "end"):
        value = given.get(name)
        if not isinstance(value, str):
            continue
        if "T" in value:
            given[name] = edge(parse_instant(value), home, windows_name(home))
        else:
            given |= {name: {"dateTime": f"{value}T00:00:00", "timeZone": windows_name(home)}, "isAllDay": True}
    return given


@route("POST", PATH + "event")
def event_make(box: Box, ask: Ask) -> Response:
    """``{calendar, start, end, …an event}``: its owner makes one."""
    given = ask.json_object()
    need(given, "start", "end")
    calendar = calendar_row(box, given)
    return _answer(box, event_write.event_create(box, calendar, _event_of(box, calendar, given)))


@route("POST", PATH + "event/move")
def event_move(box: Box, ask: Ask) -> Response:
    """``{calendar, id, start, end?}``: its owner drags it."""
    given = ask.json_object()
    event_id, start = need(given, "id", "start")
    return _answer(box, event_write.event_move(box, calendar_row(box, given), event_id, start, given.get("end")))


@route("POST", PATH + "event/relocate")
def event_relocate(box: Box, ask: Ask) -> Response:
    """``{calendar, id, to}``: its owner drags it into another calendar; it keeps its (immutable) id."""
    given = ask.json_object()
    event_id, to = need(given, "id", "to")
    calendar, wanted = calendar_row(box, given), calendar_row(box, {"calendar": to})
    return _answer(box, event_write.event_relocate(box, calendar, event_id, wanted))


@route("POST", PATH + "event/update")
def event_update(box: Box, ask: Ask) -> Response:
    """``{calendar, id, changes: {…}}``: its owner edits it."""
    given = ask.json_object()
    event_id, changes = need(given, "id", "changes")
    calendar = calendar_row(box, given)
    return _answer(box, event_write.event_update(box, calendar, event_id, _event_of(box, calendar, changes)))


@route("POST", PATH + "event/delete")
def event_delete(box: Box, ask: Ask) -> Response:
    """``{calendar, id}``: somebody deletes it."""
    given = ask.json_object()
    event_write.event_delete(box, calendar_row(box, given), need(given, "id")[0])
    return Response(status=204)


@route("POST", PATH + "event/respond")
def event_respond(box: Box, ask: Ask) -> Response:
    """``{calendar, id, response}``: a guest answers on the own copy: accepted, tentativelyAccepted, declined."""
    given = ask.json_object()
    event_id, response = need(given, "id", "response")
    if response not in {"accepted", "tentativelyAccepted", "declined"}:
        raise ValueError("response must be accepted, tentativelyAccepted or declined")
    event_write.event_respond(box, calendar_row(box, given), event_id, response, tell=True)
    return Response(status=204)


@route("POST", PATH + "events/bulk")
def events_bulk(box: Box, ask: Ask) -> Response:
    """``{calendar, count, from?, every_minutes?, minutes?, attendees?, subject?}``: many single events, one push.

    ``attendees`` is how many guests (none of whom has an account here) each event has.
    """
    given = ask.json_object()
    calendar = calendar_row(box, given)
    count = int(need(given, "count")[0])
    with box.store.transaction() as db:
        last = seq_next(box.store, calendar["alias"], count)
        rows = [_bulk_row(box, calendar, given, number, last - count + 1 + number) for number in range(count)]
        db.executemany(event_store.INSERT, rows)
        total = box.store.count("select count(*) from microsoft_event where calendar = ?", (calendar["alias"],))
    if rows:
        box.notifier.changed(calendar["alias"], str(rows[-1][1]), "created")
    return told({"created": count, "total": total})


def _bulk_row(box: Box, calendar: Row, given: dict[str, Any], number: int, seq: int) -> tuple[object, ...]:
    starts, ends = bulk_span(given, number)
    home = event_store.home_zone(box, calendar)
    uid = f"{event_write.UID_HEAD}00000000{secrets.token_hex(36).upper()}"
    event_id = graph_id("event", f"{calendar['alias']}/{uid}")
    guests = [
        {"emailAddress": {"address": f"guest{number}.{n}@example.test"}, "status": {"response": "accepted"}}
        for n in range(int(given.get("attendees", 0)))
    ]
    body: Body = {
        **event_write.DEFAULTS,
        **edges_of(starts, ends, home, all_day=False),
        "id": event_id,
        "createdDateTime": now_text(),
        "iCalUId": uid,
        "webLink": event_write.web_link(calendar["alias"], event_id),
        "organizer": event_write.person(box, calendar["owner"]),
        "originalStartTimeZone": windows_name(home),
        "originalEndTimeZone": windows_name(home),
        "type": "singleInstance",
        "subject": f"{given.get('subject', 'Busy')} {number + 1}",
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "onlineMeeting": None,
        "attendees": attendees_read(guests),
    }
    return event_store.row_of(calendar, event_store.stamped(body, seq), seq, (starts, ends))


@route("POST", PATH + "occurrences/silent")
def occurrences_silent(box: Box, ask: Ask) -> Response:
    """``{silent?: true}``: delta says nothing of a deleted occurrence but tells its series anew without it."""
    box.store.put("microsoft_silent_occurrences", "1" if ask.json_object().get("silent", True) else "0")
    return Response(status=204)


@route("POST", PATH + "push/pause")
def push_pause(box: Box, ask: Ask) -> Response:
    """``{paused?: true}``: notifications are lost from now on; false sends again."""
    box.store.put("microsoft_push_paused", "1" if ask.json_object().get("paused", True) else "0")
    return Response(status=204)


@route("POST", PATH + "push/replay")
def push_replay(box: Box, ask: Ask) -> Response:
    """``{id?, times?}``: post a recorded notification again (the last, or the one with this id)."""
    given = ask.json_object()
    row = box.store.one(
        "select url, body from microsoft_push where ? is null or id = ? order by id desc limit 1",
        (given.get("id"), given.get("id")),
    )
    if row is None:
        raise ValueError("nothing was sent")
    times = int(given.get("times", 1))
    for _ in range(times):
        box.notifier.send(row["url"], json.loads(row["body"]))
    return told({"sent": times})


@route("POST", PATH + "push/lifecycle")
def push_lifecycle(box: Box, ask: Ask) -> Response:
    """``{event, subscription?}``: reauthorizationRequired (silent until renewed), subscriptionRemoved or missed."""
    given = ask.json_object()
    (event,) = need(given, "event")
    if event not in _LIFECYCLE:
        raise ValueError(f"event must be one of {', '.join(sorted(_LIFECYCLE))}")
    rows = box.store.all(
        "select * from microsoft_subscription where removed = 0 and (? is null or id = ?)",
        (given.get("subscription"), given.get("subscription")),
    )
    column = {"reauthorizationRequired": "silent", "subscriptionRemoved": "removed"}.get(event)
    for row in rows:
        if column is not None:
            box.store.run(f"update microsoft_subscription set {column} = 1 where id = ?", (row["id"],))  # noqa: S608
        if row["lifecycle_url"]:
            box.notifier.lifecycle(row, event)
    box.notifier.reload()
    return told({"sent": sum(bool(row["lifecycle_url"]) for row in rows)})
