"""Calendar lists, calendars and free/busy."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.google import event_store
from sandbox.google.access import RANKS, calendar_open, caller
from sandbox.google.errors import GoogleError, invalid, not_found
from sandbox.google.oauth import answer
from sandbox.store import Row
from sandbox.times import parse_instant, render, zone_of

_MAX_FREEBUSY_SECONDS = 92 * 86400
_MAX_FREEBUSY_CALENDARS = 50


def entry(row: Row) -> dict[str, Any]:
    """A calendar as its place in an account's list tells it."""
    etag = f'"{row["acl_seq"]:016d}"'
    if row["acl_deleted"] or row["deleted"]:
        return {"kind": "calendar#calendarListEntry", "etag": etag, "id": row["id"], "deleted": True}
    own = row["role"] == "owner"
    body = {
        "kind": "calendar#calendarListEntry",
        "etag": etag,
        "id": row["id"],
        "summary": row["summary"],
        "timeZone": row["time_zone"],
        "colorId": "14",
        "backgroundColor": row["color"],
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": row["role"],
        "defaultReminders": [{"method": "popup", "minutes": 30}] if own else [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    if row["description"]:
        body["description"] = row["description"]
    if row["is_primary"] and row["owner"] == row["account"]:
        body["primary"] = True
    return body


def _entries(box: Box, account: str, floor: int, ceiling: int) -> list[Row]:
    return box.store.all(
        "select c.*, a.role, a.account, a.seq as acl_seq, a.deleted as acl_deleted from google_acl a"
        " join google_calendar c on c.id = a.calendar where a.account = ? and a.seq > ? and a.seq <= ?"
        " order by a.seq",
        (account, floor, ceiling),
    )


@route("GET", "/google/calendar/v3/users/me/calendarList")
def calendar_list(box: Box, ask: Ask) -> Response:
    """``calendarList.list``; its sync token is ``list-<number>``."""
    account = caller(box, ask, "calendarList.list").account
    sync, page = ask.args.get("syncToken", ""), ask.args.get("pageToken", "")
    if sync and "minAccessRole" in ask.args:
        raise invalid("Sync token cannot be used with the other parameters given.", "badRequest")
    ceiling = int(box.store.get("list_seq", "0"))
    since = _list_token(box, sync) if sync else 0
    rows = _entries(box, account, max(since, _page_floor(page)), ceiling)
    items = [item for item in map(entry, rows) if _listed(ask, item, bool(sync))]
    limit = min(int(ask.args.get("maxResults", 100)), 250)
    body: dict[str, Any] = {"kind": "calendar#calendarList", "etag": f'"p{ceiling}"', "items": items[:limit]}
    if len(items) > limit:
        body["nextPageToken"] = f"after-{int(items[limit - 1]['etag'].strip(chr(34)))}"
    else:
        body["nextSyncToken"] = f"list-{box.store.get('list_epoch', '0')}-{ceiling}"
    return answer(body)


def _listed(ask: Ask, item: dict[str, Any], incremental: bool) -> bool:
    if item.get("deleted"):
        return incremental or ask.args.get("showDeleted") == "true"
    return RANKS[item["accessRole"]] >= RANKS.get(ask.args.get("minAccessRole", ""), 0)


def _list_token(box: Box, token: str) -> int:
    kind, _, rest = token.partition("-")
    epoch, _, number = rest.partition("-")
    if kind != "list" or not number.isdigit():
        raise invalid("Invalid sync token value.")
    if epoch != box.store.get("list_epoch", "0"):
        raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    return int(number)


def _page_floor(token: str) -> int:
    kind, _, number = token.partition("-")
    if token and (kind != "after" or not number.isdigit()):
        raise invalid("Invalid page token value.")
    return int(number or 0)


@route("GET", "/google/calendar/v3/users/me/calendarList/<calendar_id>")
def calendar_list_get(box: Box, ask: Ask, calendar_id: str) -> Response:
    """``calendarList.get``."""
    account = caller(box, ask, "calendarList.get").account
    wanted = account if calendar_id == "primary" else calendar_id
    found = [entry(row) for row in _entries(box, account, 0, 2**60) if row["id"] == wanted]
    if not found or found[0].get("deleted"):
        raise not_found()
    return answer(found[0])


@route("GET", "/google/calendar/v3/calendars/<calendar_id>")
def calendar_get(box: Box, ask: Ask, calendar_id: str) -> Response:
    """``calendars.get``."""
    account = caller(box, ask, "calendars.get").account
    row = calendar_open(box.store, account, calendar_id)
    body = {
        "kind": "calendar#calendar",
        "etag": f'"c{row["seq"]}"',
        "id": row["id"],
        "summary": row["summary"],
        "timeZone": row["time_zone"],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    return answer(body | ({"description": row["description"]} if row["description"] else {}))


@route("POST", "/google/calendar/v3/freeBusy")
def free_busy(box: Box, ask: Ask) -> Response:
    """``freebusy.query``: a calendar that cannot be read is an error inside the 200."""
    account = caller(box, ask, "freebusy.query").account
    try:
        given = ask.json_object()
        low, high = parse_instant(given["timeMin"]), parse_instant(given["timeMax"])
        zone = zone_of(given.get("timeZone") or "UTC")
        wanted = [str(item["id"]) for item in given.get("items", [])]
    except (KeyError, TypeError, ValueError) as error:
        raise GoogleError(400, "badRequest", "Bad Request") from error
    if low >= high:
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    if high - low > _MAX_FREEBUSY_SECONDS:
        raise invalid("The requested time range is too long.", "timeRangeTooLong")
    calendars = {}
    for number, calendar_id in enumerate(wanted):
        if number >= _MAX_FREEBUSY_CALENDARS:
            calendars[calendar_id] = _unreadable("tooManyCalendarsRequested")
        else:
            calendars[calendar_id] = _busy(box, account, calendar_id, low, high, given.get("timeZone"))
    edges = {"timeMin": render(low, zone), "timeMax": render(high, zone)}
    return answer({"kind": "calendar#freeBusy", **edges, "calendars": calendars})


def _unreadable(reason: str) -> dict[str, Any]:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _busy(box: Box, account: str, calendar_id: str, low: int, high: int, zone_name: str | None) -> dict[str, Any]:
    try:
        calendar = calendar_open(box.store, account, calendar_id)
    except GoogleError:
        return _unreadable("notFound")
    zone = zone_of(zone_name or "UTC")
    spans = merged(busy_spans(box, calendar, low, high))
    return {"busy": [{"start": render(s, zone), "end": render(e, zone)} for s, e in spans]}


def busy_spans(box: Box, calendar: Row, low: int, high: int) -> list[tuple[int, int]]:
    """Busy time of a calendar within the window, in epoch seconds, unmerged."""
    rows = box.store.all(
        "select kind, starts, ends, id, body from google_event"
        " where calendar = ? and starts < ? and ends > ? and busy = 1",
        (calendar["id"], high, low),
    )
    spans = [(row["starts"], row["ends"]) for row in rows if row["kind"] in {"single", "exception"}]
    for row in rows:
        if row["kind"] == "master":
            spans.extend(_series_spans(box, calendar, row, low, high))
    return [(max(s, low), min(e, high)) for s, e in spans if e > s]


def _series_spans(box: Box, calendar: Row, row: Row, low: int, high: int) -> list[tuple[int, int]]:
    changed = {
        r["id"]
        for r in box.store.all(
            "select id from google_event where calendar = ? and master = ? and kind = 'exception'",
            (calendar["id"], row["id"]),
        )
    }
    found = event_store.series(json.loads(row["body"]), calendar).between(low, high)
    return [(i.starts, i.ends) for i in found if f"{row['id']}_{i.suffix}" not in changed]


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that touch or overlap as one, in order."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result
