"""What a visitor chooses from: one month of days, the times of one of them, and the addresses that lead on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendars.choices import PageState
from calendars.engine.hours import zone_get
from calendars.forms.visitor import ANSWER_PREFIX
from calendars.models import SchedulingPage
from calendars.selectors.availability import PageSlots, slots_month
from calendars.selectors.pages import fields_asked
from calendars.words import day_words, duration_words, language_now, month_words, time_words, weekday_words
from calendars.zones import zone_or

ZONE_COOKIE = "hub_tz"
_MONTH = re.compile(r"(\d{4})-(\d{2})")
YEARS = range(2000, 2100)
STATE_NAMES = frozenset({"tz", "duration", "month", "day", "start", "booked"})
CARRIED_LENGTH_MOST = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the grid; ``query`` (escaped) is empty for one that cannot be booked, ``css`` are its classes."""

    number: str
    css: str
    query: str = ""
    words: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Words and the query string that they lead to."""

    words: str
    query: str
    is_current: bool = False


@dataclass(frozen=True)
class Wish:
    """The state in the address: ``?tz=&duration=&month=&day=``; what does not hold is left out."""

    zone: str
    is_zone_known: bool
    duration: int
    month: dt.date | None
    day: dt.date | None
    carried: tuple[tuple[str, str], ...] = ()
    """Values of the page's hidden fields, which go along to the form."""

    @classmethod
    def read(cls, page: SchedulingPage, query: Mapping[str, str], cookies: Mapping[str, str]) -> Wish:
        """From the address, then the cookie that the page's script keeps, then the page's own zone."""
        kept = zone_or(query.get("tz", ""), zone_or(cookies.get(ZONE_COOKIE, ""), ""))
        day = _date(query.get("day", ""))
        month = _month(query.get("month", "")) or (day.replace(day=1) if day else None)
        duration = query.get("duration", "")
        offered = {str(minutes): minutes for minutes in page.durations}
        duration_chosen = offered.get(duration, page.durations[0])
        return cls(kept or page.time_zone, bool(kept), duration_chosen, month, day, _carried(page, query))

    @property
    def query(self) -> str:
        """The state as an address holds it."""
        state = {**dict(self.carried), "duration": str(self.duration), "tz": self.zone}
        if self.day:
            state["day"] = self.day.isoformat()
        elif self.month:
            state["month"] = f"{self.month:%Y-%m}"
        return urlencode(state, safe="/:")


