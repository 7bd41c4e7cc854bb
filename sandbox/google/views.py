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
from sandbox.google import event_store
from sandbox.google.event_body import Body
from sandbox.google.listing import Query, page_read
from sandbox.html import each, page
from sandbox.store import Row
from sandbox.times import zone_of

_SHOWN = 2000


def _entries(box: Box, account: str, low: int, high: int, zone: ZoneInfo) -> list[Entry]:
    calendars = box.store.all(
        "select c.*, a.role from google_calendar c join google_acl a on a.calendar = c.id"
        " where a.account = ? and a.deleted = 0 and c.deleted = 0 order by c.is_primary desc, c.summary",
        (account,),
    )
    found = []
    for calendar in calendars:
        query = Query(epoch=0, ceiling=2**60, single=True, low=low, high=high)
        texts = page_read(box, calendar, query, _SHOWN)[0]
        found += [_entry(json.loads(text), calendar, zone) for text in texts]
    return found


def _entry(body: Body, calendar: Row, zone: ZoneInfo) -> Entry:
    span = event_store.span_of(body, calendar)
    starts, ends = (datetime.fromtimestamp(seconds, zone) for seconds in (span.starts, span.ends))
    return Entry(
        summary=body.get("summary") or ("Busy" if calendar["role"] == "freeBusyReader" else "(No title)"),
        url=f"/google/event/{calendar['id']}/{body['id']}",
        starts=starts,
        ends=ends,
        own=bool(calendar["is_primary"]),
        dates=_dates(body),
    )


def _dates(body: Body) -> tuple[date, date] | None:
    if "date" not in body["start"]:
        return None
    first, end = (date.fromisoformat(body[edge]["date"]) for edge in ("start", "end"))
    return first, end - timedelta(days=1)


@route("GET", "/google/view/<account>")
def view(box: Box, ask: Ask, account: str) -> Response:
    """The calendars of an account, in its zone."""
    row = box.store.one("select * from google_account where email = ?", (account,))
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


@route("GET", "/google/event/<calendar_id>/<event_id>")
def event_view(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """Everything about one event."""
    calendar = box.store.one("select *, 'owner' as role from google_calendar where id = ?", (calendar_id,))
    body = None if calendar is None else event_store.load(box, calendar, event_id)
    if calendar is None or body is None:
        raise NotFound
    entry = _entry(body, calendar, zone_of(calendar["time_zone"]))
    link = box.outside(body.get("hangoutLink", ""))
    return page(
        "event.html",
        entry.summary,
        summary=entry.summary,
        status=body["status"],
        when=when(entry.starts, entry.ends, calendar["time_zone"], entry.dates),
        calendar=calendar["summary"],
        view=f"/google/view/{calendar['owner']}?date={entry.starts:%Y-%m-%d}",
        location=body.get("location", "–"),
        meet=Markup('<a href="{0}">{0}</a>').format(link) if link else "–",
        organizer=body["organizer"]["email"],
        guests=each(body.get("attendees", []), _guest) or Markup("<li>No guests</li>"),
        description=body.get("description", "–"),
        recurrence=", ".join(body.get("recurrence", [])) or "–",
        json=box.outside(json.dumps(body, indent=2, ensure_ascii=False)),
    )


def _guest(given: Body) -> Markup:
    return guest(given["email"], given["responseStatus"], organizer=bool(given.get("organizer")))


@route("GET", "/google/meet/<code>")
def meet(box: Box, ask: Ask, code: str) -> Response:
    """Where a conference link leads."""
    return page("meet.html", "Meeting", code=code, now=f"{datetime.now(UTC):%H:%M} UTC")
