"""``events.list``: pages, sync tokens, single events.

Rows are read in the order of their last change, up to the change number at which the listing began. What changes
meanwhile moves behind that number and comes with the sync token: nothing is lost between pages.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.google import event_store
from sandbox.google.access import calendar_open, caller
from sandbox.google.errors import GoogleError, invalid
from sandbox.google.event_body import Body
from sandbox.store import Row
from sandbox.times import FOREVER, parse_instant, render, zone_of

MAX_PAGE = 2500
_ILLEGAL_WITH_SYNC = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
_ROWS = """
select seq, id, kind, status, body from google_event where calendar = ? and seq > ? and seq <= ? {where}
order by seq limit ?
"""
_LIMITED_FIELDS = (
    "kind", "etag", "id", "status", "htmlLink", "created", "updated", "start", "end", "recurrence", "recurringEventId",
    "originalStartTime", "iCalUID", "sequence", "eventType", "transparency", "creator", "organizer",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What is listed: ``floor`` < change number ≤ ``ceiling``. Sync tokens carry it on, page tokens with ``skip``."""

    epoch: int
    ceiling: int
    floor: int = 0
    skip: int = 0
    incremental: bool = False
    single: bool = False
    deleted: bool = False
    low: int = 0
    high: int = 0
    order: str = ""
    text: str = ""
    ical_uid: str = ""
    updated_min: str = ""
    properties: tuple[str, ...] = ()

    @property
    def syncable(self) -> bool:
        """Whether the last page carries a sync token."""
        return not (self.order or self.text or self.ical_uid or self.updated_min or self.properties)

    @property
    def plain(self) -> bool:
        """Whether stored bodies can go out as they are."""
        return not (self.text or self.ical_uid or self.updated_min or self.properties)


def token_make(kind: str, query: Query) -> str:
    """An opaque page or sync token."""
    return base64.urlsafe_b64encode(json.dumps([kind, asdict(query)]).encode()).decode().rstrip("=")


def token_read(kind: str, token: str) -> Query:
    """The query of a token. Raises ValueError."""
    found, fields = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    if found != kind:
        raise ValueError("another kind of token")
    return Query(**{**fields, "properties": tuple(fields["properties"])})


@route("GET", "/google/calendar/v3/calendars/<calendar_id>/events")
def events_list(box: Box, ask: Ask, calendar_id: str) -> Response:
    """``events.list``."""
    bearer = caller(box, ask, "events.list")
    with box.store.transaction():
        calendar = calendar_open(box.store, bearer.account, calendar_id)
        query = query_read(ask, calendar)
        items, following = page_read(box, calendar, query, _limit(ask))
        head = _head(calendar)
    if following is not None:
        head["nextPageToken"] = token_make("page", following)
    elif query.syncable:
        last = Query(**{**asdict(query), "floor": query.ceiling, "skip": 0, "incremental": True})
        head["nextSyncToken"] = token_make("sync", last)
    zone = _zone(ask)
    parts = [json.dumps(_in_zone(json.loads(item), zone)) for item in items] if zone else items
    text = f'{json.dumps(head)[:-1]}, "items": [{",".join(parts)}]}}'
    return Response(box.outside(text), content_type="application/json; charset=UTF-8")


def _limit(ask: Ask) -> int:
    try:
        limit = int(ask.args.get("maxResults", 250))
    except ValueError as error:
        raise invalid("Invalid value for: maxResults") from error
    if limit < 1:
        raise invalid("Invalid value for: maxResults")
    return min(limit, MAX_PAGE)


def _zone(ask: Ask) -> ZoneInfo | None:
    try:
        return zone_of(ask.args["timeZone"]) if ask.args.get("timeZone") else None
    except ValueError as error:
        raise invalid("Invalid time zone.") from error


def _head(calendar: Row) -> dict[str, Any]:
    return {
        "kind": "calendar#events",
        "etag": f'"p{calendar["seq"]}e{calendar["epoch"]}"',
        "summary": calendar["summary"],
        "description": calendar["description"],
        "updated": calendar["updated"],
        "timeZone": calendar["time_zone"],
        "accessRole": calendar["role"],
        "defaultReminders": [{"method": "popup", "minutes": 30}] if calendar["role"] == "owner" else [],
    }


def query_read(ask: Ask, calendar: Row) -> Query:
    """The query of a request. Raises 400 for values and mixtures that the API refuses, 410 for an old sync token."""
    sync, page = ask.args.get("syncToken", ""), ask.args.get("pageToken", "")
    if sync and any(name in ask.args for name in _ILLEGAL_WITH_SYNC):
        raise invalid("Sync token cannot be used with the other parameters given.", "badRequest")
    if sync and ask.args.get("showDeleted") == "false":
        raise invalid("Sync token cannot be used with showDeleted set to false.", "badRequest")
    if page:
        return _continued(page, calendar)
    if sync:
        query = _token(sync, "sync", calendar)
        return Query(**{**asdict(query), "ceiling": calendar["seq"], "incremental": True, "deleted": True})
    return _fresh(ask, calendar)


def _continued(token: str, calendar: Row) -> Query:
    try:
        return token_read("page", token)
    except (ValueError, TypeError) as error:
        raise invalid("Invalid page token value.") from error


def _token(token: str, kind: str, calendar: Row) -> Query:
    try:
        query = token_read(kind, token)
    except (ValueError, TypeError) as error:
        raise invalid("Invalid sync token value.") from error
    if query.epoch != calendar["epoch"]:
        raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    return query


