"""Calendars to look at: a week or a month of a mailbox, and one item."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.calendar_page import Entry, calendar_page, guest, when
from sandbox.context import Ask, Box, route
from sandbox.exchange import item_store
from sandbox.exchange.accounts import READS, account_get, rank
from sandbox.exchange.fields import plain_text
from sandbox.exchange.item_store import Body
from sandbox.exchange.recurrence import rule_of
from sandbox.exchange.soap import EwsError
from sandbox.exchange.state import item_told
from sandbox.html import each, page
from sandbox.store import Row
from sandbox.times import zone_of


@route("GET", "/exchange/view/<email>")
def mailbox_view(box: Box, ask: Ask, email: str) -> Response:
    """The calendars that a mailbox's owner may read, in its zone."""
    account = account_get(box.store, email)
    if account is None:
        raise NotFound
    zone = zone_of(account["time_zone"])
    return calendar_page(
        ask,
        name=account["name"],
        account=account["email"],
        zone_name=zone.key,
        entries=lambda low, high: _entries(box, account["email"], low, high, zone),
    )


def _entries(box: Box, email: str, low: int, high: int, zone: ZoneInfo) -> list[Entry]:
    rows = box.store.all("select * from exchange_folder where deleted = 0 order by rowid")
    folders = [row for row in rows if rank(box.store, row, email) >= READS]
    return [
        _entry(body, zone, own=_is_own(row, email))
        for row in folders
        for body in item_store.view(box.store, row["id"], low, high)
    ]


def _is_own(row: Row, email: str) -> bool:
    return bool(row["owner"] == email and row["is_default"])


def _entry(body: Body, zone: ZoneInfo, *, own: bool) -> Entry:
    starts, ends = (datetime.fromtimestamp(body[name], zone) for name in ("starts", "ends"))
    return Entry(
        summary=body["subject"] or "(No subject)",
        url=f"/exchange/event?{urlencode({'id': body['id']})}",
        starts=starts,
        ends=ends,
        own=own,
        dates=_dates(body),
    )


def _dates(body: Body) -> tuple[date, date] | None:
    if not body["all_day"]:
        return None
    first, end = (datetime.fromtimestamp(body[name], zone_of(body["zone"])).date() for name in ("starts", "ends"))
    return first, end - timedelta(days=1)


@route("GET", "/exchange/event")
def item_view(box: Box, ask: Ask) -> Response:
    """Everything about the item or occurrence named by ``?id=``."""
    try:
        body = item_store.load(box.store, ask.args.get("id", ""))
    except EwsError as error:
        raise NotFound from error
    calendar = box.store.one("select * from exchange_folder where id = ?", (body["folder"],))
    account = account_get(box.store, body["owner"])
    if calendar is None or account is None:
        raise NotFound
    entry = _entry(body, zone_of(account["time_zone"]), own=True)
    guests = body["required"] + body["optional"] + body["resources"]
    return page(
        "event.html",
        entry.summary,
        summary=entry.summary,
        status="cancelled" if body["is_cancelled"] else body["free_busy"],
        when=when(entry.starts, entry.ends, account["time_zone"], entry.dates),
        calendar=f"{account['name']}: {calendar['name']}",
        view=f"/exchange/view/{account['email']}?date={entry.starts:%Y-%m-%d}",
        location=body["location"] or "–",
        meet="–",
        organizer=body["organizer"]["email"],
        guests=each(guests, lambda one: guest(one["email"], one["response"])) or Markup("<li>No guests</li>"),
        description=plain_text(body) or "–",
        recurrence=rule_of(body["recurrence"]) if body.get("recurrence") else "–",
        json=json.dumps(item_told(body), indent=2, ensure_ascii=False),
    )
