"""The calls on single events."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.microsoft import event_store, event_write
from sandbox.microsoft.access import GRAPH, answer, calendar_open, caller, preference
from sandbox.microsoft.errors import GraphError, denied, not_found
from sandbox.microsoft.event_body import Body, told
from sandbox.microsoft.invitations import invite
from sandbox.microsoft.listing import calendar_of_event, seen, selected
from sandbox.microsoft.scopes import READ_BASIC, WRITE
from sandbox.store import Row

EVENT = GRAPH + "/me/events/<event_id>"
CALENDAR_EVENT = GRAPH + "/me/calendars/<calendar_id>/events/<event_id>"


def given_body(ask: Ask) -> Body:
    """The JSON object that was sent. Raises 400."""
    try:
        return ask.json_object()
    except ValueError as error:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error


def _answer(box: Box, ask: Ask, account: str, body: Body, status: int = 200) -> Response:
    names = [name for name in ask.args.get("$select", "").split(",") if name]
    text = preference(ask, "outlook.body-content-type").lower() == "text"
    shown = selected(told(body, preference(ask, "outlook.timezone"), text=text), names)
    return answer(ask, f"users('{account}')/events/$entity", json.loads(box.outside(json.dumps(shown))), status)


@route("POST", GRAPH + "/me/events")
@route("POST", GRAPH + "/me/calendar/events")
@route("POST", GRAPH + "/me/calendars/<calendar_id>/events")
def event_create(box: Box, ask: Ask, calendar_id: str = "") -> Response:
    """Make an event: 201, for a repeated ``transactionId`` too, with the event that it made."""
    account = caller(box, ask, WRITE).account
    with box.store.transaction():
        calendar = calendar_open(box.store, account, calendar_id, "write")
        before = calendar["seq"]
        body = event_write.event_create(box, calendar, given_body(ask))
        if calendar_open(box.store, account, calendar_id)["seq"] != before:
            invite(box, calendar, body, "invitation")
    return _answer(box, ask, account, body, 201)


def _opened(box: Box, ask: Ask, scopes: tuple[str, ...], event_id: str, calendar_id: str, need: str) -> tuple[str, Row]:
    account = caller(box, ask, scopes).account
    if calendar_id:
        return account, calendar_open(box.store, account, calendar_id, need)
    return account, calendar_of_event(box, account, event_id, need)


@route("GET", EVENT)
@route("GET", CALENDAR_EVENT)
def event_get(box: Box, ask: Ask, event_id: str, calendar_id: str = "") -> Response:
    """One event, series or occurrence. A deleted one is 404."""
    account, calendar = _opened(box, ask, READ_BASIC, event_id, calendar_id, "freeBusyRead")
    body = event_store.load(box, calendar, event_id)
    if body is None:
        raise not_found()
    if "cancelledOccurrences" in ask.args.get("$select", ""):
        body["cancelledOccurrences"] = _cancelled(box, calendar, event_id)
    return _answer(box, ask, account, seen(calendar, body))


def _cancelled(box: Box, calendar: Row, master_id: str) -> list[str]:
    rows = box.store.all(
        "select id from microsoft_event where calendar = ? and master = ? and kind = 'exception' and deleted = 1",
        (calendar["alias"], master_id),
    )
    days = [parts[1] for row in rows if (parts := event_store.occurrence_parts(row["id"]))]
    return [f"OID.{master_id}.{day[:4]}-{day[4:6]}-{day[6:]}" for day in days]


@route("PATCH", EVENT)
@route("PATCH", CALENDAR_EVENT)
def event_patch(box: Box, ask: Ask, event_id: str, calendar_id: str = "") -> Response:
    """Change an event, a series, or one occurrence."""
    account, calendar = _opened(box, ask, WRITE, event_id, calendar_id, "write")
    if_match = ask.headers.get("If-Match", "")
    body = event_write.event_update(box, calendar, event_id, given_body(ask), if_match=if_match)
    if body["isOrganizer"]:
        invite(box, calendar, body, "update")
    return _answer(box, ask, account, body)


@route("DELETE", EVENT)
@route("DELETE", CALENDAR_EVENT)
def event_delete(box: Box, ask: Ask, event_id: str, calendar_id: str = "") -> Response:
    """204, and 404 the second time."""
    _, calendar = _opened(box, ask, WRITE, event_id, calendar_id, "write")
    before = event_write.event_delete(box, calendar, event_id, if_match=ask.headers.get("If-Match", ""))
    if before["isOrganizer"]:
        invite(box, calendar, before, "cancellation")
    return Response(status=204)


@route("POST", EVENT + "/cancel")
def event_cancel(box: Box, ask: Ask, event_id: str) -> Response:
    """The organizer calls it off: 202."""
    _, calendar = _opened(box, ask, WRITE, event_id, "", "write")
    body = event_store.load(box, calendar, event_id)
    if body is not None and not body["isOrganizer"]:
        raise denied()
    invite(box, calendar, event_write.event_delete(box, calendar, event_id), "cancellation")
    return Response(status=202)


def _respond(response: str) -> None:
    path = {"accepted": "accept", "declined": "decline", "tentativelyAccepted": "tentativelyAccept"}[response]

    @route("POST", f"{EVENT}/{path}")
    def respond(box: Box, ask: Ask, event_id: str) -> Response:
        """A guest answers: 202."""
        _, calendar = _opened(box, ask, WRITE, event_id, "", "write")
        given = {name.lower(): value for name, value in given_body(ask).items()}
        event_write.event_respond(box, calendar, event_id, response, tell=given.get("sendresponse", True))
        return Response(status=202)


for _response in ("accepted", "declined", "tentativelyAccepted"):
    _respond(_response)
