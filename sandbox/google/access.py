"""Which calendars an account may use, and how far."""

from __future__ import annotations

from sandbox.context import Ask, Box
from sandbox.google.errors import GoogleError, not_found
from sandbox.google.grants import Bearer, bearer_check
from sandbox.google.scopes import ACCEPTED
from sandbox.store import Row, Store

RANKS = {"none": 0, "freeBusyReader": 1, "reader": 2, "writer": 3, "owner": 4}


def caller(box: Box, ask: Ask, method: str) -> Bearer:
    """Who calls, with the scopes that ``method`` (as ``events.list``) asks for. Raises 401 or 403."""
    bearer = bearer_check(box.store, ask.headers.get("Authorization", ""))
    bearer.require(ACCEPTED[method])
    return bearer


def calendar_open(store: Store, account: str, calendar: str, need: str = "freeBusyReader") -> Row:
    """The calendar with the caller's ``role``. Raises 404 where it has none, 403 where it is too little."""
    row = store.one(
        "select c.*, a.role from google_calendar c join google_acl a on a.calendar = c.id"
        " where c.id = ? and a.account = ? and c.deleted = 0 and a.deleted = 0",
        (account if calendar == "primary" else calendar, account),
    )
    if row is None:
        raise not_found()
    if RANKS[row["role"]] < RANKS[need]:
        raise GoogleError(403, "requiredAccessLevel", f"You need to have {need} access to this calendar.")
    return row


def seq_next(store: Store, calendar: str, count: int = 1) -> int:
    """The next number in the order of a calendar's changes (of ``count``, the last), in the caller's transaction."""
    row = store.one("update google_calendar set seq = seq + ? where id = ? returning seq", (count, calendar))
    assert row is not None
    return int(row[0])
