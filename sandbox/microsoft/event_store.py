"""Event rows: how a copy on one calendar is kept, found and changed."""

from __future__ import annotations

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.context import Box
from sandbox.events import Span
from sandbox.microsoft.access import account_of, seq_next
from sandbox.microsoft.event_body import Body, edges_of, occurrence_uid, span_of
from sandbox.microsoft.recurrence import series_of
from sandbox.recurrence import Instance, Series
from sandbox.store import Row
from sandbox.times import FOREVER, now_seconds, now_text, zone_of

HORIZON_SECONDS = 2 * 366 * 86400
"""How far ahead occurrences that went away are told of."""
_OCCURRENCE = re.compile(r"(.+)Q(\d{8})AAA=")
INSERT = "insert or replace into microsoft_event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def home_zone(box: Box, calendar: Row) -> ZoneInfo:
    """The zone of the calendar's owner, in which days begin."""
    return zone_of(account_of(box.store, calendar["owner"])["time_zone"])


def occurrence_id(master_id: str, day: str) -> str:
    """The id of the occurrence of a series that the rules put on ``day`` (yyyymmdd)."""
    return f"{master_id.removesuffix('AAA=')}Q{day}AAA="


def occurrence_parts(event_id: str) -> tuple[str, str] | None:
    """The series' id and the day of an occurrence's id."""
    found = _OCCURRENCE.fullmatch(event_id)
    return None if found is None else (f"{found[1]}AAA=", found[2])


def kind_of(body: Body) -> str:
    """single, master or exception."""
    return "exception" if body.get("seriesMasterId") else "master" if body.get("recurrence") else "single"


def bounds(box: Box, calendar: Row, body: Body) -> tuple[int, int]:
    """From the first second to the last, of a whole series too."""
    home = home_zone(box, calendar)
    span = span_of(body, home)
    if not body.get("recurrence"):
        return span.starts, span.ends
    return span.starts, series(body, home).last_end()


def row_of(calendar: Row, body: Body, seq: int, edges: tuple[int, int], *, deleted: bool = False) -> tuple[object, ...]:
    """The row of a complete body."""
    return (
        calendar["alias"],
        body["id"],
        seq,
        kind_of(body),
        int(deleted),
        *edges,
        body["showAs"],
        body.get("seriesMasterId") or "",
        body["iCalUId"],
        body.get("transactionId") or "",
        body["lastModifiedDateTime"],
        json.dumps(body, separators=(",", ":"), ensure_ascii=False),
    )


def stamped(body: Body, seq: int) -> Body:
    """The body with the marks of a change."""
    key = f"DwAAABYAAAB{int(now_seconds() * 1000):x}{seq:06d}"
    return {**body, "@odata.etag": f'W/"{key}"', "changeKey": key, "lastModifiedDateTime": now_text()}


def put(box: Box, calendar: Row, body: Body, change: str) -> Body:
    """Write a copy under a new change number; ``change`` is created, updated or deleted."""
    if body.get("seriesMasterId"):
        body = {**body, "type": "exception"}
    with box.store.transaction() as db:
        seq = seq_next(box.store, calendar["alias"])
        body = stamped(body, seq)
        edges = bounds(box, calendar, body)
        db.execute(INSERT, row_of(calendar, body, seq, edges, deleted=change == "deleted"))
    box.notifier.changed(calendar["alias"], body["id"], change)
    return body


def load(box: Box, calendar: Row, event_id: str) -> Body | None:
    """A live copy as kept, or an occurrence that a series makes; None where there is neither."""
    row = box.store.one(
        "select body, deleted from microsoft_event where calendar = ? and id = ? and kind <> 'gone'",
        (calendar["alias"], event_id),
    )
    if row is not None:
        body: Body | None = None if row["deleted"] else json.loads(row["body"])
        return body
    parts = occurrence_parts(event_id)
    master = None if parts is None else load(box, calendar, parts[0])
    if parts is None or master is None or not master.get("recurrence"):
        return None
    home = home_zone(box, calendar)
    instance = at(series(master, home), parts[1])
    return None if instance is None else occurrence(master, instance, home)


