"""The program itself: data that lasts, a clean end, a port taken."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.testing import Control, SandboxServer
from tests.sandbox.conftest import ANNA, calendar_service, credentials, listed, timed
from tests.stack.fixture import wait_until

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


def test_calls_that_are_cut_off_on_order_are_no_errors_of_its_own() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        at = json.loads(process.stdout.readline())
        Control(at["url"]).fault(provider="google", disconnect=True, times=0)
        for listens in (True, False, True, False):
            with socket.create_connection(("127.0.0.1", urlsplit(at["url"]).port), timeout=30) as caller:
                caller.sendall(b"GET /google/calendar/v3/colors HTTP/1.1\r\nHost: sandbox\r\n\r\n")
                if listens:
                    with contextlib.suppress(ConnectionResetError):
                        assert caller.recv(1) == b""
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_it_ends_at_once_and_in_silence_with_callers_still_there() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        at = json.loads(process.stdout.readline())
        ports = (at["smtp_port"], urlsplit(at["url"]).port)
        control = Control(at["url"])
        control.fault(provider="google", delay=600, times=9)
        mail, idle, late = (socket.create_connection(("127.0.0.1", port), timeout=30) for port in (*ports, ports[1]))
        with mail, idle, late:
            assert mail.recv(3) == b"220"
            idle.sendall(b"GET /_control/state HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            assert idle.recv(8) == b"HTTP/1.1"
            late.sendall(b"GET /google/calendar/v3/colors HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            wait_until(lambda: control.state("faults")["faults"][0]["hits"], what="the late call")
            process.terminate()
            _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


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
