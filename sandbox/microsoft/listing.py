"""``calendarView`` and its ``delta``.

Rows are read in the order of their last change, up to the change number at which the round began. What changes
meanwhile moves behind that number and comes with the deltaLink: nothing is lost between pages.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.microsoft import event_store
from sandbox.microsoft.access import GRAPH, RANKS, answer, base, calendar_open, caller, preference
from sandbox.microsoft.calendars import page_numbers
from sandbox.microsoft.errors import GraphError, invalid
from sandbox.microsoft.event_body import Body, limited, span_of, told
from sandbox.microsoft.scopes import READ_BASIC
from sandbox.microsoft.zones import edge_seconds
from sandbox.store import Row
from sandbox.times import render_utc

DELTA_PAGE = 10
MAX_PAGE = 1000
_EVENT = "#microsoft.graph.event"
_OCCURRENCE_FIELDS = ("@odata.type", "@odata.etag", "seriesMasterId", "type", "id", "start", "end")
_ROWS = """
select seq, id, kind, deleted, starts, ends, body from microsoft_event
where calendar = ? and seq > ? and seq <= ? {where}
order by seq limit ?
"""


@dataclass(frozen=True)
class Query:
    """A round: ``floor`` < change number ≤ ``ceiling``, events from ``low`` to ``high`` (epoch seconds)."""

    calendar: str
    epoch: int
    ceiling: int
    low: int
    high: int
    floor: int = 0
    incremental: bool = False


def token_make(kind: str, query: Query) -> str:
    """An opaque token of a link: ``skip`` or ``delta``."""
    return base64.urlsafe_b64encode(json.dumps([kind, asdict(query)]).encode()).decode().rstrip("=")


def token_read(kind: str, token: str) -> Query:
    """The query of a token. Raises 400."""
    try:
        found, fields = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        query = Query(**fields)
    except (ValueError, TypeError) as error:
        raise invalid("The delta token is not valid.", "ErrorInvalidUrlQuery") from error
    if found != kind:
        raise invalid("The delta token is not valid.", "ErrorInvalidUrlQuery")
    return query


def window(ask: Ask) -> tuple[int, int]:
    """``startDateTime`` and ``endDateTime``, UTC where they have no offset. Raises 400."""
    values = {name.lower(): value for name, value in ask.args.items()}
    edges = []
    for name in ("startDateTime", "endDateTime"):
        if not values.get(name.lower()):
            raise invalid(f"This request requires a time window specified by the query string parameter {name}.")
        edges.append(edge_seconds({"dateTime": values[name.lower()].replace(" ", "+")}))
    if edges[0] >= edges[1]:
        raise invalid("The start of the time window must be before its end.", "ErrorInvalidArgument")
    return edges[0], edges[1]


@route("GET", GRAPH + "/me/calendarView/delta")
@route("GET", GRAPH + "/me/calendar/calendarView/delta")
@route("GET", GRAPH + "/me/calendars/<calendar_id>/calendarView/delta")
def delta(box: Box, ask: Ask, calendar_id: str = "") -> Response:
    """One page of a round, or of what changed since a round."""
    account = caller(box, ask, READ_BASIC).account
    limit = _page_size(ask)
    path = ask.path.removeprefix(GRAPH)
    with box.store.transaction():
        calendar = calendar_open(box.store, account, calendar_id)
        query = _query(ask, calendar, f"{base(ask)}{path}")
        items, floor = page_read(box, calendar, query, limit)
    zone = preference(ask, "outlook.timezone")
    text = preference(ask, "outlook.body-content-type").lower() == "text"
    body: dict[str, Any] = {"value": [item if "@removed" in item else told(item, zone, text=text) for item in items]}
    body["value"] = [trimmed(item) for item in body["value"]]
    if floor is not None or calendar["endless"]:
        following = replace(query, floor=query.floor if floor is None else floor)
        body["@odata.nextLink"] = f"{base(ask)}{path}?$skiptoken={token_make('skip', following)}"
    else:
        last = replace(query, floor=query.ceiling, incremental=True)
        body["@odata.deltaLink"] = f"{base(ask)}{path}?$deltatoken={token_make('delta', last)}"
    applied = f"odata.maxpagesize={limit}" if preference(ask, "odata.maxpagesize") else ""
    response = answer(ask, "Collection(event)", json.loads(box.outside(json.dumps(body))))
    if applied:
        response.headers["Preference-Applied"] = applied
    return response


def _page_size(ask: Ask) -> int:
    wanted = preference(ask, "odata.maxpagesize")
    return min(int(wanted), MAX_PAGE) if wanted.isdigit() and int(wanted) > 0 else DELTA_PAGE


def _query(ask: Ask, calendar: Row, address: str) -> Query:
    for name in ("$select", "$filter", "$orderby", "$search", "$expand"):
        if name in ask.args:
            raise GraphError(400, "ErrorInvalidUrlQuery", f"The following parameters are not supported: '{name}'.")
    skip, since = ask.args.get("$skiptoken", ""), ask.args.get("$deltatoken", "")
    if not skip and not since:
        low, high = window(ask)
        return Query(calendar["alias"], calendar["epoch"], calendar["seq"], low, high)
    query = token_read("skip", skip) if skip else token_read("delta", since)
    if query.calendar != calendar["alias"]:
        raise invalid("The delta token is not valid.", "ErrorInvalidUrlQuery")
    if query.epoch != calendar["epoch"]:
        raise _lost(calendar["expired_status"], address, query)
    return query if skip else replace(query, ceiling=calendar["seq"])


def _lost(status: int, address: str, query: Query) -> GraphError:
    """The state is gone: start over, at the address of a 410's Location."""
    window = f"startDateTime={render_utc(query.low)}&endDateTime={render_utc(query.high)}"
    headers = {"Location": f"{address}?{window}"} if status == 410 else {}
    code = "SyncStateNotFound" if status == 410 else "syncStateNotFound"
    return GraphError(status, code, "The sync state generation is not found; full sync is required.", headers=headers)


