"""Event rows: how a copy on one calendar is kept, found and changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.context import BASE_MARK, Box
from sandbox.events import Span
from sandbox.google.access import seq_next
from sandbox.google.event_body import Body, series_of, times
from sandbox.recurrence import Instance, Series
from sandbox.store import Row
from sandbox.times import FOREVER, now_text, render, zone_of

INSTANCE_HORIZON_SECONDS = 2 * 366 * 86400
"""How far ahead a series without end is unrolled where the caller names no end."""


def etag_of(updated: str, seq: int) -> str:
    """An entity tag that changes with every change."""
    return f'"{int(datetime.fromisoformat(updated).timestamp() * 1000)}{seq:06d}"'


def is_busy(body: Body) -> bool:
    """Whether this copy takes its calendar's time: not cancelled, not transparent, not declined by its owner."""
    mine: Body = next((guest for guest in body.get("attendees", ()) if guest.get("self")), {})
    return (
        body.get("status") != "cancelled"
        and body.get("transparency") != "transparent"
        and mine.get("responseStatus") != "declined"
    )


def row_of(calendar: Row | dict[str, Any], body: Body, seq: int) -> tuple[Any, ...]:
    """The row of a complete body. ``kind`` is single, master or exception."""
    master = body.get("recurringEventId", "")
    kind = "exception" if master else "master" if body.get("recurrence") else "single"
    starts, ends = _bounds(body, calendar)
    return (
        calendar["id"],
        body["id"],
        seq,
        kind,
        body["status"],
        starts,
        ends,
        int(is_busy(body)),
        master,
        body["iCalUID"],
        body["updated"],
        json.dumps(body, separators=(",", ":"), ensure_ascii=False),
    )


def _bounds(body: Body, calendar: Row | dict[str, Any]) -> tuple[int, int]:
    span = span_of(body, calendar)
    if body.get("recurrence"):
        return span.starts, series_of(span, body["recurrence"]).last_end()
    return span.starts, span.ends


def span_of(body: Body, calendar: Row | dict[str, Any]) -> Span:
    """When a stored event is."""
    return times({**body, "recurrence": None}, zone_of(calendar["time_zone"]))[2]


def series(body: Body, calendar: Row | dict[str, Any]) -> Series:
    """The recurrence of a stored master."""
    return series_of(span_of(body, calendar), body["recurrence"])


def put(box: Box, calendar: Row, body: Body) -> Body:
    """Write a copy under a new change number; answers it with its new ``etag`` and ``updated``."""
    with box.store.transaction() as db:
        seq = seq_next(box.store, calendar["id"])
        updated = now_text()
        body = {**body, "updated": updated, "etag": etag_of(updated, seq)}
        db.execute(
            "insert or replace into google_event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row_of(calendar, body, seq),
        )
    box.pusher.changed(calendar["id"])
    return body


def load(box: Box, calendar: Row, event_id: str) -> Body | None:
    """A copy as stored, or an instance made by a series; None where there is neither."""
    row = box.store.one(
        "select body from google_event where calendar = ? and id = ? and kind <> 'gone'", (calendar["id"], event_id)
    )
    if row is not None:
        body: Body = json.loads(row["body"])
        return body
    head, _, suffix = event_id.rpartition("_")
    master = load(box, calendar, head) if head else None
    if master is None or not master.get("recurrence"):
        return None
    instance = series(master, calendar).at(suffix)
    return None if instance is None else instance_body(master, instance, calendar)


def instance_body(master: Body, instance: Instance, calendar: Row | dict[str, Any]) -> Body:
    """An occurrence as an event of its own."""
    zone = zone_of(calendar["time_zone"])
    body = {key: value for key, value in master.items() if key != "recurrence"}
    body["id"] = f"{master['id']}_{instance.suffix}"
    body["recurringEventId"] = master["id"]
    body["htmlLink"] = html_link(calendar["id"], body["id"])
    if "date" in master["start"]:
        body["start"] = {"date": f"{instance.local:%Y-%m-%d}"}
        end = datetime.fromtimestamp(instance.ends, zone)
        body["end"] = {"date": f"{end:%Y-%m-%d}"}
    else:
        for edge, seconds in (("start", instance.starts), ("end", instance.ends)):
            body[edge] = {"dateTime": render(seconds, zone), "timeZone": master[edge]["timeZone"]}
    body["originalStartTime"] = dict(body["start"])
    return body


def html_link(calendar: str, event_id: str) -> str:
    """Where a person sees the event."""
    return f"{BASE_MARK}/google/event/{calendar}/{event_id}"


def cancelled_instance(master: Body, instance: Instance, calendar: Row) -> Body:
    """What an incremental list says of an occurrence that is no more."""
    body = instance_body(master, instance, calendar)
    kept = ("kind", "id", "recurringEventId", "originalStartTime")
    return {**{name: body[name] for name in kept}, "status": "cancelled"}


def horizon() -> int:
    """The end of unrolling, where none is asked for."""
    return min(int(datetime.now(UTC).timestamp()) + INSTANCE_HORIZON_SECONDS, FOREVER)


def series_changed(box: Box, calendar: Row, before: Body, after: Body | None) -> None:
    """Keep note of occurrences that a change of a series took away, for lists of single events."""
    old = {i.suffix: i for i in series(before, calendar).between(0, horizon())} if before.get("recurrence") else {}
    new = {i.suffix for i in series(after, calendar).between(0, horizon())} if after and after.get("recurrence") else ()
    with box.store.transaction() as db:
        if set(old) == set(new):
            return
        db.execute(
            "delete from google_event where calendar = ? and master = ? and kind in ('exception', 'gone')",
            (calendar["id"], before["id"]),
        )
        for suffix, instance in old.items():
            if suffix not in new:
                _gone(box, calendar, before, instance)


def _gone(box: Box, calendar: Row, master: Body, instance: Instance) -> None:
    seq = seq_next(box.store, calendar["id"])
    body = cancelled_instance(master, instance, calendar)
    body["etag"] = etag_of(now_text(), seq)
    row = [calendar["id"], body["id"], seq, "gone", "cancelled", instance.starts, instance.ends, 0, master["id"]]
    row += [master["iCalUID"], now_text(), json.dumps(body, ensure_ascii=False)]
    box.store.run("insert or replace into google_event values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
