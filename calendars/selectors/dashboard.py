"""Figures of meetings (C27): how many of each page lie ahead, were held, were missed or cancelled, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTextTransform

from calendars.models import Booking

WEEKS = 12
EXPORT_ROWS_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Week:
    """``starts_on`` is its Monday in the reader's zone; ``count`` the meetings of it that stand or took place."""

    starts_on: dt.date
    count: int


@dataclass(slots=True)
class PageFigures:
    """One page's meetings with one host. ``unanswered`` are over without an outcome."""

    page_id: int
    name: str
    upcoming: int = 0
    held: int = 0
    no_show: int = 0
    unanswered: int = 0
    cancelled: int = 0
    weeks: list[Week] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All that were booked, whatever became of them."""
        return self.upcoming + self.held + self.no_show + self.unanswered + self.cancelled


def page_figures(*, account_id: int, user_id: int, now: dt.datetime, zone: ZoneInfo) -> list[PageFigures]:
    """Every page on which somebody has booked this host, the busiest first; two queries, whatever they hold.

    The weeks are the last eleven, and this one, by the wall clock of ``zone``.
    """
    monday = now.astimezone(zone).date()
    monday -= dt.timedelta(days=monday.weekday())
    mondays = [monday - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"account": account_id, "host": user_id, "now": now})
        found = {row[0]: PageFigures(*row) for row in cursor.fetchall()}
        cursor.execute(
            _WEEKS,
            {
                "account": account_id,
                "host": user_id,
                "zone": zone.key,
                "first": mondays[0],
                "last": monday + dt.timedelta(weeks=1),
            },
        )
        counts = {(page_id, week): count for page_id, week, count in cursor.fetchall()}
    for figures in found.values():
        figures.weeks = [Week(day, counts.get((figures.page_id, day), 0)) for day in mondays]
    return sorted(found.values(), key=lambda figures: (-figures.total, figures.name, figures.page_id))


def weeks_total(pages: Sequence[PageFigures]) -> list[Week]:
    """The weeks of all pages together."""
    return [
        Week(same[0].starts_on, sum(week.count for week in same))
        for same in zip(*(p.weeks for p in pages), strict=True)
    ]


def bookings_exported(*, account_id: int, user_id: int) -> Iterator[Booking]:
    """All bookings of a host, the latest first, each with ``outcome``: what its meeting record says, or None."""
    rows = with_outcome(Booking.objects.filter(account_id=account_id, reservations__host_id=user_id))
    ordered = rows.select_related("page").order_by("-starts_at", "-id")
    return ordered.iterator(chunk_size=EXPORT_ROWS_AT_A_TIME)


def with_outcome(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """The same bookings, each with ``outcome``: a value of MeetingOutcome or another one of the record's, or None."""
    outcome = KeyTextTransform("hs_meeting_outcome", F("meeting__properties"), output_field=models.TextField())
    return rows.annotate(outcome=outcome)


_COUNTS = """
select p.id, p.name,
       count(*) filter (where b.state in ('requested', 'confirmed') and b.ends_at >= %(now)s),
       count(*) filter (where b.state = 'confirmed' and b.ends_at < %(now)s
                          and m.properties->>'hs_meeting_outcome' = 'COMPLETED'),
       count(*) filter (where b.state = 'confirmed' and b.ends_at < %(now)s
                          and m.properties->>'hs_meeting_outcome' = 'NO_SHOW'),
       count(*) filter (where b.state = 'confirmed' and b.ends_at < %(now)s
                          and coalesce(m.properties->>'hs_meeting_outcome', '') not in ('COMPLETED', 'NO_SHOW')),
       count(*) filter (where b.state in ('cancelled', 'declined', 'expired')
                           or b.state = 'requested' and b.ends_at < %(now)s)
  from calendars_booking b
  join calendars_reservation r on r.booking_id = b.id and r.host_id = %(host)s
  join calendars_schedulingpage p on p.id = b.page_id
  left join crm_record m on m.id = b.meeting_id
 where b.account_id = %(account)s
 group by p.id, p.name
"""
_WEEKS = """
select b.page_id, date_trunc('week', b.starts_at at time zone %(zone)s)::date, count(*)
  from calendars_booking b
  join calendars_reservation r on r.booking_id = b.id and r.host_id = %(host)s
 where b.account_id = %(account)s and b.state in ('requested', 'confirmed')
   and b.starts_at >= %(first)s::timestamp at time zone %(zone)s
   and b.starts_at < %(last)s::timestamp at time zone %(zone)s
 group by 1, 2
"""