def page_read(box: Box, calendar: Row, query: Query, limit: int) -> tuple[list[Body], int | None]:
    """The bodies of a page, and the change number that it ended at; None after the last. A series is never split."""
    items: list[Body] = []
    floor = query.floor
    for row in _rows(box, calendar, query, limit):
        if len(items) >= limit:
            return items, floor
        items.extend(_contributions(box, calendar, query, row))
        floor = row["seq"]
    return items, None


def _rows(box: Box, calendar: Row, query: Query, limit: int) -> Iterator[Row]:
    where = "" if query.incremental else f"and deleted = 0 and ends >= {query.low:d} and starts < {query.high:d}"
    floor = query.floor
    while True:
        arguments = (calendar["alias"], floor, query.ceiling, limit + 1)
        rows = box.store.all(_ROWS.format(where=where), arguments)
        yield from rows
        if len(rows) <= limit:
            return
        floor = rows[-1]["seq"]


def _contributions(box: Box, calendar: Row, query: Query, row: Row) -> Iterator[Body]:
    """What one row tells: itself, its occurrences, or that it is no longer in the window."""
    inside = row["starts"] < query.high and (row["ends"] > query.low or row["starts"] >= query.low)
    if row["deleted"] or (row["kind"] != "master" and not inside):
        if query.incremental and _removal_told(box, row):
            yield {"@odata.type": _EVENT, "id": row["id"], "@removed": {"reason": "deleted"}}
        return
    body = {"@odata.type": _EVENT, **json.loads(row["body"])}
    if row["kind"] != "master":
        yield seen(calendar, body)
        return
    found = event_store.occurrences(box, calendar, body, query.low, query.high)
    if query.incremental or (found and row["starts"] >= query.low):
        yield seen(calendar, body)
    yield from (seen(calendar, occurrence) for occurrence in found)


def _removal_told(box: Box, row: Row) -> bool:
    silent = box.store.get("microsoft_silent_occurrences") == "1"
    return not (silent and row["kind"] == "exception")


