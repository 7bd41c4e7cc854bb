"""Choosing another time for a booking, as its guest and its host both do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from calendars.engine.hours import zone_get
from calendars.exceptions import SlotTaken
from calendars.mail.when import zone_words
from calendars.models import Booking
from calendars.selectors.availability import PageSlots, slot_check, slots_month
from calendars.views.picker import Link, Picker, Wish, utc_text
from calendars.words import span_words
from calendars.zones import zone_or

FRESH_TIMES_MOST = 12


@dataclass(frozen=True, slots=True)
class MoveUrls:
    """Where the choice is made, and where the part of it that changes is asked for."""

    page: str
    slots: str


class MovePicker(Picker):
    """The page's month and times as they are for this booking, whose own time is in nobody's way."""

    def __init__(self, booking: Booking, wish: Wish, now: dt.datetime, urls: MoveUrls) -> None:
        self.booking, self._urls = booking, urls
        super().__init__(booking.page, wish, now)

    @classmethod
    def read(cls, booking: Booking, query: Mapping[str, str], zone: str, urls: MoveUrls) -> MovePicker:
        """From the address; ``zone`` is the reader's own. Who names no month sees the meeting's, if it has times."""
        minutes = (booking.ends_at - booking.starts_at) // dt.timedelta(minutes=1)
        wish = Wish.read(booking.page, query, {})
        wish = replace(wish, zone=zone_or(query.get("tz", ""), zone), is_zone_known=True, duration=minutes)
        now = dt.datetime.now(dt.UTC)
        if wish.month is None:
            month = booking.starts_at.astimezone(zone_get(wish.zone)).date().replace(day=1)
            near = cls(booking, replace(wish, month=month), now, urls)
            if near.by_day:
                return near
        return cls(booking, wish, now, urls)

    def _slots(self, month: dt.date) -> PageSlots:
        """All but the time that the meeting has now: to go there is no move."""
        found = slots_month(
            page=self.page,
            month=month,
            now=self.now,
            duration=self.booking.ends_at - self.booking.starts_at,
            time_zone=self.wish.zone,
            moving=self.booking,
        )
        now = int(self.booking.starts_at.timestamp())
        return replace(found, starts=[start for start in found.starts if start != now])

    @property
    def durations(self) -> list[Link]:
        """The length stays."""
        return []

    @cached_property
    def page_url(self) -> str:
        """Where the choice is made."""
        return self._urls.page

    @cached_property
    def slots_url(self) -> str:
        """Where the part that changes is asked for."""
        return self._urls.slots

    def is_free(self, start: dt.datetime) -> bool:
        """Whether the booking could be moved there."""
        length = self.booking.ends_at - self.booking.starts_at
        return slot_check(page=self.page, start=start, duration=length, now=self.now, moving=self.booking) is None

    def from_day(self, start: dt.datetime) -> MovePicker:
        """The same choice with the day of ``start`` open, or the first day that has a free time."""
        day = start.astimezone(self.zone).date()
        picker = MovePicker(self.booking, replace(self.wish, month=day.replace(day=1), day=day), self.now, self._urls)
        return picker if picker.by_day else MovePicker(self.booking, self._anywhere(), self.now, self._urls)

    def _anywhere(self) -> Wish:
        return replace(self.wish, month=None, day=None)

    def words(self, start: dt.datetime) -> dict[str, Any]:
        """A chosen start as templates show it, beside the present one."""
        length = self.booking.ends_at - self.booking.starts_at
        local, before = start.astimezone(self.zone), self.booking.starts_at.astimezone(self.zone)
        return {
            "start": utc_text(start),
            "when": span_words(local, local + length),
            "before": span_words(before, before + length),
            "zone_words": zone_words(self.wish.zone, local),
        }

    def fresh_context(self, start: dt.datetime, *, is_unchosen: bool) -> dict[str, Any]:
        """What ``calendars/public/_move_times.html`` needs to offer other times near to one; unchosen: they have been
        shown before, and none was chosen."""
        picker = self.from_day(start)
        return {
            "picker": picker,
            "taken": _("Nothing has been moved yet.") if is_unchosen else str(SlotTaken()),
            "near": utc_text(start),
            "fresh": picker.fresh(FRESH_TIMES_MOST, start),
            "is_unchosen": is_unchosen,
            **picker.words(picker.booking.starts_at),
        }