class Picker:
    """The choice as templates show it. The month is the wished one, else the first with a free time."""

    def __init__(self, page: SchedulingPage, wish: Wish, now: dt.datetime, *, is_embedded: bool = False) -> None:
        self.page, self.wish, self.now, self.is_embedded = page, wish, now, is_embedded
        self.language = language_now()
        self.zone = zone_get(wish.zone)
        self.today = now.astimezone(self.zone).date()
        self.month = wish.month or self._first_day.replace(day=1)
        self.slots = self._slots(self.month)
        if wish.month is None and self.is_open and not self.slots.starts and (free := self._next_free()):
            self.month, self.slots = free

    def _slots(self, month: dt.date) -> PageSlots:
        duration = dt.timedelta(minutes=self.wish.duration)
        return slots_month(page=self.page, month=month, now=self.now, duration=duration, time_zone=self.wish.zone)

    def _next_free(self) -> tuple[dt.date, PageSlots] | None:
        """The first month after the shown one that has a free time, while the page's window reaches it."""
        month = max(_next(self.month), self._first_day.replace(day=1))
        while month <= self._last_day:
            slots = self._slots(month)
            if slots.starts:
                return month, slots
            month = _next(month)
        return None

    @property
    def is_open(self) -> bool:
        """Whether anything can be booked at all just now."""
        return self.slots.is_readable and self.page.state == PageState.ACTIVE

    @cached_property
    def by_day(self) -> dict[dt.date, list[dt.datetime]]:
        """The free starts of the month in the visitor's zone."""
        found: dict[dt.date, list[dt.datetime]] = {}
        for start in self._local(self.slots):
            found.setdefault(start.date(), []).append(start)
        return found

    def _local(self, slots: PageSlots) -> list[dt.datetime]:
        return [dt.datetime.fromtimestamp(start, self.zone) for start in slots.starts]

    @cached_property
    def day(self) -> dt.date | None:
        """The day whose times are shown: the wished one, else the first that has any."""
        wished = self.wish.day
        if wished and (wished.year, wished.month) == (self.month.year, self.month.month):
            return wished
        return next(iter(self.by_day), None)

    @property
    def is_picked(self) -> bool:
        """Whether the visitor chose the day; narrow screens then show its times instead of the month."""
        return self.day is not None and self.day == self.wish.day

    @property
    def day_title(self) -> str:
        """The shown day in words."""
        return day_words(self.day, self.language) if self.day else ""

    @property
    def duration_words(self) -> str:
        """The chosen length."""
        return duration_words(self.wish.duration)

    @property
    def status_words(self) -> str:
        """What a screen reader is told after a change."""
        if self.day is None:
            return _("Nothing is free in %(month)s.") % {"month": self.title}
        count = len(self.by_day.get(self.day, ()))
        free = ngettext("%(count)s free time", "%(count)s free times", count) % {"count": count}
        return f"{self.title}. {self.day_title}: {free}"

    @property
    def times(self) -> list[Link]:
        """The shown day's times; two that read alike (the clocks went back) name their offset."""
        starts = self.by_day.get(self.day, []) if self.day else []
        words = [time_words(start.hour, start.minute, self.language) for start in starts]
        return [Link(word, f"{self._base}&start={utc_text(start)}") for word, start in _told_apart(words, starts)]

    def fresh(self, most: int, near: dt.datetime) -> list[Link]:
        """The ``most`` free times nearest to ``near``, of the shown month and the next one that has any, in their
        order, each with its day; ``query`` is the moment itself."""
        free = self._next_free()
        starts = self._local(self.slots) + (self._local(free[1]) if free else [])
        starts = sorted(sorted(starts, key=lambda start: abs(start - near))[:most])
        words = [
            f"{day_words(start.date(), self.language)}, {time_words(start.hour, start.minute, self.language)}"
            for start in starts
        ]
        return [Link(word, utc_text(start)) for word, start in _told_apart(words, starts)]

    @property
    def weeks(self) -> list[list[Cell | None]]:
        """Rows from Monday; None outside of the month."""
        first = self.month
        blanks: list[Cell | None] = [None] * first.weekday()
        cells = blanks + [self._cell(first + dt.timedelta(days=n)) for n in range((_next(first) - first).days)]
        cells += [None] * (-len(cells) % 7)
        return [cells[at : at + 7] for at in range(0, len(cells), 7)]

    def _cell(self, day: dt.date) -> Cell:
        today = " day--today" if day == self.today else ""
        if day not in self.by_day:
            return Cell(str(day.day), f"day day--off{today}")
        is_chosen = day == self.day
        chosen = " day--chosen" if is_chosen else ""
        query = mark_safe(f"{escape(self._base)}&amp;day={day.isoformat()}")  # noqa: S308 - escaped here, once for all days
        return Cell(str(day.day), f"day{chosen}{today}", query, day_words(day, self.language), is_chosen)

    @property
    def title(self) -> str:
        """The month in words."""
        return month_words(self.month, self.language)

    @property
    def weekdays(self) -> list[tuple[str, str]]:
        """(whole name, short name) from Monday."""
        return weekday_words(self.language)

    @property
    def previous(self) -> Link | None:
        """The month before, unless it is over."""
        month = (self.month - dt.timedelta(days=1)).replace(day=1)
        return self._month_link(month) if month >= self.today.replace(day=1) else None

    @property
    def next(self) -> Link | None:
        """The month after, while the page's window reaches it."""
        month = _next(self.month)
        return self._month_link(month) if month <= self._last_day else None

    @cached_property
    def next_free(self) -> Link | None:
        """Out of a month without any free time: the next one that has some."""
        free = self._next_free()
        return self._month_link(free[0]) if free else None

    @property
    def _first_day(self) -> dt.date:
        """Today, or the day before a fixed window that begins later, when it has begun somewhere."""
        if self.page.first_day is None or self.page.last_day is None:
            return self.today
        return max(self.today, self.page.first_day - dt.timedelta(days=1))

    @property
    def _last_day(self) -> dt.date:
        """The last day that can be in the page's window in any zone."""
        if self.page.first_day is not None and self.page.last_day is not None:
            return self.page.last_day + dt.timedelta(days=1)
        return self.today + dt.timedelta(days=self.page.rolling_days + 1)

    def _month_link(self, month: dt.date) -> Link:
        return Link(month_words(month, self.language), self._query(month=f"{month:%Y-%m}"))

    @property
    def durations(self) -> list[Link]:
        """The lengths to choose from; none when there is no choice."""
        if len(self.page.durations) == 1:
            return []
        keep = {"day": self.wish.day.isoformat()} if self.wish.day else {"month": f"{self.month:%Y-%m}"}
        return [
            Link(duration_words(length), self._query(duration=str(length), **keep), length == self.wish.duration)
            for length in page_durations(self.page)
        ]

    @property
    def month_query(self) -> str:
        """Back from a day's times to the month."""
        return self._query(month=f"{self.month:%Y-%m}")

    @cached_property
    def state_query(self) -> str:
        """The address of what is shown now."""
        return self._query(day=self.wish.day.isoformat()) if self.wish.day else self.month_query

    @cached_property
    def _base(self) -> str:
        return self._query()

    def _query(self, **changes: str) -> str:
        state = {**dict(self.wish.carried), "duration": str(self.wish.duration), "tz": self.wish.zone} | changes
        return urlencode(state, safe="/:")

    @cached_property
    def page_url(self) -> str:
        """The page without any state."""
        return reverse(f"calendars:{'public_embed' if self.is_embedded else 'public_page'}", args=[self.page.slug])

    @cached_property
    def slots_url(self) -> str:
        """Where the part that changes is asked for."""
        name = "public_embed_slots" if self.is_embedded else "public_slots"
        return reverse(f"calendars:{name}", args=[self.page.slug])


