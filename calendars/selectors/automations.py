"""What runs by itself for scheduling pages: confirmations, reminders and follow-ups, and how often they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from calendars.models import SchedulingPage
from calendars.selectors.pages import pages_kept
from calendars.services.booking_jobs import FOLLOW_UP, REMINDER
from hubclone.lib.paging import Page, keyset_page

ORDER = ("name", "id")


@dataclass(slots=True)
class PageRuns:
    """One page's e-mails to guests: what went out since a moment, and what is planned. Reminders by their minutes."""

    confirmed: int = 0
    reminded: dict[int, int] = field(default_factory=dict)
    followed_up: int = 0
    reminders_waiting: dict[int, int] = field(default_factory=dict)
    follow_ups_waiting: int = 0


def pages_automated(
    *, account_id: int, user_id: int | None, query: str, after: str | None, limit: int
) -> Page[SchedulingPage]:
    """A page of the account's scheduling pages with their owners, by name: all, or those of one owner.

    ``query`` is looked for in what a page is called inside and outside. Raises BadCursor.
    """
    found = pages_kept().filter(account_id=account_id).select_related("owner")
    if user_id is not None:
        found = found.filter(owner_id=user_id)
    for word in query.split():
        found = found.filter(Q(name__icontains=word) | Q(title__icontains=word))
    return keyset_page(found, fields=ORDER, after=after, limit=limit)


def page_runs(*, account_id: int, page_ids: Sequence[int], since: dt.datetime) -> dict[int, PageRuns]:
    """What went out to the guests of these pages since then, and what waits; two queries, whatever they hold."""
    found = {page_id: PageRuns() for page_id in page_ids}
    if not found:
        return found
    given: dict[str, Any] = {"account": account_id, "pages": list(found), "since": since}
    given["kinds"] = [REMINDER, FOLLOW_UP]
    with connection.cursor() as cursor:
        cursor.execute(_SENT, given)
        for page_id, kind, minutes, count in cursor.fetchall():
            _sent_note(found[page_id], kind, minutes, count)
        cursor.execute(_WAITING, given)
        for page_id, minutes, count in cursor.fetchall():
            if minutes is None:
                found[page_id].follow_ups_waiting = count
            else:
                found[page_id].reminders_waiting[minutes] = count
    return found


def _sent_note(runs: PageRuns, kind: str, minutes: int | None, count: int) -> None:
    if kind == "reminder" and minutes is not None:
        runs.reminded[minutes] = count
    elif kind == "follow_up":
        runs.followed_up = count
    else:
        runs.confirmed = count


_SENT = """
select b.page_id, k.kind, k.minutes, count(*)
  from calendars_booking b
  join calendars_schedulingpage p on p.id = b.page_id
 cross join lateral generate_series(0, least(b.sequence, 100)) s(n)
 cross join lateral (
       select 'confirmation' as kind, null::int as minutes,
              'booking:' || b.id || ':confirmed' || case when s.n = 0 then '' else ':' || s.n end || ':guest' as key
       union all
       select 'reminder', m, 'booking:' || b.id || ':reminder:' || s.n || ':' || m from unnest(p.reminders) m
       union all
       select 'follow_up', null, 'booking:' || b.id || ':follow_up:' || s.n) k
  join accounts_outgoingemail e on e.account_id = b.account_id and e.key = k.key
 where b.account_id = %(account)s and b.page_id = any(%(pages)s)
   and b.starts_at >= %(since)s - (coalesce(p.follow_up_minutes, 0) + 2880) * interval '1 minute'
   and e.state = 'done' and e.last_error_code = '' and e.finished_at >= %(since)s
 group by 1, 2, 3
"""
"""The keys are those of ``calendars.services.booking_mail``, looked up one by one in the index of keys."""
_WAITING = """
select b.page_id, (j.payload->>'minutes')::int, count(*)
  from calendars_calendarjob j
  join calendars_booking b on b.id = (j.payload->>'booking_id')::bigint
 where j.account_id = %(account)s and j.state = 'queued' and j.kind = any(%(kinds)s)
   and b.account_id = %(account)s and b.page_id = any(%(pages)s)
   and b.state = 'confirmed' and b.sequence = (j.payload->>'sequence')::int and b.guest_email <> ''
 group by 1, 2
"""
