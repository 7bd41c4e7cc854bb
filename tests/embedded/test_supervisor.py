"""The supervisor with small programs of its own."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hubclone.embedded.process import Handle
from hubclone.supervisor.home import HubHome
from hubclone.supervisor.watch import RECORD, Spec, Supervisor, launcher, orphans_end
from tests.embedded.disks import disk_fill, small_disk
from tests.stack.fixture import wait_until

SLEEPS = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
PARENT = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); {SLEEPS}"

THREADED = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(600,)).start()
print("up", flush=True)
ctypes.CDLL(None).pthread_exit(0)
"""
"""A program whose first thread ends, and shows as a zombie, before the others do, as a stopping server's can."""


@pytest.fixture
def home(tmp_path: Path) -> HubHome:
    home = HubHome(tmp_path / "hub")
    home.prepare()
    return home


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(home: HubHome, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(home, said.append, ("one", "two", "three"))
    yield supervisor
    supervisor.stop_all()


def spec(home: HubHome, name: str, code: str, stop_seconds: float = 5) -> Spec:
    command = [sys.executable, "-c", code]
    launch = launcher(command, environment=os.environ, log=lambda: home.log(name), cwd=home.path)
    return Spec(name, launch, stop_seconds=stop_seconds)


def ticked(supervisor: Supervisor) -> Supervisor:
    supervisor.tick()
    return supervisor


def members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_runs_in_a_session_of_its_own(supervisor: Supervisor, home: HubHome) -> None:
    pid = supervisor.add(spec(home, "one", SLEEPS))
    assert os.getsid(pid) == pid != os.getsid(0)
    assert supervisor.alive("one")


def test_a_killed_process_comes_back_and_its_children_are_ended(
    supervisor: Supervisor, home: HubHome, said: list[str]
) -> None:
    pid = supervisor.add(spec(home, "one", PARENT))
    time.sleep(0.5)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: ticked(supervisor).watched["one"].handle is None, seconds=60)
    assert "one was killed by SIGKILL; starting it again in 0.5 s" in said[0]
    wait_until(lambda: not members(pid), seconds=60)
    wait_until(lambda: ticked(supervisor).alive("one"), seconds=60)


def test_a_process_that_keeps_failing_waits_longer_each_time(
    supervisor: Supervisor, home: HubHome, said: list[str]
) -> None:
    supervisor.add(spec(home, "one", "raise SystemExit(3)"))
    wait_until(lambda: ticked(supervisor) and len(said) == 3, seconds=60)
    assert [line.split(" in ")[1].split(" s")[0] for line in said] == ["0.5", "1", "2"]
    assert "ended with 3" in said[0]


def test_a_held_process_stays_stopped_until_it_is_released(supervisor: Supervisor, home: HubHome) -> None:
    supervisor.add(spec(home, "one", SLEEPS))
    (home.path / "hold" / "one").touch()
    supervisor.tick()
    supervisor.tick()
    assert not supervisor.alive("one")
    (home.path / "hold" / "one").unlink()
    supervisor.tick()
    assert supervisor.alive("one")


def test_processes_stop_in_the_order_that_is_asked_for(home: HubHome) -> None:
    order: list[str] = []
    supervisor = Supervisor(home, lambda line: None, ("two", "one"))
    for name in ("one", "two"):
        supervisor.add(spec(home, name, SLEEPS))
    pids = {name: watched.handle for name, watched in supervisor.watched.items()}
    supervisor.stop_order = ("two",)
    supervisor.stop_all()
    order += [name for name, handle in pids.items() if handle and not handle.alive()]
    supervisor.stop_order = ("one",)
    supervisor.stop_all()
    assert order == ["two"]
    assert not supervisor.alive("one")
    assert home.read(RECORD) == {}


def test_a_process_that_will_not_stop_is_killed_and_that_is_said(
    supervisor: Supervisor, home: HubHome, said: list[str]
) -> None:
    pid = supervisor.add(spec(home, "one", STUBBORN, stop_seconds=0.5))
    wait_until(lambda: "up" in home.log("one").read_text(), seconds=60)
    supervisor.stop_all()
    assert not Handle.of(pid).alive()
    assert said == ["one did not stop within 0.5 s and was killed"]


def test_a_program_is_gone_when_its_last_thread_is_and_leaves_no_zombie(supervisor: Supervisor, home: HubHome) -> None:
    pid = supervisor.add(spec(home, "one", THREADED))
    handle = Handle.of(pid)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, seconds=30, what="the first thread to end")
    assert handle.alive()
    (home.path / "hold" / "one").touch()
    supervisor.tick()
    assert not psutil.pid_exists(pid)


def test_on_a_disk_that_has_filled_up_it_goes_on_watching_and_stops_what_runs(tmp_path: Path, said: list[str]) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        home = HubHome(disk)
        for name in ("logs", "hold"):
            (disk / name).mkdir()
        supervisor = Supervisor(home, said.append, ("one", "two"))
        pids = [supervisor.add(spec(home, name, SLEEPS)) for name in ("one", "two")]
        disk_fill(disk)
        os.kill(pids[0], signal.SIGKILL)
        wait_until(lambda: ticked(supervisor).watched["one"].handle is None, seconds=60)
        wait_until(lambda: ticked(supervisor).alive("one"), seconds=60, what="it to come back all the same")
        supervisor.stop_all()
        assert not Handle.of(pids[1]).alive()
        assert any("could not be written" in line for line in said)


def test_the_next_start_ends_what_a_killed_one_left(home: HubHome, said: list[str]) -> None:
    left = Supervisor(home, said.append, ("one",))
    pid = left.add(spec(home, "one", PARENT))
    time.sleep(0.3)
    orphans_end(home, ("one",), said.append)
    assert not Handle.of(pid).alive()
    wait_until(lambda: not members(pid), seconds=60, what="its child to go")
    assert "left over from a start that was killed" in said[0]


def test_a_process_that_took_over_a_recorded_id_is_left_alone(home: HubHome, said: list[str]) -> None:
    other = Supervisor(home, said.append, ("one",))
    pid = other.add(spec(home, "one", SLEEPS))
    home.write(RECORD, {"one": {"pid": pid, "started": 1.0}})
    orphans_end(home, ("one",), said.append)
    assert Handle.of(pid).alive()
    other.stop_all()
