"""Series over the days on which clocks change, with exceptions on those days, from every provider (C3, C24)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Membership
from calendars.models import BusyInterval, Calendar
from calendars.services.sync import calendar_sync
from tests.calendars.sides import Side

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C3", "C24")]
ZONE, DAYS, NINE = "Europe/Warsaw", 5, dt.time(9)
SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)
TARGETS = {
    SPRING: dt.datetime(2027, 3, 28, 0, 45, tzinfo=dt.UTC),
    AUTUMN: dt.datetime(2027, 10, 31, 1, 15, tzinfo=dt.UTC),
}
"""A quarter to two, the last minutes before an hour is left out; a quarter past two, the second time."""


def at(day: dt.date) -> dt.datetime:
    """Nine o'clock there."""
    return dt.datetime.combine(day, NINE, ZoneInfo(ZONE))


def starts(calendar: Calendar) -> list[dt.datetime]:
    """When its owner becomes busy."""
    return sorted(BusyInterval.objects.filter(calendar=calendar).values_list("starts_at", flat=True))


@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_an_exception_on_the_day_that_clocks_change_is_where_it_was_put_and_the_rest_keeps_its_hour(
    side: Side, member: Membership, day: dt.date
) -> None:
    days = [day + dt.timedelta(days=number - 2) for number in range(DAYS)]
    calendar = side.calendar(member)
    side.series(at(days[0]), DAYS, ZONE)
    calendar_sync(calendar_id=calendar.pk)
    assert starts(calendar) == [at(one) for one in days]
    ids = {busy.starts_at: busy.remote_id for busy in BusyInterval.objects.filter(calendar=calendar)}
    side.move(ids[at(day)], TARGETS[day])
    side.delete(ids[at(days[3])])
    calendar_sync(calendar_id=calendar.pk)
    expected = sorted([at(days[0]), at(days[1]), TARGETS[day], at(days[4])])
    assert starts(calendar) == expected
    lengths = {busy.ends_at - busy.starts_at for busy in BusyInterval.objects.filter(calendar=calendar)}
    assert lengths == {dt.timedelta(minutes=30)}
    Calendar.objects.update(sync_token="")
    calendar_sync(calendar_id=calendar.pk)
    assert starts(calendar) == expected, "read anew it is the same"