def series(master: Body, home: ZoneInfo) -> Series:
    """The recurrence of a kept master."""
    span: Span = span_of(master, home)
    return series_of(master["recurrence"], span.starts, span.ends, span.zone, all_day=span.all_day)


def day_of(instance: Instance) -> str:
    """The day of an occurrence, as in its id."""
    return f"{instance.local:%Y%m%d}"


def wall_day(span: Span) -> str:
    """The day on which an event begins, as ``2026-01-31``."""
    return f"{datetime.fromtimestamp(span.starts, span.zone):%Y-%m-%d}"


def at(found: Series, day: str) -> Instance | None:
    """The occurrence on ``day``, if the rules make one."""
    try:
        noon = int(datetime.strptime(f"{day}12", "%Y%m%d%H").replace(tzinfo=found.zone).timestamp())
    except ValueError:
        return None
    return next((i for i in found.between(noon - 50000, noon + 50000) if day_of(i) == day), None)


def occurrence(master: Body, instance: Instance, home: ZoneInfo) -> Body:
    """An occurrence as an event of its own."""
    zone = span_of(master, home).zone
    day = day_of(instance)
    event_id = occurrence_id(master["id"], day)
    return {
        **master,
        **edges_of(instance.starts, instance.ends, zone, all_day=master["isAllDay"]),
        "id": event_id,
        "iCalUId": occurrence_uid(master["iCalUId"], day),
        "type": "occurrence",
        "seriesMasterId": master["id"],
        "recurrence": None,
        "transactionId": None,
        "webLink": master["webLink"].replace(master["id"], event_id),
    }


def overridden(box: Box, calendar: Row, master_id: str) -> set[str]:
    """The ids of occurrences that were changed or deleted."""
    rows = box.store.all(
        "select id from microsoft_event where calendar = ? and master = ? and kind = 'exception'",
        (calendar["alias"], master_id),
    )
    return {row["id"] for row in rows}


def occurrences(box: Box, calendar: Row, master: Body, low: int, high: int) -> list[Body]:
    """The occurrences within the window that are as the series makes them."""
    home = home_zone(box, calendar)
    changed = overridden(box, calendar, master["id"])
    found = [occurrence(master, instance, home) for instance in series(master, home).between(low, high)]
    return [body for body in found if body["id"] not in changed]


def series_changed(box: Box, calendar: Row, before: Body, after: Body | None) -> None:
    """Keep note of the occurrences that a change of a series took away; changed ones go with them."""
    home, until = home_zone(box, calendar), int(now_seconds()) + HORIZON_SECONDS
    old = {day_of(i): i for i in series(before, home).between(0, until)}
    new = {day_of(i) for i in series(after, home).between(0, until)} if after and after.get("recurrence") else set()
    with box.store.transaction() as db:
        if set(old) == new:
            return
        db.execute(
            "delete from microsoft_event where calendar = ? and master = ? and kind in ('exception', 'gone')",
            (calendar["alias"], before["id"]),
        )
        for day in old.keys() - new:
            _gone(box, calendar, occurrence(before, old[day], home), old[day])


def master_touch(box: Box, calendar: Row, master_id: str) -> None:
    """A series changed by one of its occurrences: delta tells it anew."""
    row = box.store.one(
        "select body from microsoft_event where calendar = ? and id = ? and deleted = 0",
        (calendar["alias"], master_id),
    )
    if row is not None:
        put(box, calendar, json.loads(row["body"]), "updated")


def _gone(box: Box, calendar: Row, body: Body, instance: Instance) -> None:
    seq = seq_next(box.store, calendar["alias"])
    row = list(row_of(calendar, body, seq, (instance.starts, min(instance.ends, FOREVER)), deleted=True))
    row[3], row[-1] = "gone", "{}"
    box.store.run(INSERT, row)
