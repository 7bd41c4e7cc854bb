"""A calendar of 20,000 events: it comes in whole, page by page, in little memory, and costs one request after that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db.models import Count, F, Max, Min

from accounts.models import Membership
from calendars.models import BusyInterval
from calendars.services.sync import calendar_sync
from tests.calendars.provider_contract import soon
from tests.calendars.sides import Side

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C3", "C7")]
EVENTS, EVERY, MINUTES = 20_000, dt.timedelta(minutes=25), 20
PAGE_MOST = 2_500
MEGABYTES_MOST = 60


def memory_peak_forget() -> float:
    """Begin to look for the peak anew; what this process has now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name: str) -> float:
    """A figure of this process, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name}:"))) / 1024


def test_a_calendar_of_20000_events_comes_in_whole_and_costs_one_request_when_nothing_is_new(
    side: Side, member: Membership
) -> None:
    calendar = side.calendar(member)
    first, every = soon(1, 0), int(EVERY.total_seconds()) // 60
    given = {"count": EVENTS, "every_minutes": every, "minutes": MINUTES, "from": first.isoformat()}
    side.stand_in.events_bulk(calendar=side.anna, **given)
    busy, counts = BusyInterval.objects.filter(calendar=calendar), [0]
    before = memory_peak_forget()
    calendar_sync(calendar_id=calendar.pk, after_page=lambda: counts.append(busy.count()))
    assert memory("VmHWM") - before < MEGABYTES_MOST
    assert max(new - old for old, new in zip(counts, counts[1:], strict=False)) <= PAGE_MOST
    told = busy.aggregate(n=Count("starts_at", distinct=True), first=Min("starts_at"), last=Max("starts_at"))
    assert told == {"n": EVENTS, "first": first, "last": first + (EVENTS - 1) * EVERY}
    assert busy.filter(ends_at=F("starts_at") + dt.timedelta(minutes=MINUTES)).count() == EVENTS
    side.control.requests_clear()
    calendar_sync(calendar_id=calendar.pk)
    assert side.requests() == 1
    assert busy.count() == EVENTS
