"""What control's state tells of Exchange."""

from __future__ import annotations

import json
from typing import Any

from sandbox.context import Box
from sandbox.exchange.accounts import calendar_of
from sandbox.exchange.auth import methods
from sandbox.exchange.endpoint import NEWEST
from sandbox.exchange.recurrence import rule_of
from sandbox.store import Row, Store
from sandbox.times import render_utc


def exchange_state(box: Box, limit: int, calendar: str = "") -> dict[str, Any]:
    """All of Exchange; of items and invitations the newest ``limit``. ``calendar`` is an id or a mailbox's address."""
    store = box.store
    folder = calendar_of(store, calendar)["id"] if "@" in calendar else calendar
    items = store.all(
        "select * from (select * from exchange_item where ? in ('', folder) order by rowid desc limit ?)"
        " order by folder, seq",
        (folder, limit),
    )
    invitations = store.all(
        "select * from (select * from exchange_invitation order by id desc limit ?) order by id", (limit,)
    )
    violations = store.all("select side, name, text from exchange_violation order by id")
    return {
        "violations": [dict(row) for row in violations],
        "version": store.get("exchange_version", NEWEST),
        "auth": methods(store),
        "accounts": [dict(row) for row in store.all("select * from exchange_account order by rowid")],
        "calendars": [_calendar(store, row) for row in store.all("select * from exchange_folder order by rowid")],
        "items": [{**item_told(json.loads(row["body"])), "deleted": bool(row["deleted"])} for row in items],
        "items_total": store.count("select count(*) from exchange_item where deleted = 0"),
        "invitations": [{**dict(row), "recipients": json.loads(row["recipients"])} for row in invitations],
    }


def _calendar(store: Store, row: Row) -> dict[str, Any]:
    acl = store.all("select account, role from exchange_acl where folder = ?", (row["id"],))
    total = store.count("select count(*) from exchange_item where folder = ? and deleted = 0", (row["id"],))
    return {**dict(row), "acl": {one["account"]: one["role"] for one in acl}, "items": total}


def item_told(body: dict[str, Any]) -> dict[str, Any]:
    """An item with times and the rule of a series as text."""
    told = {**body, "start": render_utc(body["starts"]), "end": render_utc(body["ends"])}
    if body.get("recurrence"):
        told["rrule"] = rule_of(body["recurrence"])
    told["properties"] = {_name(dict(one["uri"])): one["value"] for one in body["properties"]}
    return told


def _name(uri: dict[str, str]) -> str:
    return uri.get("PropertyName") or uri.get("PropertyTag") or uri.get("PropertyId", "")
