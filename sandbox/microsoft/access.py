"""Who calls Graph, and which calendars they may use."""

from __future__ import annotations

import json
import re
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box
from sandbox.microsoft.errors import GraphError, denied, not_found
from sandbox.microsoft.grants import Bearer, bearer_check
from sandbox.store import Row, Store

GRAPH = "/microsoft/graph/v1.0"
RANKS = {"freeBusyRead": 1, "read": 2, "write": 3, "owner": 4}


def caller(box: Box, ask: Ask, allowed: tuple[str, ...]) -> Bearer:
    """Who calls, with one of the permissions ``allowed``. Raises 401 or 403."""
    bearer = bearer_check(box.store, ask.headers.get("Authorization", ""))
    bearer.require(allowed)
    return bearer


def account_of(store: Store, email: str) -> Row:
    """The account of a bearer."""
    row = store.one("select * from microsoft_account where email = ?", (email,))
    assert row is not None
    return row


def base(ask: Ask) -> str:
    """Graph's address as the caller knows it."""
    return ask.host_url.rstrip("/") + GRAPH


def answer(ask: Ask, kind: str, value: dict[str, Any], status: int = 200) -> Response:
    """JSON with its ``@odata.context``; ``kind`` is what the context names."""
    body = {"@odata.context": f"{base(ask)}/$metadata#{kind}", **value}
    return Response(json.dumps(body), status, content_type="application/json; odata.metadata=minimal")


def preference(ask: Ask, name: str) -> str:
    """A value of the ``Prefer`` headers, as ``outlook.timezone``; "" when it is not there."""
    found = re.search(rf'{re.escape(name)}\s*=\s*(?:"([^"]*)"|([^\s,;]+))', ", ".join(ask.headers.getlist("Prefer")))
    return "" if found is None else found[1] or found[2] or ""


def calendar_open(store: Store, account: str, calendar: str = "", need: str = "freeBusyRead") -> Row:
    """The calendar (the default one for "") with the caller's ``role``. Raises 404 or 403."""
    row = store.one(
        "select c.*, s.role, s.account from microsoft_calendar c join microsoft_share s on s.calendar = c.alias"
        " where s.account = ? and c.deleted = 0 and (c.id = ? or (? = '' and c.is_default and c.owner = s.account))",
        (account, calendar, calendar),
    )
    if row is None:
        if calendar and not re.fullmatch(r"[A-Za-z0-9_\-=]{20,}", calendar):
            raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
        raise not_found()
    if RANKS[row["role"]] < RANKS[need]:
        raise denied()
    return row


def seq_next(store: Store, alias: str, count: int = 1) -> int:
    """The next number in the order of a calendar's changes (of ``count``, the last), in the caller's transaction."""
    row = store.one("update microsoft_calendar set seq = seq + ? where alias = ? returning seq", (count, alias))
    assert row is not None
    return int(row[0])
