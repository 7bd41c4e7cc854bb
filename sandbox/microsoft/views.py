"""Calendars to look at: a week or a month of an account, and one event."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.calendar_page import Entry, calendar_page, guest, when
from sandbox.context import Ask, Box, route
from sandbox.html import each, page
from sandbox.microsoft import event_store, listing
from sandbox.microsoft.access import account_of
from sandbox.microsoft.event_body import Body, plain_text, span_of
from sandbox.microsoft.recurrence import rule
from sandbox.store import Row
from sandbox.times import zone_of


def _entries(box: Box, account: str, low: int, high: int, zone: ZoneInfo) -> list[Entry]:
    calendars = box.store.all(
        "select c.*, s.role, s.account from microsoft_calendar c join microsoft_share s on s.calendar = c.alias"
        " where s.account = ? and c.deleted = 0",
        (account,),
    )
    return [
        _entry(box, body, calendar, zone) for calendar in calendars for body in listing.view(box, calendar, low, high)
    ]


def _entry(box: Box, body: Body, calendar: Row, zone: ZoneInfo) -> Entry:
    span = span_of(body, event_store.home_zone(box, calendar))
    starts, ends = (datetime.fromtimestamp(seconds, zone) for seconds in (span.starts, span.ends))
    return Entry(
        summary=body["subject"] or "(No subject)",
        url=f"/microsoft/event/{calendar['alias']}/{body['id']}",
        starts=starts,
        ends=ends,
        own=bool(calendar["is_default"]),
        dates=_dates(body),
    )


def _dates(body: Body) -> tuple[date, date] | None:
    if not body["isAllDay"]:
        return None
    first, end = (date.fromisoformat(body[name]["dateTime"][:10]) for name in ("start", "end"))
    return first, end - timedelta(days=1)


@route("GET", "/microsoft/view/<account>")
def view(box: Box, ask: Ask, account: str) -> Response:
    """The calendars of an account, in its zone."""
    row = box.store.one("select * from microsoft_account where email = ?", (account,))
    if row is None:
        raise NotFound
    zone = zone_of(row["time_zone"])
    return calendar_page(
        ask,
        name=f"{row['given_name']} {row['family_name']}",
        account=account,
        zone_name=zone.key,
        entries=lambda low, high: _entries(box, account, low, high, zone),
    )


@route("GET", "/microsoft/event/<alias>/<event_id>")
def event_view(box: Box, ask: Ask, alias: str, event_id: str) -> Response:
    """Everything about one event."""
    calendar = box.store.one(
        "select *, 'owner' as role, owner as account from microsoft_calendar where alias = ?", (alias,)
    )
    body = None if calendar is None else event_store.load(box, calendar, event_id)
    if calendar is None or body is None:
        raise NotFound
    zone = account_of(box.store, calendar["owner"])["time_zone"]
    entry = _entry(box, body, calendar, zone_of(zone))
    link = box.outside((body["onlineMeeting"] or {}).get("joinUrl", ""))
    return page(
        "event.html",
        entry.summary,
        summary=entry.summary,
        status="cancelled" if body["isCancelled"] else body["showAs"],
        when=when(entry.starts, entry.ends, zone, entry.dates),
        calendar=calendar["name"],
        view=f"/microsoft/view/{calendar['owner']}?date={entry.starts:%Y-%m-%d}",
        location=body["location"]["displayName"] or "–",
        meet=Markup('<a href="{0}">{0}</a>').format(link) if link else "–",
        organizer=body["organizer"]["emailAddress"]["address"],
        guests=each(body["attendees"], _guest) or Markup("<li>No guests</li>"),
        description=plain_text(body["body"]["content"]) or "–",
        recurrence=rule(body["recurrence"]) if body["recurrence"] else "–",
        json=box.outside(json.dumps(body, indent=2, ensure_ascii=False)),
    )


def _guest(given: Body) -> Markup:
    response = given["status"]["response"]
    return guest(given["emailAddress"]["address"], "no answer" if response == "none" else response)


@route("GET", "/microsoft/meet/<code>")
def meet(box: Box, ask: Ask, code: str) -> Response:
    """Where the link of an online meeting leads."""
    return page("meet.html", "Meeting", code=code, now=f"{datetime.now(UTC):%H:%M} UTC")
