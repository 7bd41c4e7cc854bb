"""The program itself: data that lasts, a clean end, a port taken."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.testing import SandboxServer
from tests.sandbox.conftest import ANNA, calendar_service, credentials, listed, timed

EVENT = {"calendar": ANNA, "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"}


@pytest.mark.parametrize("crash", [False, True])
def test_everything_survives_a_restart_and_kill_9(tmp_path: Path, crash: bool) -> None:
    first = SandboxServer(tmp_path)
    held = credentials(first)
    _, token = listed(calendar_service(first, held))
    made = first.control.google.event_create(**EVENT)
    first.control.fault(provider="google", path="never", status=500)
    first.kill() if crash else first.stop()
    with SandboxServer(tmp_path) as second:
        changes, _ = listed(calendar_service(second, held), syncToken=token)
        assert [item["id"] for item in changes] == [made["id"]]
        assert changes[0]["htmlLink"].startswith(second.url)
        assert len(second.control.state("faults")["faults"]) == 1


def test_sigterm_ends_it_with_status_0() -> None:
    server = SandboxServer()
    server.stop()
    assert server.process.returncode == 0


def test_a_taken_port_gives_one_line() -> None:
    with SandboxServer() as server:
        port = server.url.rpartition(":")[2]
        options = ["--port", port, "--smtp-port", "0"]
        ended = subprocess.run(
            [sys.executable, "-m", "sandbox", *options], capture_output=True, text=True, timeout=30, check=False
        )
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stderr.startswith("The sandbox cannot start: ")


def test_many_callers_at_once_lose_nothing(sandbox: SandboxServer) -> None:
    held = credentials(sandbox)

    def insert(number: int) -> None:
        service = calendar_service(sandbox, held)
        for n in range(5):
            service.events().insert(calendarId="primary", body=timed(10, id=f"event{number}00{n}")).execute()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(insert, range(8)))
    items, _ = listed(calendar_service(sandbox, held))
    assert len({item["id"] for item in items}) == 40
