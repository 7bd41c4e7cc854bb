"""Writing busy time: one statement a page of events."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from calendars.models import BusyInterval, Calendar
from calendars.providers.protocol import Interval, RemoteEvent
from hubclone.lib.arrays import number_array, text_array

BUSY_WRITE_SQL = """
with held as (select id, account_id from calendars_calendar where id = %(calendar)s for key share),
     gone as (
         delete from calendars_busyinterval b using held
         where b.account_id = held.account_id and b.calendar_id = held.id and b.remote_id = any(%(gone)s::text[])
     )
insert into calendars_busyinterval (account_id, calendar_id, generation, remote_id, starts_at, ends_at)
select held.account_id, held.id, %(generation)s, page.id, to_timestamp(starts), to_timestamp(ends)
from held, unnest(%(ids)s::text[], %(starts)s::bigint[], %(ends)s::bigint[]) as page (id, starts, ends)
on conflict (account_id, calendar_id, remote_id)
do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at, generation = excluded.generation
"""


def busy_write(*, calendar: Calendar, events: Iterable[RemoteEvent], generation: int) -> None:
    """Keep the blocking ones under ``generation``, drop those that do not block any more. The last of an id counts.

    The calendar's row is held once for the page, as a foreign key would hold it for each row; when the calendar is
    gone, nothing is written.
    """
    latest = {event.remote_id: event.interval if event.blocks else None for event in events}
    if not latest:
        return
    blocking: dict[str, Interval] = {id_: interval for id_, interval in latest.items() if interval}
    with connection.cursor() as cursor:
        cursor.execute(
            BUSY_WRITE_SQL,
            {
                "calendar": calendar.pk,
                "generation": generation,
                "gone": text_array(id_ for id_, interval in latest.items() if interval is None),
                "ids": text_array(blocking),
                "starts": number_array(int(interval.starts_at.timestamp()) for interval in blocking.values()),
                "ends": number_array(int(interval.ends_at.timestamp()) for interval in blocking.values()),
            },
        )


def busy_sweep(*, calendar: Calendar, generation: int) -> None:
    """Remove what a full sync did not bring: rows of earlier generations."""
    BusyInterval.objects.filter(calendar=calendar, generation__lt=generation).delete()


def commit_lazily() -> None:
    """Do not wait for the disk at the end of this transaction.

    For a page without a sync token: the commit of the last page brings it to the disk too, and if the machine fails
    before that, the old token or none brings the same page again.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")