def _told_apart(words: list[str], starts: list[dt.datetime]) -> list[tuple[str, dt.datetime]]:
    """The words of each start, with its offset where two read alike: the clocks went back."""
    return [
        (f"{word} ({start:%Z})" if words.count(word) > 1 else word, start)
        for word, start in zip(words, starts, strict=True)
    ]


def _carried(page: SchedulingPage, query: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The hidden fields that the address, or the form that was sent, holds, by their names; texts that are far too long
    for one are left out."""
    names = [str(item["name"]) for item in fields_asked(page) if item.get("hidden")]
    sent = {name: query.get(f"{ANSWER_PREFIX}{name}", "") or query.get(name, "") for name in names}
    values = [(name, value) for name, value in sent.items() if name not in STATE_NAMES]
    return tuple((name, value) for name, value in values if value and len(value) <= CARRIED_LENGTH_MOST)


def page_durations(page: SchedulingPage) -> list[int]:
    """The page's lengths in minutes, ascending."""
    return sorted(page.durations)


def utc_text(moment: dt.datetime) -> str:
    """``2026-11-24T09:30:00Z``."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _date(text: str) -> dt.date | None:
    if len(text) != len("2026-11-24"):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _month(text: str) -> dt.date | None:
    match = _MONTH.fullmatch(text)
    return _date(f"{match[1]}-{match[2]}-01") if match else None


def _next(month: dt.date) -> dt.date:
    return (month.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
