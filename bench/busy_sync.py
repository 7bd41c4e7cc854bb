"""A first sync of a calendar: its time beside that of reading the same pages, and its memory as the calendar grows."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.calendar_sync_data import GOOGLE_ANNA as ACCOUNT
from bench.calendar_sync_data import GOOGLE_SCOPE as SCOPE
from bench.calendar_sync_data import Outside, connect, google_tokens, settings_point_to
from bench.calendar_sync_memory import own_peak_megabytes
from bench.figures import Figure
from sandbox.testing import SandboxServer

EVENTS = 10_000
FEW, MANY = 1_000, 100_000
ROUNDS = 5
GUESTS = 3


def run() -> Iterator[Figure]:
    """10,000 events with three guests each, none of them a contact; then 1,000 and 100,000 in fresh processes."""
    with SandboxServer() as server:
        settings_point_to(server)
        yield _time(server)
        yield _memory(server)


def _time(server: SandboxServer) -> Figure:
    calendar_id, remote_id = _calendar(server, EVENTS)
    _median(lambda: _sync(calendar_id), 1), _median(lambda: _read(server, remote_id), 1)
    pairs = [(_seconds(lambda: _sync(calendar_id)), _seconds(lambda: _read(server, remote_id))) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Figure("busy_sync", "time", round(ours, 3), "s", round(theirs, 3), round(ours / theirs, 3), "<= 1.5")


def _memory(server: SandboxServer) -> Figure:
    few, many = (_peak(_calendar(server, count)[0]) for count in (FEW, MANY))
    return Figure("busy_sync", "memory_growth", many, "MB", few, round(many / few, 3), "<= 1.3")


def _sync(calendar_id: int) -> None:
    """A full sync, as after connecting."""
    from calendars.models import BusyInterval, Calendar
    from calendars.services.sync import calendar_sync

    Calendar.objects.filter(pk=calendar_id).update(sync_token="")
    BusyInterval.objects.filter(calendar_id=calendar_id).delete()
    began = time.perf_counter()
    calendar_sync(calendar_id=calendar_id)
    _clock.append(time.perf_counter() - began)


_clock: list[float] = []


def _read(server: SandboxServer, remote_id: str) -> None:
    """The same pages by a plain HTTP client, decoded and counted."""
    from calendars.providers.google import mapping
    from calendars.providers.google.client import EVENT_FIELDS, EVENTS_A_PAGE
    from hubclone.lib.outbound.http import session

    window = _window()
    token = server.control.google.token(account=ACCOUNT, scope=SCOPE)["access_token"]
    url = f"{server.url}/google/calendar/v3/calendars/{quote(remote_id, safe='')}/events"
    asked: dict[str, Any] = {
        "timeMin": mapping.instant_text(window.starts_at),
        "timeMax": mapping.instant_text(window.ends_at),
        "singleEvents": "true",
        "maxResults": EVENTS_A_PAGE,
        "fields": EVENT_FIELDS,
        "alt": "json",
    }
    began, count = time.perf_counter(), 0
    client = session()
    while True:
        page = client.get(url, params=asked, headers={"Authorization": f"Bearer {token}"}).json()
        count += len(page["items"])
        if "nextPageToken" not in page:
            break
        asked["pageToken"] = page["nextPageToken"]
    _clock.append(time.perf_counter() - began)
    if count != EVENTS:
        raise RuntimeError(f"{count} events came instead of {EVENTS}")


def _seconds(work: Callable[[], None]) -> float:
    """What the work measured of itself, without its preparation."""
    work()
    return _clock.pop()


def _median(work: Callable[[], None], rounds: int) -> float:
    return statistics.median(_seconds(work) for _ in range(rounds))


def _window() -> Any:
    from django.utils import timezone

    from calendars.providers.protocol import Interval
    from calendars.services.sync import WINDOW_AHEAD, WINDOW_BEFORE

    now = timezone.now()
    return Interval(now - WINDOW_BEFORE, now + WINDOW_AHEAD)


def _calendar(server: SandboxServer, count: int) -> tuple[int, str]:
    """A calendar with so many events, all within the window; our id and Google's."""
    google = server.control.google
    remote_id = google.calendar_create(account=ACCOUNT, summary=f"Bench {count}")
    every = 5 if count > EVENTS else 30
    google.events_bulk(calendar=remote_id, count=count, every_minutes=every, minutes=5, attendees=GUESTS)
    outside = Outside("google", ACCOUNT, remote_id, remote_id, google_tokens)
    return connect(server, outside, is_writable=False)[0], remote_id


def _peak(calendar_id: int) -> float:
    """The most memory, in MB, that a process of its own had while it synced."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.busy_sync", str(calendar_id)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """The process whose memory is measured."""
    import django

    django.setup()
    from calendars.services.sync import calendar_sync

    calendar_sync(calendar_id=int(sys.argv[1]))
    print(json.dumps(round(own_peak_megabytes(), 1)))


if __name__ == "__main__":
    main()
