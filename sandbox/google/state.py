"""What control's state tells of Google."""

from __future__ import annotations

import json
from typing import Any

from sandbox.context import Box
from sandbox.store import newest


def google_state(box: Box, limit: int, calendar: str = "") -> dict[str, Any]:
    """All of Google. Events carry ``calendarId``; of events, pushes and invitations the newest ``limit``."""
    store = box.store
    events = store.all(
        "select * from (select calendar, updated, seq, body from google_event"
        " where kind <> 'gone' and ? in ('', calendar) order by updated desc, seq desc limit ?) order by updated, seq",
        (calendar, limit),
    )
    return {
        "accounts": [dict(row) for row in store.all("select * from google_account order by gid")],
        "calendars": [_calendar(box, dict(row)) for row in store.all("select * from google_calendar order by id")],
        "events": [{**json.loads(box.outside(row["body"])), "calendarId": row["calendar"]} for row in events],
        "events_total": store.count("select count(*) from google_event where kind <> 'gone'"),
        "grants": [_grant(dict(row)) for row in store.all("select * from google_grant order by id")],
        "channels": [dict(row) for row in store.all("select * from google_channel order by rowid")],
        "pushes": [dict(row) for row in store.all(newest("google_push"), (limit,))],
        "invitations": [_invitation(dict(row)) for row in store.all(newest("google_invitation"), (limit,))],
    }


def _calendar(box: Box, row: dict[str, Any]) -> dict[str, Any]:
    acl = box.store.all("select account, role from google_acl where calendar = ? and deleted = 0", (row["id"],))
    live = "select count(*) from google_event where calendar = ? and status <> 'cancelled'"
    shares = {share["account"]: share["role"] for share in acl}
    return {**row, "acl": shares, "events": box.store.count(live, (row["id"],))}


def _grant(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "scope": row["scope"].split(), "revoked": bool(row["revoked"]), "offline": bool(row["offline"])}


def _invitation(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "recipients": json.loads(row["recipients"])}
