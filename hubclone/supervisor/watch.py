"""Keeps processes running. Each is in a session of its own, so that a terminal's Ctrl-C reaches only the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hubclone.embedded.errors import EmbeddedError
from hubclone.embedded.process import Handle
from hubclone.supervisor.home import HubHome

TICK_SECONDS = 0.2
BACKOFF_FIRST_SECONDS = 0.5
BACKOFF_MOST_SECONDS = 30.0
STEADY_SECONDS = 60.0
RECORD = "processes.json"


@dataclass(frozen=True, slots=True)
class Spec:
    """How one process is started and stopped. ``launch`` returns its id, without waiting until it is ready."""

    name: str
    launch: Callable[[], int]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0


def launcher(
    command: Sequence[str], *, environment: Mapping[str, str], log: Callable[[], Path], cwd: Path
) -> Callable[[], int]:
    """A ``launch`` for an ordinary program, whose output is appended to a log."""

    def launch() -> int:
        with log().open("ab") as out:
            return subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            ).pid

    return launch


@dataclass(slots=True)
class Watched:
    """One process and what became of it. Times are of the monotonic clock."""

    spec: Spec
    handle: Handle | None = None
    since: float = 0.0
    wait: float = BACKOFF_FIRST_SECONDS
    not_before: float = 0.0


@dataclass
class Supervisor:
    """Starts in the order of ``add``, stops in ``stop_order``; what died comes back, a little later each time.

    A file ``hold/<name>`` in HUB_HOME stops that process until the file is removed.
    """

    home: HubHome
    say: Callable[[str], None]
    stop_order: Sequence[str]
    watched: dict[str, Watched] = field(default_factory=dict)

    def add(self, spec: Spec) -> int:
        """Start a process and watch it from now on. Returns its id."""
        one = self.watched[spec.name] = Watched(spec)
        self._start(one)
        if one.handle is None:
            raise EmbeddedError(f"{spec.name} could not be started.")
        return one.handle.pid

    def alive(self, name: str) -> bool:
        """Whether it runs now."""
        one = self.watched.get(name)
        return bool(one and one.handle and one.handle.alive())

    def tick(self) -> None:
        """Look at each process once: start what is due, stop what is held."""
        for one in self.watched.values():
            held = (self.home.path / "hold" / one.spec.name).exists()
            if one.handle is None:
                if not held and time.monotonic() >= one.not_before:
                    self._start(one)
            elif held:
                self._stop(one)
                self._record()
            elif (ended := _ended(one.handle)) is not None:
                self._died(one, ended)

    def stop_all(self) -> None:
        """Stop everything, one after another."""
        for name in self.stop_order:
            if one := self.watched.get(name):
                self._stop(one)
        self._record()

    def _start(self, one: Watched) -> None:
        one.since = time.monotonic()
        try:
            one.handle = Handle.of(one.spec.launch())
        except (OSError, EmbeddedError) as error:
            self._back_off(one, f"{one.spec.name} could not be started ({error})")
            return
        self._record()

    def _died(self, one: Watched, how: str) -> None:
        assert one.handle is not None
        one.handle.kill_group()
        one.handle = None
        if time.monotonic() - one.since > STEADY_SECONDS:
            one.wait = BACKOFF_FIRST_SECONDS
        self._back_off(one, f"{one.spec.name} {how}")
        self._record()

    def _back_off(self, one: Watched, what: str) -> None:
        self.say(f"{what}; starting it again in {one.wait:g} s. See {self.home.log(one.spec.name)}")
        one.not_before = time.monotonic() + one.wait
        one.wait = min(one.wait * 2, BACKOFF_MOST_SECONDS)

    def _stop(self, one: Watched) -> None:
        handle, one.handle, one.wait, one.not_before = one.handle, None, BACKOFF_FIRST_SECONDS, 0.0
        if handle and not handle.end(one.spec.stop_signal, one.spec.stop_seconds):
            self.say(f"{one.spec.name} did not stop within {one.spec.stop_seconds:g} s and was killed")

    def _record(self) -> None:
        """For the next start: who to end when this process is killed before it could stop them."""
        try:
            self.home.write(
                RECORD,
                {
                    name: {"pid": one.handle.pid, "started": one.handle.started}
                    for name, one in self.watched.items()
                    if one.handle
                },
            )
        except OSError as error:
            self.say(f"{RECORD} could not be written: {error}")


def _ended(handle: Handle) -> str | None:
    code = handle.reap()
    if code is not None:
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
    return None if handle.alive() else "ended"


def orphans_end(home: HubHome, order: Sequence[str], say: Callable[[str], None]) -> None:
    """End what a killed ``up`` left running. PostgreSQL is left: it is adopted."""
    recorded = home.read(RECORD)
    for name in [*order, *(set(recorded) - set(order))]:
        one = recorded.get(name)
        if not isinstance(one, dict) or name == "postgres":
            continue
        handle = Handle(int(one["pid"]), float(one["started"]))
        if handle.alive():
            say(f"Ending {name} (process {handle.pid}), left over from a start that was killed")
            handle.end(signal.SIGTERM, 10)
        elif _group_alive(handle):
            handle.kill_group()


def _group_alive(handle: Handle) -> bool:
    try:
        os.killpg(handle.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
