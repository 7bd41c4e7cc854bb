"""The event log (A23): numbering committed rows, reading them in order, and letting old ones go."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Min, Q
from django.db.models.functions import Now

from crm.models import Event, EventCursor
from hubclone.lib.locks import PUBLISHER_LOCK

BATCH = 5000
KEPT_DAYS = 30
TRIM_ROWS = 10_000

_PUBLISH = """
with b as materialized (select id from crm_event where seq is null order by id limit %s),
     n as (select id, nextval('crm_event_seq_s') s from (select id from b order by id) q)
update crm_event e set seq = n.s from n where e.id = n.id
"""


def publish_once(*, limit: int = BATCH) -> int:
    """Give the oldest committed rows without a number their ``seq``; return how many. One holder of the lock at a time.

    A row's events are inserted under its row lock, so when a later one can be seen, the earlier ones can, too: the
    order of ids within what can be seen is each record's order. The lock goes only after the numbers can be seen, so
    nobody sees a number before every smaller one.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [PUBLISHER_LOCK])
        cursor.execute(_PUBLISH, [limit])
        return int(cursor.rowcount)


def events_read(*, consumer: str, limit: int = 1000) -> list[Event]:
    """The next events after the consumer's cursor, in order. A consumer that is new begins with the oldest event kept.

    Inside a transaction the cursor stays locked until its end, so that two workers of one consumer take turns; call
    ``cursor_move`` in the same transaction as what the events led to.
    """
    return list(Event.objects.filter(seq__gt=_cursor(consumer)).order_by("seq")[:limit])


def cursor_move(*, consumer: str, seq: int) -> None:
    """Say that the consumer is done with everything up to ``seq``; a cursor never goes back."""
    EventCursor.objects.filter(consumer=consumer, seq__lt=seq).update(seq=seq, moved_at=Now())


def cursor_start_at_end(*, consumer: str) -> None:
    """Make a new consumer begin with what comes from now on; one that exists stays where it is."""
    last = Event.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", flat=True).first()
    EventCursor.objects.get_or_create(consumer=consumer, defaults={"seq": last or 0})


def cursor_remove(*, consumer: str) -> None:
    """Forget a consumer, so that the log is no longer kept for it."""
    EventCursor.objects.filter(consumer=consumer).delete()


def events_trim(*, rows: int = TRIM_ROWS) -> int:
    """Remove up to ``rows`` events that every consumer has read and that are older than 30 days; return how many."""
    slowest = EventCursor.objects.aggregate(seq=Min("seq"))["seq"]
    read = Q(seq__isnull=False) if slowest is None else Q(seq__lte=slowest)
    old = Event.objects.filter(read, occurred_at__lt=Now() - dt.timedelta(days=KEPT_DAYS)).order_by("seq")
    return Event.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:rows])).delete()[0]


def _cursor(consumer: str) -> int:
    cursors = EventCursor.objects.filter(consumer=consumer)
    if connection.in_atomic_block:
        cursors = cursors.select_for_update()
    found = cursors.values_list("seq", flat=True).first()
    if found is None:
        EventCursor.objects.bulk_create([EventCursor(consumer=consumer)], ignore_conflicts=True)
        found = cursors.values_list("seq", flat=True).first()
    return found or 0