def trimmed(item: Body) -> Body:
    """Delta tells of an occurrence no more than its series, its id and its times."""
    if item.get("type") != "occurrence":
        return item
    return {name: item[name] for name in _OCCURRENCE_FIELDS}


def seen(calendar: Row, body: Body) -> Body:
    """The event as the account that the calendar was opened for sees it."""
    private = body["sensitivity"] in {"private", "confidential"} and RANKS[calendar["role"]] < RANKS["owner"]
    return limited(body) if private or RANKS[calendar["role"]] < RANKS["read"] else body


def view(box: Box, calendar: Row, low: int, high: int) -> list[Body]:
    """Every event in the window, occurrences unrolled, by start. Deleted ones are not there."""
    query = Query(calendar["alias"], calendar["epoch"], calendar["seq"], low, high)
    bodies, _ = page_read(box, calendar, query, 2**31)
    home = event_store.home_zone(box, calendar)
    events = [body for body in bodies if body["type"] != "seriesMaster"]
    return sorted(events, key=lambda body: span_of(body, home).starts)


@route("GET", GRAPH + "/me/calendarView")
@route("GET", GRAPH + "/me/calendar/calendarView")
@route("GET", GRAPH + "/me/calendars/<calendar_id>/calendarView")
def calendar_view(box: Box, ask: Ask, calendar_id: str = "") -> Response:
    """Events in a window, by start, with whole occurrences; pages of ``$top`` (10)."""
    account = caller(box, ask, READ_BASIC).account
    calendar = calendar_open(box.store, account, calendar_id)
    low, high = window(ask)
    top, skip = page_numbers(ask)
    found = view(box, calendar, low, high)
    return answer(ask, f"users('{account}')/calendarView", _page(box, ask, found, top, skip))


def _page(box: Box, ask: Ask, found: list[Body], top: int, skip: int) -> dict[str, Any]:
    zone = preference(ask, "outlook.timezone")
    text = preference(ask, "outlook.body-content-type").lower() == "text"
    names = [name for name in ask.args.get("$select", "").split(",") if name]
    items = [selected(told(body, zone, text=text), names) for body in found[skip : skip + top]]
    body: dict[str, Any] = {"value": json.loads(box.outside(json.dumps(items)))}
    if len(found) > skip + top:
        kept = [f"{name}={value}" for name, value in ask.args.items() if name not in {"$skip", "$top"}]
        query = "&".join([*kept, f"$top={top}", f"$skip={skip + top}"]).replace("+", "%2B").replace(" ", "%20")
        body["@odata.nextLink"] = f"{base(ask)}{ask.path.removeprefix(GRAPH)}?{query}"
    return body


def selected(body: Body, names: list[str]) -> Body:
    """Only the properties named by ``$select``; all without one."""
    shown = {name: value for name, value in body.items() if name != "@odata.type"}
    return {name: shown[name] for name in ("@odata.etag", "id", *names) if name in shown} if names else shown


@route("GET", GRAPH + "/me/events/<event_id>/instances")
def instances(box: Box, ask: Ask, event_id: str) -> Response:
    """The occurrences of a series in a window, changed ones included."""
    account = caller(box, ask, READ_BASIC).account
    calendar = calendar_of_event(box, account, event_id)
    low, high = window(ask)
    top, skip = page_numbers(ask)
    found = [body for body in view(box, calendar, low, high) if body.get("seriesMasterId") == event_id]
    return answer(ask, f"users('{account}')/events('{event_id}')/instances", _page(box, ask, found, top, skip))


def calendar_of_event(box: Box, account: str, event_id: str, need: str = "freeBusyRead") -> Row:
    """The calendar that holds an event (or its series), opened for the account. Raises 404 or 403."""
    parts = event_store.occurrence_parts(event_id)
    row = box.store.one(
        "select c.id from microsoft_event e join microsoft_calendar c on c.alias = e.calendar"
        " where e.id in (?, ?) and e.kind <> 'gone'",
        (event_id, parts[0] if parts else ""),
    )
    return calendar_open(box.store, account, "AAMkAG-no-such-event-in-the-store" if row is None else row["id"], need)
