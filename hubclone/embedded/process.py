"""Processes that outlive the object that started them: known by id and start time, so that a reused id is never hit."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

KILL_WAIT_SECONDS = 10.0


def started_at(pid: int) -> float:
    """When a process began, the same at every look: clock ticks since boot on Linux, which no clock change moves.

    Raises psutil.Error when there is no such process.
    """
    stat = Path(f"/proc/{pid}/stat")
    try:
        return float(stat.read_text().rpartition(")")[2].split()[19])
    except OSError:
        return float(psutil.Process(pid).create_time())


@dataclass(frozen=True, slots=True)
class Handle:
    """One process; ``started`` is what ``started_at`` said of it."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Handle:
        """The process that has this id now. One that has just gone gets a start time that nothing matches."""
        try:
            return cls(pid, started_at(pid))
        except psutil.Error:
            return cls(pid, 0.0)

    def alive(self) -> bool:
        """Whether it is still there. A child of ours is, until it has been reaped here; a stranger's zombie is not.

        The first thread of a program may have ended, and show as a zombie, while others are still ending: such a child
        cannot be reaped yet, and would stay for good if it were taken for gone.
        """
        try:
            if started_at(self.pid) != self.started:
                return False
            return os.waitpid(self.pid, os.WNOHANG)[0] == 0
        except ChildProcessError:
            return psutil.pid_exists(self.pid) and not self._zombie()
        except psutil.Error:
            self.reap()
            return False

    def reap(self) -> int | None:
        """The exit status of a child of ours that has ended (negative: a signal), once; else None."""
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            return None
        return os.waitstatus_to_exitcode(status) if pid == self.pid else None

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it is still that process."""
        if self.alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def kill_group(self) -> None:
        """SIGKILL what is left of the session that it led, and of itself. A group of a reused id is left alone."""
        if psutil.pid_exists(self.pid) and not self.alive() and not self._zombie():
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def end(self, number: signal.Signals, seconds: float) -> bool:
        """Signal it and wait; after ``seconds`` it is killed. Whether it went by itself."""
        self.send(number)
        gone = self.wait(seconds)
        self.kill_group()
        return gone or not self.wait(KILL_WAIT_SECONDS)

    def wait(self, seconds: float) -> bool:
        """Wait until it has gone, for so long at most."""
        until = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def _zombie(self) -> bool:
        try:
            return bool(psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False
