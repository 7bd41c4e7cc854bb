"""Calendars to look at: a week or a month of an account, and one event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.google import event_store
from sandbox.google.event_body import Body
from sandbox.google.listing import Query, page_read
from sandbox.html import each, page
from sandbox.store import Row
from sandbox.times import midnight, zone_of

_SHOWN = 2000


@dataclass(frozen=True)
class _Entry:
    body: Body
    calendar: Row
    starts: datetime
    ends: datetime
    all_day: bool

    @property
    def days(self) -> tuple[date, date]:
        """First and last day; those of an all-day event are dates of no zone."""
        if self.all_day:
            first, end = (date.fromisoformat(self.body[edge]["date"]) for edge in ("start", "end"))
            return first, max(first, end - timedelta(days=1))
        last = self.ends - timedelta(seconds=1) if self.ends > self.starts else self.ends
        return self.starts.date(), last.date()


def _entries(box: Box, account: str, first: date, days: int, zone: ZoneInfo) -> list[_Entry]:
    low, high = midnight(first - timedelta(days=1), zone), midnight(first + timedelta(days=days + 1), zone)
    calendars = box.store.all(
        "select c.*, a.role from google_calendar c join google_acl a on a.calendar = c.id"
        " where a.account = ? and a.deleted = 0 and c.deleted = 0 order by c.is_primary desc, c.summary",
        (account,),
    )
    found = []
    for calendar in calendars:
        query = Query(epoch=0, ceiling=2**60, single=True, low=low, high=high)
        for text in page_read(box, calendar, query, _SHOWN)[0]:
            body = json.loads(text)
            span = event_store.span_of(body, calendar)
            edges = [datetime.fromtimestamp(seconds, zone) for seconds in (span.starts, span.ends)]
            found.append(_Entry(body, calendar, edges[0], edges[1], span.all_day))
    return sorted(found, key=lambda entry: (not entry.all_day, entry.starts))


@route("GET", "/google/view/<account>")
def view(box: Box, ask: Ask, account: str) -> Response:
    """``?mode=week|month&date=2026-01-31``; weeks begin on Monday; times in the account's zone."""
    row = box.store.one("select * from google_account where email = ?", (account,))
    if row is None:
        raise NotFound
    zone = zone_of(row["time_zone"])
    mode = "month" if ask.args.get("mode") == "month" else "week"
    day = date.fromisoformat(ask.args["date"]) if ask.args.get("date") else datetime.now(zone).date()
    first, days, before, after = _range(mode, day)
    entries = _entries(box, account, first, days, zone)
    columns = [first + timedelta(days=number) for number in range(days)]
    return page(
        "calendar.html",
        f"Calendar of {row['given_name']}",
        wide=True,
        name=f"{row['given_name']} {row['family_name']}",
        account=account,
        zone=zone.key,
        mode=mode,
        title=f"{day:%B %Y}" if mode == "month" else f"{first:%-d %b} – {columns[-1]:%-d %b %Y}",
        before=before,
        after=after,
        today=datetime.now(zone).date(),
        date=day,
        days=each(columns, lambda column: _day(column, day, mode, entries, datetime.now(zone).date())),
    )


def _range(mode: str, day: date) -> tuple[date, int, date, date]:
    """First day, number of days, and the dates that the arrows lead to."""
    if mode == "week":
        first = day - timedelta(days=day.weekday())
        return first, 7, day - timedelta(days=7), day + timedelta(days=7)
    start = day.replace(day=1)
    following = (start + timedelta(days=32)).replace(day=1)
    first = start - timedelta(days=start.weekday())
    return first, -(-(following - first).days // 7) * 7, start - timedelta(days=1), following


def _day(column: date, day: date, mode: str, entries: list[_Entry], today: date) -> Markup:
    mine = [entry for entry in entries if entry.days[0] <= column <= entry.days[1]]
    marks = ["day"]
    if column == today:
        marks.append("today")
    if mode == "month" and column.month != day.month:
        marks.append("other")
    return Markup('<section class="{}"><h3><span>{}</span> {}</h3>{}</section>').format(
        " ".join(marks), f"{column:%a}", column.day, each(mine, _chip)
    )


def _chip(entry: _Entry) -> Markup:
    time = "All day" if entry.all_day else f"{entry.starts:%H:%M}–{entry.ends:%H:%M}"
    return Markup(
        '<a class="chip {kind}" href="/google/event/{calendar}/{id}"><b>{summary}</b><small>{time}</small></a>'
    ).format(
        kind="own" if entry.calendar["is_primary"] else "shared",
        calendar=entry.calendar["id"],
        id=entry.body["id"],
        summary=entry.body.get("summary") or ("Busy" if entry.calendar["role"] == "freeBusyReader" else "(No title)"),
        time=time,
    )


@route("GET", "/google/event/<calendar_id>/<event_id>")
def event_view(box: Box, ask: Ask, calendar_id: str, event_id: str) -> Response:
    """Everything about one event."""
    calendar = box.store.one("select *, 'owner' as role from google_calendar where id = ?", (calendar_id,))
    body = None if calendar is None else event_store.load(box, calendar, event_id)
    if calendar is None or body is None:
        raise NotFound
    span = event_store.span_of(body, calendar)
    start, end = (
        datetime.fromtimestamp(seconds, zone_of(calendar["time_zone"])) for seconds in (span.starts, span.ends)
    )
    link = box.outside(body.get("hangoutLink", ""))
    return page(
        "event.html",
        body.get("summary") or "(No title)",
        summary=body.get("summary") or "(No title)",
        status=body["status"],
        when=_when(body, start, end, calendar["time_zone"]),
        calendar=calendar["summary"],
        owner=calendar["owner"],
        date=f"{start:%Y-%m-%d}",
        location=body.get("location", "–"),
        meet=Markup('<a href="{0}">{0}</a>').format(link) if link else "–",
        organizer=body["organizer"]["email"],
        guests=each(body.get("attendees", []), _guest) or Markup("<li>No guests</li>"),
        description=body.get("description", "–"),
        recurrence=", ".join(body.get("recurrence", [])) or "–",
        json=box.outside(json.dumps(body, indent=2, ensure_ascii=False)),
    )


def _when(body: Body, start: datetime, end: datetime, zone: str) -> str:
    if "date" in body["start"]:
        last = date.fromisoformat(body["end"]["date"]) - timedelta(days=1)
        until = f" – {last:%A, %-d %B %Y}" if last > start.date() else ""
        return f"{start:%A, %-d %B %Y}{until}, all day"
    return f"{start:%A, %-d %B %Y}, {start:%H:%M} – {end:%H:%M} ({zone})"


def _guest(guest: Body) -> Markup:
    organizer = " · organizer" if guest.get("organizer") else ""
    return Markup('<li>{} <small class="badge">{}{}</small></li>').format(
        guest["email"], guest["responseStatus"], organizer
    )


@route("GET", "/google/meet/<code>")
def meet(box: Box, ask: Ask, code: str) -> Response:
    """Where a conference link leads."""
    return page("meet.html", "Meeting", code=code, now=f"{datetime.now(UTC):%H:%M} UTC")
