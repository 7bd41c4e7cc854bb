"""A week or a month of somebody's calendars, whoever's they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup
from werkzeug.wrappers import Response

from sandbox.context import Ask
from sandbox.html import each, page
from sandbox.times import midnight, zone_of


@dataclass(frozen=True)
class Entry:
    """An event to show. ``dates``: the first and the last day of an all-day event, dates of no zone; None otherwise."""

    summary: str
    url: str
    starts: datetime
    ends: datetime
    own: bool = True
    dates: tuple[date, date] | None = None

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        if self.dates is not None:
            return self.dates[0], max(self.dates)
        last = self.ends - timedelta(seconds=1) if self.ends > self.starts else self.ends
        return self.starts.date(), last.date()


def calendar_page(
    ask: Ask, *, name: str, account: str, zone_name: str, entries: Callable[[int, int], list[Entry]]
) -> Response:
    """``?mode=week|month&date=2026-01-31``; weeks begin on Monday. ``entries(low, high)`` in epoch seconds."""
    zone = zone_of(zone_name)
    today = datetime.now(zone).date()
    mode = "month" if ask.args.get("mode") == "month" else "week"
    day = date.fromisoformat(ask.args["date"]) if ask.args.get("date") else today
    first, days, before, after = _range(mode, day)
    low, high = midnight(first - timedelta(days=1), zone), midnight(first + timedelta(days=days + 1), zone)
    found = sorted(entries(low, high), key=lambda entry: (entry.dates is None, entry.starts))
    columns = [first + timedelta(days=number) for number in range(days)]
    return page(
        "calendar.html",
        f"Calendar of {name.partition(' ')[0]}",
        wide=True,
        name=name,
        account=account,
        zone=zone.key,
        mode=mode,
        title=f"{day:%B %Y}" if mode == "month" else f"{first:%-d %b} – {columns[-1]:%-d %b %Y}",
        before=before,
        after=after,
        today=today,
        date=day,
        days=each(columns, lambda column: _day(column, day, mode, found, today)),
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


def _day(column: date, day: date, mode: str, entries: list[Entry], today: date) -> Markup:
    mine = [entry for entry in entries if entry.days[0] <= column <= entry.days[1]]
    marks = ["day"]
    if column == today:
        marks.append("today")
    if mode == "month" and column.month != day.month:
        marks.append("other")
    return Markup('<section class="{}"><h3><span>{}</span> {}</h3>{}</section>').format(
        " ".join(marks), f"{column:%a}", column.day, each(mine, _chip)
    )


def _chip(entry: Entry) -> Markup:
    time = "All day" if entry.dates is not None else f"{entry.starts:%H:%M}–{entry.ends:%H:%M}"
    return Markup('<a class="chip {kind}" href="{url}"><b>{summary}</b><small>{time}</small></a>').format(
        kind="own" if entry.own else "shared", url=entry.url, summary=entry.summary, time=time
    )


def when(starts: datetime, ends: datetime, zone_name: str, dates: tuple[date, date] | None) -> str:
    """The time of an event in words."""
    if dates is not None:
        until = f" – {dates[1]:%A, %-d %B %Y}" if dates[1] > dates[0] else ""
        return f"{dates[0]:%A, %-d %B %Y}{until}, all day"
    return f"{starts:%A, %-d %B %Y}, {starts:%H:%M} – {ends:%H:%M} ({zone_name})"


def guest(address: str, response: str, *, organizer: bool = False) -> Markup:
    """A guest of an event, as a line of a list."""
    note = " · organizer" if organizer else ""
    return Markup('<li>{} <small class="badge">{}{}</small></li>').format(address, response, note)
