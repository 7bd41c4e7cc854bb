"""What keeping calendars fresh costs: requests of a poll that finds nothing, and memory as calendars and their number
grow, for each provider."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from bench.calendar_sync_data import (
    PROVIDERS,
    TOKEN_CALLS,
    connect,
    forget,
    outside_make,
    settings_point_to,
    synced_alike,
)
from bench.calendar_sync_memory import peak_megabytes
from bench.figures import Figure
from sandbox.testing import SandboxServer

CONNECTIONS = 1_000
NTLM_CONNECTIONS = 100
FEW_CONNECTIONS, MANY_CONNECTIONS = 50, 500
FEW_EVENTS, MANY_EVENTS = 2_000, 20_000
HOW = """`requests_per_idle_poll`: 1,000 connections a provider, each synced before, nothing new. One poll (what beat
asks for every minute) enqueues their syncs, and the jobs run. The stand-in of the provider counts each request that
reaches it; renewed tokens are left out, and the number is divided by the calendars. Exchange is signed in to by Basic
there; by NTLM a session begins with a handshake of two more requests (`exchange_ntlm`, without a bound: signing in is
to Exchange what renewing a token is to the others). The lists of calendars (once an hour an account) and push channels
(once in some days a calendar) were seen to just before, as most polls find them. `memory_growth`: peak resident memory
of a fresh process that syncs a calendar of 20,000 events, against one of 2,000; `memory_connections`: of one that syncs
500 idle connections, against 50. The figures without a provider's name are the worst of the three."""


def run() -> Iterator[Figure]:
    """Each provider's figures, then the worst of each kind."""
    polls, connections, events = [], [], []
    with SandboxServer() as server:
        settings_point_to(server)
        server.control.exchange.auth("basic")
        for provider in PROVIDERS:
            ids = _idle(server, provider, CONNECTIONS)
            polls.append(Figure("calendar_sync", f"requests_per_idle_poll_{provider}", _poll(server, ids), "requests"))
            yield polls[-1]
            connections.append(_growth(f"memory_connections_{provider}", ids[:FEW_CONNECTIONS], ids[:MANY_CONNECTIONS]))
            yield connections[-1]
            forget(ids)
            events.append(_events(server, provider))
            yield events[-1]
        yield _ntlm(server)
    most = max(figure.value for figure in polls)
    yield Figure("calendar_sync", "requests_per_idle_poll", most, "requests", bound="<= 1")
    yield _worst("memory_growth", events)
    yield _worst("memory_connections", connections)


def _idle(server: SandboxServer, provider: str, count: int) -> list[int]:
    ids = connect(server, outside_make(server, provider), count)
    synced_alike(ids)
    return ids


def _poll(server: SandboxServer, ids: Sequence[int]) -> float:
    """Requests a calendar of one poll at which these, and no others, are due."""
    from django.utils import timezone

    from calendars.models import Calendar, CalendarAccount, CalendarJob
    from calendars.services.poll import calendars_poll
    from hubclone.lib.jobs.services import run_jobs

    now = timezone.now()
    CalendarJob.objects.all().delete()
    CalendarAccount.objects.update(listed_at=now)
    Calendar.objects.update(tried_at=now, push_tried_at=now)
    Calendar.objects.filter(pk__in=ids).update(tried_at=now - dt.timedelta(minutes=6))
    server.control.requests_clear()
    calendars_poll()
    run_jobs()
    counted = server.control.requests()
    synced = Calendar.objects.filter(pk__in=ids, synced_at__gt=now).count()
    if synced != len(ids):
        raise RuntimeError(f"{synced} of {len(ids)} calendars were synced")
    return round(sum(number for name, number in counted.items() if _is_counted(name)) / len(ids), 3)


def _is_counted(name: str) -> bool:
    """HTTP requests; the stand-in for Exchange counts its operations beside them."""
    return " /" in name and not name.endswith(TOKEN_CALLS)


def _ntlm(server: SandboxServer) -> Figure:
    server.control.exchange.auth("ntlm")
    ids = _idle(server, "exchange", NTLM_CONNECTIONS)
    requests = _poll(server, ids)
    forget(ids)
    return Figure("calendar_sync", "requests_per_idle_poll_exchange_ntlm", requests, "requests")


def _events(server: SandboxServer, provider: str) -> Figure:
    few, many = (connect(server, outside_make(server, provider, count)) for count in (FEW_EVENTS, MANY_EVENTS))
    figure = _growth(f"memory_growth_{provider}", few, many)
    _came_in(many)
    forget([*few, *many])
    return figure


def _growth(name: str, few: Sequence[int], many: Sequence[int]) -> Figure:
    least, most = peak_megabytes(few), peak_megabytes(many)
    return Figure("calendar_sync", name, most, "MB", least, round(most / least, 3))


def _came_in(ids: Sequence[int]) -> None:
    from calendars.models import BusyInterval

    found = BusyInterval.objects.filter(calendar_id__in=ids).count()
    if found != MANY_EVENTS:
        raise RuntimeError(f"{found} events came instead of {MANY_EVENTS}")


def _worst(name: str, figures: Sequence[Figure]) -> Figure:
    worst = max(figures, key=lambda figure: figure.ratio or 0)
    return Figure("calendar_sync", name, worst.value, "MB", worst.limit, worst.ratio, "<= 1.3")
