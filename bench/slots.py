"""How fast a month of slots is: the selector with its SQL, per host, and over HTTP."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection

from bench.figures import Figure
from bench.slots_data import BLOCKS, SlotsData, slots_data
from bench.slots_http import http_milliseconds
from bench.slots_pool import pool_figures
from calendars.models import SchedulingPage
from calendars.selectors.availability import month_range, slots_for_hosts, slots_month

ROUNDS = 400
HALF_HOUR = dt.timedelta(minutes=30)


def run() -> Iterator[Figure]:
    """The five figures; each is the median of many rounds, taken in turn with its reference."""
    now = dt.datetime.now(dt.UTC)
    data = slots_data(now)
    yield _month(data, now)
    yield _per_host(data, now)
    yield from pool_figures(_month_of(data, now), in_turn, now)
    value, limit = http_milliseconds(data)
    yield Figure("slots", "http", value, "ms", limit, value / limit, "<= 6")


def _month(data: SlotsData, now: dt.datetime) -> Figure:
    value, limit = in_turn(_month_of(data, now), lambda: _raw_fetch(data), ROUNDS)
    return Figure("slots", "month", value, "ms", limit, value / limit, "<= 5")


def _month_of(data: SlotsData, now: dt.datetime) -> Callable[[], None]:
    page = SchedulingPage.objects.get(pk=data.page.pk)

    def month() -> None:
        assert slots_month(page=page, month=data.first, now=now, duration=HALF_HOUR).starts

    return month


def _raw_fetch(data: SlotsData) -> None:
    """The same rows as two timestamptz columns through psycopg2 alone."""
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.connection.cursor() as cursor:
        cursor.execute(
            "select starts_at, ends_at from calendars_busyinterval where calendar_id = any(%s)", [data.calendar_ids[:3]]
        )
        assert len(cursor.fetchall()) == BLOCKS


def _per_host(data: SlotsData, now: dt.datetime) -> Figure:
    page = SchedulingPage.objects.get(pk=data.page.pk)
    within = month_range(data.first, page.time_zone)

    def of(host_ids: list[int]) -> None:
        found = slots_for_hosts(page=page, host_ids=host_ids, within=within, now=now, duration=HALF_HOUR)
        assert all(host.starts for host in found.values())

    every, alone = in_turn(lambda: of(data.host_ids), lambda: of(data.host_ids[:1]), ROUNDS // 8)
    value = every / len(data.host_ids)
    return Figure("slots", "per_host", value, "ms", alone, value / alone, "<= 0.7")


def in_turn(ours: Callable[[], None], reference: Callable[[], None], rounds: int) -> tuple[float, float]:
    """The medians of both, in milliseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for round_ in range(rounds + 10):
        for kept, function in zip(times, (ours, reference), strict=True):
            begin = time.perf_counter()
            function()
            if round_ >= 10:
                kept.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])
