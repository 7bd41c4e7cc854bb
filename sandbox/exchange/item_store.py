"""Items of calendars: how they are kept, found, unrolled and numbered.

A body is a dict: ``starts`` and ``ends`` in epoch seconds, ``zone`` an IANA name, ``recurrence`` a pattern. A series
keeps its ``exceptions`` (``{original start: what differs}``) and the original starts of ``removed`` occurrences; an
occurrence is made from it and carries ``original`` and ``kind``.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.context import Box
from sandbox.exchange.accounts import not_found
from sandbox.exchange.recurrence import rule_of
from sandbox.exchange.soap import EwsError
from sandbox.recurrence import Series
from sandbox.store import Row, Store
from sandbox.times import now_text, zone_of

Body = dict[str, Any]
_OCCURRENCE = b"\x00\x03\x24\x03"


def change_key(seq: int) -> str:
    """The key that changes with every change."""
    return base64.b64encode(b"\x0f\x00\x00\x00\x16\x00\x00\x00" + seq.to_bytes(12, "big")).decode()


def occurrence_id(series_id: str, original: int) -> str:
    """The id of one occurrence."""
    return base64.b64encode(_OCCURRENCE + original.to_bytes(8, "big", signed=True) + series_id.encode()).decode()


def occurrence_parts(item_id: str) -> tuple[str, int | None]:
    """The item's own id, and which occurrence of it is meant. Raises EwsError for what is no id."""
    try:
        raw = base64.b64decode(item_id, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EwsError("ErrorInvalidIdMalformed", "Id is malformed.") from error
    if raw[:3] != _OCCURRENCE[:3]:
        raise EwsError("ErrorInvalidIdMalformed", "Id is malformed.")
    if raw[:4] == _OCCURRENCE:
        return raw[12:].decode(), int.from_bytes(raw[4:12], "big", signed=True)
    return item_id, None


def seq_next(store: Store, folder: str, count: int = 1) -> int:
    """The next number in the order of a calendar's changes (of ``count``, the last)."""
    row = store.one("update exchange_folder set seq = seq + ? where id = ? returning seq", (count, folder))
    assert row is not None
    return int(row[0])


def put(box: Box, folder: str, body: Body) -> Body:
    """Write an item under a new change number."""
    with box.store.transaction():
        seq = seq_next(box.store, folder)
        old = box.store.one("select made from exchange_item where id = ?", (body["id"],))
        body = {**body, "folder": folder, "seq": seq, "updated": now_text()}
        box.store.run(
            "insert or replace into exchange_item values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row_of(body, seq if old is None else old["made"]),
        )
        return body


def row_of(body: Body, made: int) -> tuple[Any, ...]:
    """The row of a complete body; ``made`` is the change number it was created under."""
    starts, ends = bounds(body)
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return body["id"], body["folder"], body["seq"], made, 0, starts, ends, body["uid"], text


def bounds(body: Body) -> tuple[int, int]:
    """When it begins and is over, every occurrence and exception counted."""
    if not body.get("recurrence"):
        return body["starts"], body["ends"]
    moved = body.get("exceptions", {}).values()
    starts = min([body["starts"], *(one["starts"] for one in moved)])
    return starts, max([series(body).last_end(), *(one["ends"] for one in moved)])


def gone(box: Box, body: Body) -> None:
    """Take an item away; lists of changes tell it."""
    with box.store.transaction():
        seq = seq_next(box.store, body["folder"])
        box.store.run("update exchange_item set deleted = 1, seq = ? where id = ?", (seq, body["id"]))


def load(store: Store, item_id: str) -> Body:
    """An item or an occurrence by its id. Raises EwsError."""
    whole, original = occurrence_parts(item_id)
    row = store.one("select body from exchange_item where id = ? and deleted = 0", (whole,))
    if row is None:
        raise not_found()
    body: Body = json.loads(row["body"])
    if original is None:
        return body
    found = occurrence_at(body, original)
    if found is None:
        raise not_found()
    return found


def by_uid(store: Store, folder: str, uid: str) -> Body | None:
    """The item with a UID on a calendar."""
    row = store.one("select body from exchange_item where folder = ? and uid = ? and deleted = 0", (folder, uid))
    return None if row is None else json.loads(row["body"])


def series(body: Body) -> Series:
    """The rules of a series. Raises ValueError."""
    zone = zone_of(body["zone"])
    first = datetime.fromtimestamp(body["starts"], zone).replace(tzinfo=None)
    last = datetime.fromtimestamp(body["ends"], zone).replace(tzinfo=None)
    days = last.toordinal() - first.toordinal() if body["all_day"] else 0
    length = body["ends"] - body["starts"]
    return Series(first, zone, body["all_day"], length, days, (rule_of(body["recurrence"]),))


def occurrence(body: Body, original: int, ends: int) -> Body:
    """One occurrence, with what differs in it."""
    changes = body.get("exceptions", {}).get(str(original))
    kept = {key: value for key, value in body.items() if key not in {"recurrence", "exceptions", "removed"}}
    kind = "Occurrence" if changes is None else "Exception"
    return {
        **kept,
        "starts": original,
        "ends": ends,
        **(changes or {}),
        "id": occurrence_id(body["id"], original),
        "master": body["id"],
        "original": original,
        "kind": kind,
    }


def occurrence_at(body: Body, original: int) -> Body | None:
    """The occurrence that first stood at ``original``, if it is still there."""
    found = next((o for o in originals(body, original, original + 1) if o[0] == original), None)
    return None if found is None else occurrence(body, *found)


def originals(body: Body, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Original starts and ends of the occurrences that are left and touch a span."""
    removed = set(body.get("removed", ()))
    for instance in series(body).between(low, high):
        if instance.starts not in removed:
            yield instance.starts, instance.ends


def occurrences(body: Body, low: int, high: int) -> list[Body]:
    """The occurrences that touch a span, exceptions where they were moved to."""
    moved = body.get("exceptions", {})
    plain = [occurrence(body, *one) for one in originals(body, low, high) if str(one[0]) not in moved]
    ends = body["ends"] - body["starts"]
    changed = [occurrence(body, int(start), int(start) + ends) for start in moved]
    found = plain + [one for one in changed if touches(one, low, high)]
    return sorted(found, key=lambda one: int(one["starts"]))


def touches(body: Body, low: int, high: int) -> bool:
    """Whether it is, in part at least, in a span."""
    return bool(body["starts"] < high and (body["ends"] > low or body["starts"] == body["ends"] == low))


def view(store: Store, folder: str, low: int, high: int) -> list[Body]:
    """Everything on a calendar that touches a span, series unrolled, in order."""
    rows: list[Row] = store.all(
        "select body from exchange_item where folder = ? and deleted = 0 and starts < ? and ends >= ?",
        (folder, high, low),
    )
    found: list[Body] = []
    for row in rows:
        body = json.loads(row["body"])
        found += occurrences(body, low, high) if body.get("recurrence") else [body] * touches(body, low, high)
    return sorted(found, key=lambda one: (one["starts"], one["id"]))