def _fresh(ask: Ask, calendar: Row) -> Query:
    low, high = _moment(ask, "timeMin", 0), _moment(ask, "timeMax", 0)
    if low and high and low >= high:
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    single, order = ask.args.get("singleEvents") == "true", ask.args.get("orderBy", "")
    if order not in {"", "startTime", "updated"} or (order == "startTime" and not single):
        raise invalid("The requested ordering is not available for the particular query.", "badRequest")
    return Query(
        epoch=calendar["epoch"],
        ceiling=calendar["seq"],
        single=single,
        deleted=ask.args.get("showDeleted") == "true",
        low=low,
        high=high,
        order=order,
        text=ask.args.get("q", ""),
        ical_uid=ask.args.get("iCalUID", ""),
        updated_min=ask.args.get("updatedMin", ""),
        properties=tuple(ask.args.getlist("privateExtendedProperty")),
    )


def _moment(ask: Ask, name: str, default: int) -> int:
    if not ask.args.get(name):
        return default
    try:
        return parse_instant(ask.args[name])
    except ValueError as error:
        raise GoogleError(400, "badRequest", "Bad Request") from error


def page_read(box: Box, calendar: Row, query: Query, limit: int) -> tuple[list[str], Query | None]:
    """One page of JSON texts, and the query of the next; None after the last."""
    if query.order == "startTime":
        return _sorted_page(box, calendar, query, limit)
    items: list[str] = []
    floor, skip = query.floor, query.skip
    for row in _rows(box, calendar, query, limit):
        texts = list(_texts(box, calendar, query, row))[skip:]
        room = limit - len(items)
        items.extend(texts[:room])
        if len(texts) > room:
            return items, Query(**{**asdict(query), "floor": floor, "skip": skip + room})
        floor, skip = row["seq"], 0
    return items, None


def _rows(box: Box, calendar: Row, query: Query, limit: int) -> Iterator[Row]:
    """Rows in order of change, read in portions a little larger than a page."""
    floor = query.floor
    where, arguments = _where(query)
    while True:
        rows = box.store.all(_ROWS.format(where=where), (calendar["id"], floor, query.ceiling, *arguments, limit + 1))
        yield from rows
        if len(rows) <= limit:
            return
        floor = rows[-1]["seq"]


def _where(query: Query) -> tuple[str, list[Any]]:
    where, arguments = [], []
    if not query.incremental:
        where.append("and kind <> 'gone'")
        if query.low:
            where.append("and ends > ?")
            arguments.append(query.low)
        if query.high:
            where.append("and starts < ?")
            arguments.append(query.high)
    if not query.single:
        where.append("and kind <> 'gone'")
    return " ".join(where), arguments


def _texts(box: Box, calendar: Row, query: Query, row: Row) -> Iterator[str]:
    """What one row contributes: itself, nothing, or the occurrences of its series."""
    if query.single and row["kind"] == "master":
        if row["status"] != "cancelled":
            yield from (_dump(body) for body in _unrolled(box, calendar, query, row) if _wanted(query, body))
        return
    if row["status"] == "cancelled" and not (query.deleted or (row["kind"] == "exception" and not query.single)):
        return
    free_busy = calendar["role"] == "freeBusyReader"
    if query.plain and not free_busy:
        yield row["body"]
        return
    body = json.loads(row["body"])
    if _wanted(query, body):
        yield _dump(limited(body) if free_busy else body)


def _dump(body: Body) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def _unrolled(box: Box, calendar: Row, query: Query, row: Row) -> Iterator[Body]:
    master = json.loads(row["body"])
    changed = {
        r["id"]
        for r in box.store.all(
            "select id from google_event where calendar = ? and master = ? and kind = 'exception'",
            (calendar["id"], row["id"]),
        )
    }
    found = event_store.series(master, calendar).between(query.low, query.high or event_store.horizon())
    for instance in found:
        body = event_store.instance_body(master, instance, calendar)
        if body["id"] not in changed:
            yield limited(body) if calendar["role"] == "freeBusyReader" else body


def limited(body: Body) -> Body:
    """What a free/busy reader sees of an event."""
    return {name: body[name] for name in _LIMITED_FIELDS if name in body} | {"visibility": "private"}


def _wanted(query: Query, body: Body) -> bool:
    private = body.get("extendedProperties", {}).get("private", {})
    text = " ".join(str(body.get(name, "")) for name in ("summary", "description", "location", "attendees"))
    return (
        (not query.text or query.text.lower() in text.lower())
        and (not query.ical_uid or body.get("iCalUID") == query.ical_uid)
        and (not query.updated_min or body.get("updated", "") >= query.updated_min)
        and all(private.get(name) == value for name, _, value in (p.partition("=") for p in query.properties))
    )


def _sorted_page(box: Box, calendar: Row, query: Query, limit: int) -> tuple[list[str], Query | None]:
    texts = [text for row in _rows(box, calendar, query, FOREVER >> 1) for text in _texts(box, calendar, query, row)]
    bodies = sorted((json.loads(text) for text in texts), key=lambda body: _starts(body, calendar))
    page = [_dump(body) for body in bodies[query.skip : query.skip + limit]]
    more = len(bodies) > query.skip + limit
    return page, Query(**{**asdict(query), "skip": query.skip + limit}) if more else None


def _starts(body: Body, calendar: Row) -> int:
    return event_store.span_of(body, calendar).starts


def _in_zone(body: Body, zone: ZoneInfo) -> Body:
    for name in ("start", "end", "originalStartTime"):
        edge = body.get(name, {})
        if "dateTime" in edge:
            edge["dateTime"] = render(parse_instant(edge["dateTime"]), zone)
    return body
