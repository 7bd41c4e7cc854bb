"""The calls on single events, and recorded invitations."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.google import event_store, event_write
from sandbox.google.access import calendar_open, caller
from sandbox.google.errors import GoogleError, invalid, not_found
from sandbox.google.event_body import Body
from sandbox.google.listing import limited
from sandbox.store import Row
from sandbox.times import now_text

EVENTS = "/google/calendar/v3/calendars/<calendar_id>/events"
EVENT = EVENTS + "/<event_id>"


def given_body(ask: Ask) -> Body:
    """The JSON object that was sent. Raises 400 parseError."""
    try:
        return ask.json_object()
    except ValueError as error:
        raise invalid("Parse Error", "parseError") from error


def _answer(box: Box, body: Body) -> Response:
    text = box.outside(json.dumps(body, separators=(",", ":")))
    return Response(text, content_type="application/json; charset=UTF-8", headers={"ETag": body["etag"]})


def _conference_version(ask: Ask) -> int:
    value = ask.args.get("conferenceDataVersion", "0")
    if value not in {"0", "1"}:
        raise invalid("Invalid value for: conferenceDataVersion")
    return int(value)


@route("POST", EVENTS)
def event_insert(box: Box, ask: Ask, calendar_id: str) -> Response:
    """``events.insert``."""
    bearer = caller(box, ask, "events.insert")
    calendar = calendar_open(box.store, bearer.account, calendar_id, "writer")
    version = _conference_version(ask)
    body = event_write.event_insert(box, calendar, bearer.account, given_body(ask), conference_version=version)
    _invite(box, ask, calendar, body, "invitation")
    return _answer(box, body)


@route("GET", EVENT)
def event_get(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """``events.get``: a deleted one is still told, as cancelled."""
    bearer = caller(box, ask, "events.get")
    calendar = calendar_open(box.store, bearer.account, calendar_id)
    body = event_store.load(box, calendar, event_id)
    if body is None:
        raise not_found()
    return _answer(box, limited(body) if calendar["role"] == "freeBusyReader" else body)


@route("PATCH", EVENT)
def event_patch(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """``events.patch``."""
    return _update(box, ask, calendar_id, event_id, "events.patch", merge=True)


@route("PUT", EVENT)
def event_put(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """``events.update``."""
    return _update(box, ask, calendar_id, event_id, "events.update", merge=False)


def _update(box: Box, ask: Ask, calendar_id: str, event_id: str, method: str, *, merge: bool) -> Response:
    bearer = caller(box, ask, method)
    calendar = calendar_open(box.store, bearer.account, calendar_id, "writer")
    body = event_write.event_update(
        box,
        calendar,
        event_id,
        given_body(ask),
        merge=merge,
        conference_version=_conference_version(ask),
        if_match=ask.headers.get("If-Match", ""),
    )
    _invite(box, ask, calendar, body, "update")
    return _answer(box, body)


@route("DELETE", EVENT)
def event_delete(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """``events.delete``: 204, and 410 the second time."""
    bearer = caller(box, ask, "events.delete")
    calendar = calendar_open(box.store, bearer.account, calendar_id, "writer")
    before = event_write.event_delete(box, calendar, event_id, if_match=ask.headers.get("If-Match", ""))
    _invite(box, ask, calendar, before, "cancellation")
    return Response(status=204)


@route("GET", EVENT + "/instances")
def event_instances(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """``events.instances``: the occurrences of a series, changed ones included."""
    bearer = caller(box, ask, "events.instances")
    calendar = calendar_open(box.store, bearer.account, calendar_id)
    master = event_store.load(box, calendar, event_id)
    if master is None:
        raise not_found()
    if not master.get("recurrence"):
        raise GoogleError(400, "invalid", "The event is not recurring.")
    items = [
        limited(item) if calendar["role"] == "freeBusyReader" else item for item in _instances(box, calendar, master)
    ]
    limit = min(int(ask.args.get("maxResults", 250)), 2500)
    skip = int(ask.args.get("pageToken", 0))
    page: dict[str, Any] = {"kind": "calendar#events", "etag": master["etag"], "summary": calendar["summary"]}
    page |= {"timeZone": calendar["time_zone"], "accessRole": calendar["role"], "defaultReminders": []}
    page |= {"updated": master["updated"], "items": items[skip : skip + limit]}
    if len(items) > skip + limit:
        page["nextPageToken"] = str(skip + limit)
    text = box.outside(json.dumps(page))
    return Response(text, content_type="application/json; charset=UTF-8")


def _instances(box: Box, calendar: Row, master: Body) -> list[Body]:
    rows = box.store.all(
        "select id, body from google_event where calendar = ? and master = ? and kind = 'exception'",
        (calendar["id"], master["id"]),
    )
    changed = {row["id"]: json.loads(row["body"]) for row in rows}
    found = event_store.series(master, calendar).between(0, event_store.horizon())
    bodies = [event_store.instance_body(master, instance, calendar) for instance in found]
    items = [changed.get(body["id"], body) for body in bodies]
    return [item for item in items if item["status"] != "cancelled"]


def _invite(box: Box, ask: Ask, calendar: Row, body: Body, kind: str) -> None:
    """Note whom the real one would write to (``sendUpdates``)."""
    wanted = ask.args.get("sendUpdates") or ("all" if ask.args.get("sendNotifications") == "true" else "none")
    guests = [guest["email"] for guest in body.get("attendees", []) if not guest.get("self")]
    if wanted in {"all", "externalOnly"} and guests:
        box.store.run(
            "insert into google_invitation (calendar, event, kind, recipients, at) values (?, ?, ?, ?, ?)",
            (calendar["id"], body["id"], kind, json.dumps(guests), now_text()),
        )
