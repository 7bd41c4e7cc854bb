"""One whole running `manage.py up`, for the stack tests and the browser journeys.

Use the session fixture ``stack``; its place is below tests/stack or tests/journeys, which one worker runs as a whole
(tests/conftest.py), so that there is one stack. Names of processes: web, worker, background, beat, publisher, sandbox,
redis, postgres. A test that stops or holds something starts it again (``with stack.stopped("redis"): …``).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from hubclone.embedded.ports import free_port

BASE_DIR = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 180
STOP_SECONDS = 90
_OURS = ("HUB_HOME", "PORT", "DATABASE_URL", "REDIS_URL", "REDIS_PREFIX", "BASE_URL", "MAIL_FROM", "DEBUG", "DEMO")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_KEYS = (
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "HMAC_KEY",
    "DJANGO_SETTINGS_MODULE",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "PYTHONTZPATH",
)


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what the test run put into it, as a person's shell would have it."""
    kept = {
        k: v for k, v in os.environ.items() if k not in _OURS + _KEYS and not k.startswith(("OAUTHLIB_", "PYTEST_"))
    }
    return {**kept, **more}


def wait_until(said: Callable[[], Any], *, seconds: float = 60, every: float = 0.1, what: str = "") -> Any:
    """The first true answer of ``said``. Fails the test when there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := said():
            return answer
        time.sleep(every)
    raise AssertionError(f"not in {seconds} s: {what or said}")


@dataclass
class Stack:
    """A running ``manage.py up`` in ``home`` on ``port``; ``start`` it first, ``stop_all`` it at the end."""

    home: Path
    port: int
    extra: Mapping[str, str] = field(default_factory=dict)
    up: subprocess.Popen[str] | None = None
    user: str | None = None
    python: str = sys.executable

    # -- what runs ---------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """The address of the app, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def demo(self) -> dict[str, Any]:
        """demo.json, read anew."""
        return dict(json.loads((self.home / "demo.json").read_text()))

    @property
    def demo_kept(self) -> dict[str, Any]:
        """demo.json without what is fresh at each load: the provider's access token lives for an hour."""
        return {**self.demo, "google": self.demo["google"]["account"]}

    @property
    def sandbox_url(self) -> str:
        """The address of the sandbox, without a trailing slash."""
        return str(self.demo["sandbox_url"])

    @property
    def environment(self) -> dict[str, str]:
        """The settings that the processes run with: DATABASE_URL, REDIS_URL and so on."""
        return {str(k): str(v) for k, v in json.loads((self.home / "environment.json").read_text()).items()}

    def pids(self) -> dict[str, int]:
        """Process id by name, as the supervisor wrote them down last."""
        found = json.loads((self.home / "processes.json").read_text())
        return {name: int(one["pid"]) for name, one in found.items()}

    def output(self) -> str:
        """What ``up`` has printed."""
        return (self.home.parent / "up.out").read_text()

    # -- starting and ending -----------------------------------------------------------------------------------

    def start(self, *, wait: bool = True) -> None:
        """Start ``manage.py up`` and wait until demo.json and a good /healthz are there."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        given = {"HUB_HOME": str(self.home), "PORT": str(self.port), "HOME": str(self.home.parent), **self.extra}
        with (self.home.parent / "up.out").open("w") as out:
            self.up = subprocess.Popen(
                [self.python, "manage.py", "up"],
                cwd=BASE_DIR,
                env=clean_environment(**given),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
                user=self.user,
            )
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until ``up`` has said that it runs (demo.json is written then), and every part is well."""
        up = self.up
        assert up is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if up.poll() is not None:
                raise AssertionError(f"up ended with {up.returncode}:\n{self.output()}{self.logs()}")
            if "Hubclone runs at" in self.output() and self.health()[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError(f"up was not ready in {seconds} s:\n{self.output()}{self.logs()}")

    def stop_all(self, sent: signal.Signals = signal.SIGINT) -> int:
        """Ask ``up`` to end (Ctrl-C), wait, and return its exit code."""
        assert self.up is not None
        self.up.send_signal(sent)
        return self.up.wait(timeout=STOP_SECONDS)

    # -- faults ------------------------------------------------------------------------------------------------

    def kill(self, name: str) -> int:
        """SIGKILL the process and its children; the supervisor starts it again. Returns the id of what was killed."""
        pid = self.pids()[name]
        os.killpg(pid, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(pid), what=f"{name} to die")
        return pid

    def restart(self, name: str) -> None:
        """Kill it and wait until it runs again; PostgreSQL is asked to stop as an operator would (fast shutdown)."""
        pid = self.pids()[name]
        if name == "postgres":
            os.kill(pid, signal.SIGINT)
            wait_until(lambda: not psutil.pid_exists(pid), what="PostgreSQL to stop")
        else:
            self.kill(name)
        self.wait_restarted(name, pid)

    def wait_restarted(self, name: str, old_pid: int, seconds: float = 120) -> int:
        """Wait until the supervisor has started another process of that name; returns its id."""
        return int(wait_until(lambda: self._other(name, old_pid), seconds=seconds, what=f"{name} to come back"))

    def _other(self, name: str, old_pid: int) -> int | None:
        pid = self.pids().get(name)
        return pid if pid and pid != old_pid and psutil.pid_exists(pid) else None

    def stop(self, name: str) -> None:
        """Stop one process and keep it stopped until ``go``."""
        pid = self.pids().get(name)
        (self.home / "hold").mkdir(exist_ok=True)
        (self.home / "hold" / name).touch()
        wait_until(lambda: pid is None or not psutil.pid_exists(pid), what=f"{name} to stop")

    def go(self, name: str) -> None:
        """Start again what ``stop`` stopped, and wait until it runs."""
        (self.home / "hold" / name).unlink(missing_ok=True)
        wait_until(lambda: self._other(name, -1), what=f"{name} to start")

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """``name`` is stopped inside the block, and everything is well again after it."""
        try:
            self.stop(name)
            yield
        finally:
            self.go(name)
            self.wait_healthy()

    # -- looking -----------------------------------------------------------------------------------------------

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status and JSON of /healthz; (0, {}) when nothing answers."""
        status, body = self.get("/healthz")
        try:
            return status, json.loads(body or "{}")
        except ValueError:
            return status, {}

    def wait_healthy(self, seconds: float = 150) -> None:
        """Wait until /healthz answers 200."""
        wait_until(lambda: self.health()[0] == 200, seconds=seconds, what=f"health; last: {self.health()}")

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a GET on the app; (0, "") when nothing answers."""
        return _request("GET", self.base_url + path)

    def sandbox(self, method: str, path: str, body: Any = None) -> Any:
        """Call the sandbox (``/_control/…``) and return its JSON, or None for an empty answer."""
        status, text = _request(method, self.sandbox_url + path, body)
        assert 200 <= status < 300, f"{method} {path}: {status} {text[:500]}"
        return json.loads(text) if text else None

    def sql(self, query: str, params: Any = None) -> list[tuple[Any, ...]]:
        """Run one statement on the stack's database, committed at once; its rows, if it has any."""
        connection = psycopg2.connect(self.environment["DATABASE_URL"])
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, params)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def manage(self, *arguments: str) -> str:
        """Run a management command on the stack and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=clean_environment(**self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def logs(self, lines: int = 25) -> str:
        """The ends of all logs, for a failure's message."""
        ends = [
            f"\n== {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
            for path in sorted((self.home / "logs").glob("*.log"))
        ]
        return "".join(ends)


def _request(method: str, url: str, body: Any = None) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with _DIRECT.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""


@contextmanager
def new_stack(**extra: str) -> Iterator[Stack]:
    """A stack of one's own in a temporary HUB_HOME; not started. Whatever still runs at the end is ended."""
    folder = Path(tempfile.mkdtemp(prefix="hubclone-stack-"))
    folder.chmod(0o755)
    stack = Stack(folder / "hub", free_port(), extra)
    try:
        yield stack
    finally:
        if stack.up and stack.up.poll() is None:
            stack.stop_all(signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The one running stack of this test run: a second worker that wants one fails."""
    (Path(os.environ["HUB_HOME"]).parent / "stack").touch(exist_ok=False)
    with new_stack() as running:
        running.start()
        yield running
