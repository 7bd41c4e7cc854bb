"""What control's state tells of Microsoft."""

from __future__ import annotations

import json
from typing import Any

from sandbox.context import Box
from sandbox.store import newest


def microsoft_state(box: Box, limit: int, calendar: str = "") -> dict[str, Any]:
    """All of Microsoft. Events carry ``calendar`` (its alias) and ``deleted``; of events, pushes and invitations the
    newest ``limit``; ``calendar`` is an alias or an id."""
    store = box.store
    events = store.all(
        "select * from (select e.calendar, e.deleted, e.updated, e.seq, e.body from microsoft_event e"
        " join microsoft_calendar c on c.alias = e.calendar"
        " where e.kind <> 'gone' and ? in ('', c.alias, c.id) order by e.updated desc, e.seq desc limit ?)"
        " order by updated, seq",
        (calendar, limit),
    )
    return {
        "accounts": [dict(row) for row in store.all("select * from microsoft_account order by rowid")],
        "calendars": [
            _calendar(box, dict(row)) for row in store.all("select * from microsoft_calendar order by rowid")
        ],
        "events": [_event(box, row["body"], row["calendar"], row["deleted"]) for row in events],
        "events_total": store.count("select count(*) from microsoft_event where kind <> 'gone'"),
        "grants": [_grant(dict(row)) for row in store.all("select * from microsoft_grant order by id")],
        "subscriptions": [dict(row) for row in store.all("select * from microsoft_subscription order by rowid")],
        "pushes": [_push(dict(row)) for row in store.all(newest("microsoft_push"), (limit,))],
        "invitations": [_invitation(dict(row)) for row in store.all(newest("microsoft_invitation"), (limit,))],
    }


def _event(box: Box, body: str, calendar: str, deleted: int) -> dict[str, Any]:
    return {**json.loads(box.outside(body)), "calendar": calendar, "deleted": bool(deleted)}


def _calendar(box: Box, row: dict[str, Any]) -> dict[str, Any]:
    shares = box.store.all("select account, role from microsoft_share where calendar = ?", (row["alias"],))
    live = "select count(*) from microsoft_event where calendar = ? and deleted = 0 and kind <> 'gone'"
    roles = {share["account"]: share["role"] for share in shares}
    return {**row, "shares": roles, "events": box.store.count(live, (row["alias"],))}


def _grant(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "scope": row["scope"].split()}


def _push(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "body": json.loads(row["body"])}


def _invitation(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "recipients": json.loads(row["recipients"])}
