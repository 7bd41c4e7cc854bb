"""The rows of a new booking in one statement: hosts are locked meanwhile, so every round trip counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field

from calendars.models import Booking, CalendarJob
from hubclone.lib.jobs.choices import JobQueue, JobState
from hubclone.lib.jobs.services import hint

_GIVEN_BY_DATABASE = frozenset({"id", "created_at"})


def booking_rows_insert(booking: Booking, *, host_ids: Sequence[int], job_delays: Mapping[str, int]) -> None:
    """Insert the booking, a reservation for each host, and its jobs (kind → seconds until it is due).

    Fills in the booking's id and creation time. Raises IntegrityError, by the constraint's name.
    """
    page = booking.page
    values: list[Any] = [field.get_db_prep_save(getattr(booking, field.attname), connection) for field in _fields()]
    reservation: list[Any] = [booking.starts_at, booking.ends_at, page.buffer_before, page.buffer_after, list(host_ids)]
    jobs: list[Any] = [JobQueue.REALTIME.value, JobState.QUEUED.value, list(job_delays), list(job_delays.values())]
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [*values, *reservation, *jobs])
        pk, created_at = cursor.fetchone()
    booking.pk, booking.created_at = pk, created_at
    booking._state.adding, booking._state.db = False, connection.alias
    hint(CalendarJob, JobQueue.REALTIME)


@lru_cache(maxsize=1)
def _fields() -> list[Field[Any, Any]]:
    return [field for field in Booking._meta.concrete_fields if field.name not in _GIVEN_BY_DATABASE]


@lru_cache(maxsize=1)
def _statement() -> str:
    fields = _fields()
    columns = ", ".join(str(field.column) for field in fields)
    marks = ", ".join("%s::jsonb" if field.get_internal_type() == "JSONField" else "%s" for field in fields)
    return _INSERT.format(columns=columns, marks=marks, attempts=CalendarJob._meta.get_field("max_attempts").default)


_INSERT = """
with booking as (
    insert into calendars_booking ({columns}) values ({marks}) returning id, account_id, created_at
), reservation as (
    insert into calendars_reservation (account_id, booking_id, host_id, during, active, buffer_before, buffer_after)
    select b.account_id, b.id, h.id, tstzrange(%s, %s), true, %s, %s from booking b, unnest(%s::bigint[]) h(id)
), job as (
    insert into calendars_calendarjob (account_id, kind, payload, not_before, queue, state,
        unique_key, attempts, max_attempts, last_error, last_error_code)
    select b.account_id, j.kind, jsonb_build_object('booking_id', b.id),
        statement_timestamp() + make_interval(secs => j.delay), %s, %s, '', 0, {attempts}, '', ''
    from booking b, unnest(%s::text[], %s::int[]) j(kind, delay)
)
select id, created_at from booking
"""
